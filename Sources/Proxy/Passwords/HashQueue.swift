internal import Net
internal import Passwords
private import Synchronization

/// The passwords that wait to be hashed, shared by the workers that ask and the threads that hash.
final class HashQueue: Sendable {
    /// Called on a hashing thread with what was found.
    typealias Delivery = @Sendable (CredentialKey, CredentialVerdict) -> Void

    /// One password to be hashed.
    struct Job: Sendable {
        let key: CredentialKey
        let hash: PasswordHash
        let password: SecretBytes
    }

    private struct State: Sendable {
        /// Oldest first.
        var jobs: [Job] = []
        /// Whom to tell, for each job that waits or is being worked on.
        var deliveries: [CredentialKey: [Delivery]] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let permits: Semaphore
    private let limit: Int

    /// An empty queue for at most `limit` waiting jobs.
    init(limit: Int) throws(SystemError) {
        self.limit = limit
        permits = try Semaphore()
    }

    /// Adds a job, or joins the one that is under way for the same key. False when the queue is full.
    ///
    /// The job is made only if it is needed, so that no copy of a password is made for a join.
    func add(_ key: CredentialKey, delivery: @escaping Delivery, job: () -> Job) -> Bool {
        let isNew: Bool? = state.withLock { state in
            if state.deliveries[key] != nil {
                state.deliveries[key]?.append(delivery)
                return false
            }
            guard state.jobs.count < limit, !state.isClosed else { return nil }
            state.jobs.append(job())
            state.deliveries[key] = [delivery]
            return true
        }
        if isNew == true { permits.signal() }
        return isNew != nil
    }

    /// The next job, for which the calling thread waits; nil when the queue was closed.
    func next() -> Job? {
        permits.wait()
        return state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
    }

    /// Tells everyone who asked about the key what was found.
    func finish(_ key: CredentialKey, _ verdict: CredentialVerdict) {
        let deliveries = state.withLock { $0.deliveries.removeValue(forKey: key) ?? [] }
        for deliver in deliveries { deliver(key, verdict) }
    }

    /// Forgets all jobs, takes no more, and lets so many waiting threads go.
    func close(threads: Int) {
        state.withLock { state in
            state.jobs.removeAll()
            state.deliveries.removeAll()
            state.isClosed = true
        }
        permits.signal(threads)
    }
}
