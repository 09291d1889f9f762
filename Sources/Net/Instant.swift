private import Glibc

/// A point in time on the monotonic clock (clock_gettime(2), CLOCK_MONOTONIC), which no clock setting moves.
package struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since an arbitrary start.
    package let nanoseconds: UInt64

    /// The instant so many nanoseconds after the clock's start.
    @inline(__always)
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The current instant.
    package static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    /// The time from `earlier` to this instant; zero when `earlier` is later.
    package func since(_ earlier: Instant) -> Duration {
        .nanoseconds(Int64(nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0))
    }

    @inline(__always)
    package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The instant `duration` later; a negative duration counts as none.
    @inline(__always)
    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds &+ duration.clampedNanoseconds)
    }
}

extension Duration {
    /// The duration in whole nanoseconds, at least 0 and at most about 290 years.
    package var clampedNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let limit = UInt64(Int64.max)
        return overflow || product > limit ? limit : product + UInt64(attoseconds / 1_000_000_000)
    }
}
