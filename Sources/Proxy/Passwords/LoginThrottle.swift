internal import Net
private import Synchronization

/// Who has failed to log in too often, for all workers. It is asked about every login but those that a worker remembers.
///
/// Three counts bear on an attempt. That of a user at one network is strict. That of a network over all users is ten times as
/// patient, since many clients may share an address. That of a user over all networks, which anybody can drive up, refuses
/// nobody: it holds attempts for some seconds, and not those from where a login has succeeded lately. And none of them bears
/// on a password that was right within the last day, so that whoever guesses cannot shut those out who know.
package final class LoginThrottle: Sendable {
    /// What is to happen with an attempt.
    enum Verdict: Equatable {
        /// It is made, and counted as failed until it has succeeded.
        case pass(isKnown: Bool)
        /// It is made when so much time has passed.
        case hold(Duration)
        /// It is not made; a further one may be after so much time. Whether it is worth a line in the log.
        case refuse(Duration, isNews: Bool)
    }

    fileprivate struct Success: FixedTableEntry {
        static let empty = Success(key: .none, last: Instant(nanoseconds: 0))
        let key: LimitKey
        let last: Instant

        func worth(at now: Instant) -> UInt64 { isFresh(at: now) ? last.nanoseconds : 0 }

        func isFresh(at now: Instant) -> Bool { last.nanoseconds > 0 && now.since(last) < .seconds(86_400) }
    }

    fileprivate struct Tables {
        var failures: FixedTable<LoginFailures>
        // Only those who have logged in can fill it.
        var successes: FixedTable<Success>
    }

    /// How many attempts of one user at one network may fail where nothing else is asked for.
    package static let defaultAttempts = 10

    private let longestHold: Duration
    private let pairRule: LoginFailures.Rule
    private let networkRule: LoginFailures.Rule
    private let userRule: LoginFailures.Rule
    private let isOff: Bool
    private let tables: Mutex<Tables>

    /// A throttle that knows of no failure.
    ///
    /// - Parameters:
    ///   - attempts: how many attempts of one user at one network may fail before the next one has to wait; nil for any number.
    ///   - longestHold: how long an attempt is held rather than refused.
    ///   - capacity: how many users, networks and pairs of both are kept count of, a multiple of eight.
    package init(attempts: Int? = defaultAttempts, longestHold: Duration = .seconds(2), capacity: Int = 16_384) {
        let allowed = attempts ?? 0
        self.longestHold = longestHold
        isOff = attempts == nil
        pairRule = .init(allowed: allowed, memory: LoginFailures.longestMemory, longestWait: .seconds(300))
        networkRule = .init(allowed: 10 * allowed, memory: .seconds(10), longestWait: .seconds(10))
        userRule = .init(allowed: 10 * allowed, memory: .seconds(5), longestWait: .seconds(5))
        tables = Mutex(
            Tables(failures: FixedTable(capacity: capacity), successes: FixedTable(capacity: max(capacity / 4, 8))))
    }

    /// Judges an attempt, and counts it if it is to be made.
    ///
    /// - Parameter hasWaited: whether it was held before, which happens once.
    func begin(_ attempt: LoginAttempt, hasWaited: Bool, at now: Instant) -> Verdict {
        guard !isOff else { return .pass(isKnown: false) }
        return tables.withLock { tables in
            if tables.hasSucceeded(attempt.credential, at: now) { return .pass(isKnown: true) }
            var pair = tables.failures[attempt.pair] ?? LoginFailures(key: attempt.pair)
            var network = tables.failures[attempt.network] ?? LoginFailures(key: attempt.network)
            var user = tables.failures[attempt.user] ?? LoginFailures(key: attempt.user)
            let (strict, medium) = (pair.wait(by: pairRule, at: now), network.wait(by: networkRule, at: now))
            let wait = max(strict, medium)
            if wait > .zero {
                guard hasWaited || wait > longestHold else { return .hold(wait) }
                let isNews = network.isNews(at: now)
                tables.failures.store(network, at: now)
                return .refuse(wait, isNews: isNews)
            }
            if !hasWaited, !tables.hasSucceeded(attempt.network, at: now) {
                let soft = user.wait(by: userRule, at: now)
                if soft > .zero { return .hold(soft) }
            }
            pair.count(by: pairRule, at: now)
            network.count(by: networkRule, at: now)
            user.count(by: userRule, at: now)
            for failures in [pair, network, user] { tables.failures.store(failures, at: now) }
            return .pass(isKnown: false)
        }
    }

    /// Takes note that the password was right.
    func succeeded(_ attempt: LoginAttempt, wasKnown: Bool, at now: Instant) {
        guard !isOff else { return }
        tables.withLock { tables in
            for key in [attempt.credential, attempt.network] {
                tables.successes.store(Success(key: key, last: now), at: now)
            }
            guard !wasKnown else { return }
            tables.failures.store(LoginFailures(key: attempt.pair), at: now)
            for key in [attempt.network, attempt.user] { tables.takeBack(key, at: now) }
        }
    }

    /// Takes an attempt back of which nobody knows whether its password was right.
    func withdrew(_ attempt: LoginAttempt, at now: Instant) {
        guard !isOff else { return }
        tables.withLock { tables in
            for key in [attempt.pair, attempt.network, attempt.user] { tables.takeBack(key, at: now) }
        }
    }
}

extension LoginThrottle.Tables {
    fileprivate func hasSucceeded(_ key: LimitKey, at now: Instant) -> Bool {
        successes[key]?.isFresh(at: now) ?? false
    }

    fileprivate mutating func takeBack(_ key: LimitKey, at now: Instant) {
        guard var found = failures[key] else { return }
        found.takeBack()
        failures.store(found, at: now)
    }
}
