/// A source's place in its loop: slot and generation, so that an event of a source that is gone is told apart from one
/// of the source that took its slot.
package struct Token: Hashable, Sendable {
    /// Generation in the upper half, slot in the lower.
    package let rawValue: UInt64

    @inline(__always)
    init(rawValue: UInt64) { self.rawValue = rawValue }

    @inline(__always)
    init(slot: Int, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: slot))
    }

    @inline(__always)
    var slot: Int { Int(rawValue & 0xffff_ffff) }

    @inline(__always)
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

    /// A token that no source ever has.
    package static let none = Token(rawValue: .max)
}
