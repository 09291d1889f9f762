internal import Net

/// How long a client is still waited for in one direction of a request (`CLIENT_MIN_RATE`).
///
/// A timeout is not only for the time between two pieces: the waiting adds up, and each byte that the client moves takes off of it
/// what that byte costs at the least rate. So who sends or takes a byte now and then is waited for no longer than who does nothing,
/// and time in which the other side holds the client up does not count.
struct Patience {
    private var used: UInt64 = 0
    /// Since when the client is waited for; 0 where it is not.
    private var since: UInt64 = 0

    /// The client is waited for from now on, at the latest until the returned instant.
    ///
    /// - Parameter timeout: how long it may do nothing.
    mutating func deadline(for timeout: Timeout, at now: Instant) -> Instant {
        settle(at: now)
        since = now.nanoseconds
        let left = timeout.nanoseconds - min(used, timeout.nanoseconds)
        return Instant(nanoseconds: now.nanoseconds &+ left)
    }

    /// The client has moved so many bytes.
    ///
    /// - Parameter cost: how many nanoseconds each byte takes at the least rate; 0 where there is none, and any progress will do.
    mutating func moved(_ count: Int, cost: UInt64, at now: Instant) {
        settle(at: now)
        let earned = UInt64(count).multipliedReportingOverflow(by: cost)
        used = cost == 0 || earned.overflow || earned.partialValue >= used ? 0 : used - earned.partialValue
    }

    /// The client is not waited for any more.
    mutating func rest(at now: Instant) {
        settle(at: now)
        since = 0
    }

    private mutating func settle(at now: Instant) {
        guard since != 0 else { return }
        used &+= now.nanoseconds &- since
        since = now.nanoseconds
    }
}
