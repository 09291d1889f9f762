internal import Net
internal import Routing

/// Whether a backend has failed so often of late that it is left alone for a while (nginx's `max_fails`, `fail_timeout`).
///
/// When that while is over, one request tries it; the others do so once it has served.
struct BackendHealth {
    private var limit = 1
    private var time = Timeout.seconds(10)
    private var failures = 0
    private var failedAt = Instant(nanoseconds: 0)
    private var checkedAt = Instant(nanoseconds: 0)

    /// Takes over what the configuration says; what was counted stays.
    mutating func update(_ settings: Backend.Failures) {
        limit = settings.limit
        time = Timeout(settings.time)
    }

    /// Whether requests may be sent to it.
    func isGood(at now: Instant) -> Bool { limit == 0 || failures < limit || isOver(now) }

    /// It was chosen for a request.
    mutating func chosen(at now: Instant) {
        if isOver(now) { checkedAt = now }
    }

    /// It failed a request.
    mutating func failed(at now: Instant) {
        failures += 1
        failedAt = now
        checkedAt = now
    }

    /// It has begun to answer a request.
    mutating func served() {
        if failedAt < checkedAt { failures = 0 }
    }

    /// Forgets its failures: all the others have failed too.
    mutating func forgive() { failures = 0 }

    private func isOver(_ now: Instant) -> Bool {
        now.nanoseconds > checkedAt.nanoseconds &+ time.nanoseconds
    }
}
