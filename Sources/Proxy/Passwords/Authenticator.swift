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

    private struct Waiting {
        let user: ByteString
        var waiters: [UInt64]
    }

    private let threads: HashingThreads
    private let deliver: @Sendable (CredentialKey, CredentialVerdict) -> Void
    private let mac = CredentialMAC()
    private var credentials = BasicCredentials()
    private var accepted = CredentialCache(limit: 4_096, lifetime: .seconds(60))
    // A client that repeats a wrong password must not keep the hashing threads busy; nor may it push good ones out.
    private var refused = CredentialCache(limit: 1_024, lifetime: .seconds(10))
    private var waiting: [CredentialKey: Waiting] = [:]

    /// An authenticator without memories.
    ///
    /// - Parameter deliver: called on a hashing thread when a check that this authenticator began has ended. It must see to
    ///   it that `completed` is called with the same values on the worker's own thread.
    package init(
        threads: HashingThreads, deliver: @escaping @Sendable (CredentialKey, CredentialVerdict) -> Void
    ) {
        self.threads = threads
        self.deliver = deliver
    }

    /// Judges a request. Never blocks, and a remembered credential costs no allocation.
    ///
    /// - Parameters:
    ///   - authorization: the value of the request's one Authorization field, or nil when it has none.
    ///   - source: the password file of the location.
    ///   - now: the current time of the worker's loop.
    ///   - waiter: what `completed` shall call this request if the decision is `pending`.
    package func check(
        authorization: UnsafeRawBufferPointer?, source: PasswordSource, now: Instant, waiter: UInt64
    ) -> Decision {
        switch source {
        case .missing: return .refuse(status: 403)
        case .unreadable: return .refuse(status: 500)
        case .loaded(let file):
            guard let authorization, credentials.read(authorization) else { return .challenge(user: nil) }
            defer { credentials.wipe() }
            guard let entry = file.entry(for: credentials.user) else {
                return checkUnknownUser(file, now: now, waiter: waiter)
            }
            guard entry.isReadable else { return .refuse(status: 500) }
            return check(entry, of: file, now: now, waiter: waiter)
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
            accepted.insert(key, user: waiting.user, now: now)
            return Resumption(waiters: waiting.waiters, decision: .pass(user: waiting.user))
        case .refused:
            refused.insert(key, user: waiting.user, now: now)
            return Resumption(waiters: waiting.waiters, decision: .challenge(user: waiting.user))
        case .failed:
            return Resumption(waiters: waiting.waiters, decision: .refuse(status: 500))
        }
    }

    private func check(
        _ entry: PasswordFile.Entry, of file: PasswordFile, now: Instant, waiter: UInt64
    ) -> Decision {
        let key = key(entry, of: file, isDecoy: false)
        if let user = accepted.user(for: key, now: now) { return .pass(user: user) }
        // For nothing but its time, which an unknown user takes too.
        _ = file.decoy(choosing: mac.number(for: credentials.user))
        guard let hash = file.hash(of: entry) else { return .refuse(status: 500) }
        return submit(key, hash, now: now, waiter: waiter)
    }

    private func checkUnknownUser(_ file: PasswordFile, now: Instant, waiter: UInt64) -> Decision {
        guard let entry = file.decoy(choosing: mac.number(for: credentials.user)), let hash = file.hash(of: entry)
        else {
            return .challenge(user: ByteString(credentials.user))
        }
        return submit(key(entry, of: file, isDecoy: true), hash.decoy, now: now, waiter: waiter)
    }

    private func submit(_ key: CredentialKey, _ hash: PasswordHash, now: Instant, waiter: UInt64) -> Decision {
        if let user = refused.user(for: key, now: now) { return .challenge(user: user) }
        if waiting[key] != nil {
            waiting[key]?.waiters.append(waiter)
            return .pending
        }
        guard threads.check(key, hash, password: credentials.password, deliver: deliver) else { return .overloaded }
        waiting[key] = Waiting(user: ByteString(credentials.user), waiters: [waiter])
        return .pending
    }

    private func key(_ entry: PasswordFile.Entry, of file: PasswordFile, isDecoy: Bool) -> CredentialKey {
        file.withHashText(of: entry) { hash in
            mac.key(hash: hash, user: credentials.user, password: credentials.password, isDecoy: isDecoy)
        }
    }
}
