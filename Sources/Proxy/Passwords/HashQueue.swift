internal import Bytes
internal import Net
internal import Passwords
private import Synchronization

/// The passwords that wait to be hashed, shared by the workers that ask and the threads that hash.
///
/// Networks take turns, and none may fill the queue, so that a flood of logins is its own network's to wait for. Passwords that
/// were right lately go first, and a part of the queue is theirs.
final class HashQueue: Sendable {
    /// Called on a hashing thread with what was found.
    typealias Delivery = @Sendable (CredentialKey, CredentialVerdict) -> Void

    /// One password to be hashed.
    struct Job: Sendable {
        let key: CredentialKey
        let hash: PasswordHash
        let password: SecretBytes
    }

    fileprivate struct State: Sendable {
        /// Passwords that were right lately, oldest first.
        var known: [Job] = []
        /// Those of each network that has any, oldest first.
        var lanes: [IPAddress: [Job]] = [:]
        /// The networks in the order of their turns.
        var turns: [IPAddress] = []
        /// How many passwords there are in all lanes.
        var laneCount = 0
        /// Whom to tell, for each job that waits or is being worked on.
        var deliveries: [CredentialKey: [Delivery]] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let permits: Semaphore
    private let limit: Int
    /// How many passwords one network may have waiting.
    private let laneLimit: Int

    /// An empty queue for at most `limit` waiting jobs.
    init(limit: Int) throws(SystemError) {
        self.limit = limit
        laneLimit = max(limit / 8, 3)
        permits = try Semaphore()
    }

    /// Adds a job, or joins the one that is under way for the same key. False when the queue is full, or the network's part of
    /// it.
    ///
    /// The job is made only if it is needed, so that no copy of a password is made for a join.
    func add(
        _ key: CredentialKey, from origin: IPAddress?, delivery: @escaping Delivery, job: () -> Job
    ) -> Bool {
        let isNew: Bool? = state.withLock { state in
            if state.deliveries[key] != nil {
                state.deliveries[key]?.append(delivery)
                return false
            }
            guard hasRoom(for: origin, in: state), !state.isClosed else { return nil }
            state.add(job(), from: origin)
            state.deliveries[key] = [delivery]
            return true
        }
        if isNew == true { permits.signal() }
        return isNew != nil
    }

    /// The next job, for which the calling thread waits; nil when the queue was closed.
    func next() -> Job? {
        permits.wait()
        return state.withLock { $0.next() }
    }

    private func hasRoom(for origin: IPAddress?, in state: State) -> Bool {
        guard state.known.count + state.laneCount < limit else { return false }
        guard let origin else { return true }
        return state.laneCount < limit - limit / 4 && state.lanes[origin, default: []].count < laneLimit
    }

    /// Tells everyone who asked about the key what was found.
    func finish(_ key: CredentialKey, _ verdict: CredentialVerdict) {
        let deliveries = state.withLock { $0.deliveries.removeValue(forKey: key) ?? [] }
        for deliver in deliveries { deliver(key, verdict) }
    }

    /// Forgets all jobs, takes no more, and lets so many waiting threads go.
    func close(threads: Int) {
        state.withLock { state in
            state.removeAll()
            state.deliveries.removeAll()
            state.isClosed = true
        }
        permits.signal(threads)
    }
}

extension HashQueue.State {
    fileprivate mutating func add(_ job: HashQueue.Job, from origin: IPAddress?) {
        guard let origin else { return known.append(job) }
        laneCount += 1
        if lanes[origin]?.append(job) == nil {
            lanes[origin] = [job]
            turns.append(origin)
        }
    }

    fileprivate mutating func next() -> HashQueue.Job? {
        if !known.isEmpty { return known.removeFirst() }
        guard let origin = turns.first, let job = lanes[origin]?.removeFirst() else { return nil }
        turns.removeFirst()
        laneCount -= 1
        if lanes[origin]?.isEmpty == true { lanes[origin] = nil } else { turns.append(origin) }
        return job
    }

    fileprivate mutating func removeAll() {
        known = []
        lanes = [:]
        turns = []
        laneCount = 0
    }
}
