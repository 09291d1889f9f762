internal import Net

/// How many logins of one kind have failed, and how long the next one has to wait for that.
///
/// An attempt counts as failed from its beginning until it has succeeded, so that many at once get no further than many in a
/// row.
struct LoginFailures: FixedTableEntry {
    /// What failures lead to.
    struct Rule: Sendable {
        /// How many may fail before the next one has to wait.
        let allowed: Int
        /// How long it takes until one of them is forgotten.
        let memory: Duration
        /// The longest wait. The first one is a second, and each is twice the last.
        let longestWait: Duration
    }

    static let empty = LoginFailures(key: .none)

    let key: LimitKey
    /// Thousandths of failures, at the last one.
    private var level = 0
    private var last = Instant(nanoseconds: 0)
    private var said: Instant?

    /// Nothing has failed yet.
    init(key: LimitKey) { self.key = key }

    /// By the number of failures, as far as the rule that forgets most slowly would still have them.
    func worth(at now: Instant) -> UInt64 { UInt64(level(memory: Self.longestMemory, at: now)) }

    /// The longest memory that a rule may have.
    static let longestMemory = Duration.seconds(300)

    /// How long an attempt has to wait.
    func wait(by rule: Rule, at now: Instant) -> Duration {
        let level = level(memory: rule.memory, at: now)
        guard level + 1000 > rule.allowed * 1000 else { return .zero }
        let over = max(level - rule.allowed * 1000 + 999, 0) / 1000
        let wait = min(Duration.seconds(1 << min(over, 16)), rule.longestWait)
        return max(wait - now.since(last), .zero)
    }

    /// Counts an attempt.
    mutating func count(by rule: Rule, at now: Instant) {
        level = level(memory: rule.memory, at: now) + 1000
        last = max(last, now)
    }

    /// Takes back an attempt that has not failed.
    mutating func takeBack() { level = max(level - 1000, 0) }

    /// Whether it is time to say that attempts have to wait, which is then noted as said.
    mutating func isNews(at now: Instant) -> Bool {
        if let said, now.since(said) < .seconds(60) { return false }
        said = now
        return true
    }

    private func level(memory: Duration, at now: Instant) -> Int {
        let elapsed = now.since(last).clampedNanoseconds / 1_000_000
        return max(level - Int(elapsed * 1000 / (memory.clampedNanoseconds / 1_000_000)), 0)
    }
}
