/// A duration in the form that deadlines need, converted once: dividing a `Duration` costs more than moving a deadline.
package struct Timeout: Hashable, Sendable {
    /// The duration in nanoseconds.
    package let nanoseconds: UInt64

    /// The timeout of a duration; a negative one counts as none.
    package init(_ duration: Duration) { nanoseconds = duration.clampedNanoseconds }

    /// A timeout of so many seconds.
    package static func seconds(_ count: UInt64) -> Timeout { Timeout(.seconds(Int64(clamping: count))) }

    /// A timeout of so many milliseconds.
    package static func milliseconds(_ count: UInt64) -> Timeout { Timeout(.milliseconds(Int64(clamping: count))) }
}
