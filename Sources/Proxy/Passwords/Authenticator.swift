package import Bytes
package import Net
package import Passwords

/// Decides who may come in with Basic authentication (RFC 7617). One authenticator serves one worker.
///
/// A credential is checked by `HashingThreads` and remembered for a minute by a key that tells nothing about it. The key
/// covers the hash in the file, so a changed line is in force with the next request. A name that the file does not have is
/// checked against the hash of one that it has, takes as long, and never gets in.
package final class Authenticator {
    /// What is to happen with a request.
    package enum Decision: Equatable, Sendable {
        /// The user may come in.
        case pass(user: ByteString)
        /// Answer 401 with a challenge. The user is the one whom the request named, if it named one.
        case challenge(user: ByteString?)
        /// The password is being checked; `completed` will name this request's waiter.
        case pending
        /// Too many passwords are being checked: answer 503 with `Retry-After`.
        case overloaded
        /// Logins have failed too often: ask again after so long, which happens to a request once.
        case hold(Duration)
        /// Logins have failed too often: answer 429 with `Retry-After`. Whether the log should have a line about it.
        case throttled(Duration, isNews: Bool)
        /// Nobody can come in, or not this user, until the password file is mended: answer with this status.
        case refuse(status: Int)
    }

    /// The requests that waited for one credential, and what is to happen with all of them.
    package struct Resumption: Equatable, Sendable {
        /// The waiters in the order in which they came.
        package let waiters: [UInt64]
        /// Never `pending`.
        package let decision: Decision

        /// What is to happen with the waiters.
        package init(waiters: [UInt64], decision: Decision) {
            self.waiters = waiters
            self.decision = decision
        }
    }

    /// Who asks: what a login is counted by.
    package struct Asker {
        /// The client's address.
        let client: IPAddress
        /// The path of the password file.
        let file: String
        /// Whether the request was held before.
        let hasWaited: Bool

        /// A client that wants to be one of the users of a file.
        package init(client: IPAddress, file: String, hasWaited: Bool = false) {
            self.client = client
            self.file = file
            self.hasWaited = hasWaited
        }
    }

    private struct Waiting {
        let user: ByteString
        let attempt: LoginAttempt
        let isKnown: Bool
        var waiters: [UInt64]
    }

    private let threads: HashingThreads
    private let throttle: LoginThrottle
    private let deliver: @Sendable (CredentialKey, CredentialVerdict) -> Void
    private let mac = CredentialMAC()
    private var credentials = BasicCredentials()
    private var accepted = CredentialCache(limit: 4_096, lifetime: .seconds(60))
    // A client that repeats a wrong password must not keep the hashing threads busy; nor may it push good ones out.
    private var refused = CredentialCache(limit: 1_024, lifetime: .seconds(10))
    private var waiting: [CredentialKey: Waiting] = [:]

    /// An authenticator without memories.
    ///
    /// - Parameters:
    ///   - throttle: what all authenticators count failed logins in.
    ///   - deliver: called on a hashing thread when a check that this authenticator began has ended. It must see to
    ///     it that `completed` is called with the same values on the worker's own thread.
    package init(
        threads: HashingThreads, throttle: LoginThrottle,
        deliver: @escaping @Sendable (CredentialKey, CredentialVerdict) -> Void
    ) {
        self.threads = threads
        self.throttle = throttle
        self.deliver = deliver
    }

    /// Judges a request. Never blocks, and a remembered credential costs no allocation.
    ///
    /// - Parameters:
    ///   - authorization: the value of the request's one Authorization field, or nil when it has none.
    ///   - source: the password file of the location.
    ///   - asker: who asks.
    ///   - now: the current time of the worker's loop.
    ///   - waiter: what `completed` shall call this request if the decision is `pending`.
    package func check(
        authorization: UnsafeRawBufferPointer?, source: PasswordSource, for asker: @autoclosure () -> Asker,
        now: Instant,
        waiter: UInt64
    ) -> Decision {
        switch source {
        case .missing: return .refuse(status: 403)
        case .unreadable: return .refuse(status: 500)
        case .loaded(let file):
            guard let authorization, credentials.read(authorization) else { return .challenge(user: nil) }
            defer { credentials.wipe() }
            guard let entry = file.entry(for: credentials.user) else {
                return checkUnknownUser(file, for: asker(), now: now, waiter: waiter)
            }
            guard entry.isReadable else { return .refuse(status: 500) }
            let key = key(entry, of: file, isDecoy: false)
            if let user = accepted.user(for: key, now: now) { return .pass(user: user) }
            return check(entry, of: file, as: key, for: asker(), now: now, waiter: waiter)
        }
    }

    /// Takes the verdict on a credential, and names the requests that waited for it.
    ///
    /// - Parameter now: the current time of the worker's loop; the credential is remembered from here on.
    package func completed(_ key: CredentialKey, _ verdict: CredentialVerdict, now: Instant) -> Resumption {
        guard let waiting = waiting.removeValue(forKey: key) else {
            return Resumption(waiters: [], decision: .refuse(status: 500))
        }
        switch verdict {
        case .accepted:
            throttle.succeeded(waiting.attempt, wasKnown: waiting.isKnown, at: now)
            accepted.insert(key, user: waiting.user, now: now)
            return Resumption(waiters: waiting.waiters, decision: .pass(user: waiting.user))
        case .refused:
            refused.insert(key, user: waiting.user, now: now)
            return Resumption(waiters: waiting.waiters, decision: .challenge(user: waiting.user))
        case .failed:
            if !waiting.isKnown { throttle.withdrew(waiting.attempt, at: now) }
            return Resumption(waiters: waiting.waiters, decision: .refuse(status: 500))
        }
    }

    private func check(
        _ entry: PasswordFile.Entry, of file: PasswordFile, as key: CredentialKey, for asker: Asker, now: Instant,
        waiter: UInt64
    ) -> Decision {
        // For nothing but its time, which an unknown user takes too.
        _ = file.decoy(choosing: mac.number(for: credentials.user))
        guard let hash = file.hash(of: entry) else { return .refuse(status: 500) }
        return submit(key, hash, for: asker, now: now, waiter: waiter)
    }

    private func checkUnknownUser(_ file: PasswordFile, for asker: Asker, now: Instant, waiter: UInt64) -> Decision {
        guard let entry = file.decoy(choosing: mac.number(for: credentials.user)), let hash = file.hash(of: entry)
        else {
            return .challenge(user: ByteString(credentials.user))
        }
        return submit(key(entry, of: file, isDecoy: true), hash.decoy, for: asker, now: now, waiter: waiter)
    }

    private func submit(
        _ key: CredentialKey, _ hash: PasswordHash, for asker: Asker, now: Instant, waiter: UInt64
    ) -> Decision {
        // The many requests that a client begins with are one login.
        if waiting[key] != nil {
            waiting[key]?.waiters.append(waiter)
            return .pending
        }
        let attempt = LoginAttempt(client: asker.client, user: credentials.user, file: asker.file, key: key)
        let isKnown: Bool
        switch throttle.begin(attempt, hasWaited: asker.hasWaited, at: now) {
        case .pass(let wasRight): isKnown = wasRight
        case .hold(let time): return .hold(time)
        case .refuse(let time, let isNews): return .throttled(time, isNews: isNews)
        }
        // It counts as failed once more, but it costs no further hash.
        if let user = refused.user(for: key, now: now) { return .challenge(user: user) }
        let origin = isKnown ? nil : asker.client.network
        guard threads.check(key, hash, password: credentials.password, from: origin, deliver: deliver) else {
            if !isKnown { throttle.withdrew(attempt, at: now) }
            return .overloaded
        }
        waiting[key] = Waiting(
            user: ByteString(credentials.user), attempt: attempt, isKnown: isKnown, waiters: [waiter])
        return .pending
    }

    private func key(_ entry: PasswordFile.Entry, of file: PasswordFile, isDecoy: Bool) -> CredentialKey {
        file.withHashText(of: entry) { hash in
            mac.key(hash: hash, user: credentials.user, password: credentials.password, isDecoy: isDecoy)
        }
    }
}
