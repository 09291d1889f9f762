internal import Net
internal import Routing

/// The containers that run, kept true by the engine's events, lists and answers.
///
/// Events, lists and inspections come over different connections and may overtake each other. Each event therefore gives
/// its container a new revision, and an answer counts only for the revision that it was asked at: a late answer never
/// brings a stopped container back.
struct ContainerTable {
    /// What a change asks the client to do.
    struct Effect: Equatable {
        /// The containers to inspect, in this order.
        var inspect: [String] = []
        /// Whether what `routable` holds has changed.
        var isChanged = false
    }

    private struct Entry {
        var revision: UInt64
        var inspected: InspectedContainer?
        /// When the container was told to stop; it gets no new requests from then on.
        var stopping: Instant?
        /// Whether it is not known yet if what it was sent stops it.
        var isInDoubt = false
    }

    /// How long a container may go on after a stop signal before a list brings it back.
    static let stopGrace = Duration.seconds(60)
    /// The most containers that are known at a time.
    static let limit = 65_536

    private var entries: [String: Entry] = [:]
    private var lastRevision: UInt64 = 0
    /// The containers of which something else is known, or nothing any more, since `takeTouched()`.
    private var touched: Set<String> = []

    /// How many containers run.
    var count: Int { entries.count }

    /// The containers that ask for requests and may get them, in the order of their identifiers.
    var routable: [Container] {
        entries.values.compactMap { Self.isRoutable($0) ? $0.inspected?.container : nil }.sorted { $0.id < $1.id }
    }

    /// All containers that run and are known, in the order of their identifiers.
    var running: [Container] {
        entries.values.compactMap { $0.inspected?.container }.sorted { $0.id < $1.id }
    }

    /// Whether a container asks for requests and may get them.
    func isRoutable(_ id: String) -> Bool { entries[id].map(Self.isRoutable) ?? false }

    /// The containers of which something else is known, or nothing any more, since this was last called.
    mutating func takeTouched() -> Set<String> {
        defer { touched = [] }
        return touched
    }

    /// What is known of a container that runs.
    func container(_ id: String) -> InspectedContainer? { entries[id]?.inspected }

    /// The revision to ask at; nil for a container that is not known (any more).
    func revision(of id: String) -> UInt64? { entries[id]?.revision }

    /// A mark before which the answer to a list cannot know anything; taken when the list is asked for.
    var mark: UInt64 { lastRevision }

    /// Takes an event in.
    mutating func apply(_ event: DockerEvent, now: Instant) -> Effect {
        switch event {
        case .started(let id):
            guard entries[id] != nil || entries.count < Self.limit else { return Effect() }
            if let entry = entries[id], entry.inspected != nil, entry.stopping == nil {
                // Its end would have come first: this is old news, sent once more.
                return changeAndInspect(id) { _ in }
            }
            let revision = nextRevision()
            entries[id] = Entry(revision: revision)
            return Effect(inspect: [id])
        case .stopped(let id):
            return Effect(isChanged: remove(id))
        case .signalled(let id, let signal) where entries[id] == nil:
            // A stream tells what happened before it, the list of what runs comes later.
            guard signal.isStop || signal == .quit, entries.count < Self.limit else { return Effect() }
            entries[id] = Entry(revision: nextRevision(), stopping: now, isInDoubt: !signal.isStop)
            return Effect(inspect: [id])
        case .signalled(let id, let signal):
            return Effect(isChanged: stop(id, signal, now: now))
        case .health(let id, let status):
            let health = InspectedContainer.health(status)
            return changeAndInspect(id) { $0?.container.health = health }
        case .networkJoined(let id):
            return changeAndInspect(id) { _ in }
        case .networkLeft(let id, let network):
            // Its address there is free for another container from now on.
            return changeAndInspect(id) { $0?.container.networks.removeAll { $0.name == network } }
        }
    }

    /// Takes in which containers run, as a list said that was asked for at `mark`.
    ///
    /// With `isComplete` containers that are missing there are forgotten, unless an event was newer than the list.
    /// - Returns: every container to inspect, and those of which the list knew something that no event has told yet.
    mutating func listed(
        _ ids: [String], isComplete: Bool, mark: UInt64, now: Instant
    ) -> (effect: Effect, news: Set<String>) {
        var effect = Effect(inspect: ids)
        var news: Set<String> = []
        if isComplete {
            let listed = Set(ids)
            for (id, entry) in entries where entry.revision <= mark && !listed.contains(id) {
                news.insert(id)
                if remove(id) { effect.isChanged = true }
            }
        }
        for id in ids {
            if entries[id] == nil, entries.count < Self.limit {
                news.insert(id)
                let revision = nextRevision()
                entries[id] = Entry(revision: revision)
            }
            if let since = entries[id]?.stopping, now.since(since) >= Self.stopGrace {
                entries[id]?.stopping = nil
                touched.insert(id)
                if entries[id].map(Self.isRoutable) == true { effect.isChanged = true }
            }
        }
        return (effect, news)
    }

    /// Takes in what an inspection said that was asked for at `revision`; nil when the engine knows no such container.
    ///
    /// - Returns: the container once more when an event has overtaken the answer.
    mutating func inspected(_ id: String, revision: UInt64, _ answer: InspectedContainer?) -> Effect {
        guard let entry = entries[id] else { return Effect() }
        guard entry.revision == revision else { return Effect(inspect: [id]) }
        guard let answer, answer.isRunning else { return Effect(isChanged: remove(id)) }
        if let before = entry.inspected, before.started != answer.started {
            entries[id]?.stopping = nil
            touched.insert(id)
        }
        if entry.isInDoubt {
            entries[id]?.isInDoubt = false
            if answer.stopSignal != .quit { entries[id]?.stopping = nil }
        }
        return Effect(isChanged: change(id) { $0 = answer })
    }

    /// A signal counts as the order to stop when processes end at it, or when `docker stop` would send it to this one.
    private mutating func stop(_ id: String, _ signal: DockerEvent.Signal, now: Instant) -> Bool {
        guard let entry = entries[id], entry.stopping == nil else { return false }
        // Before it is known what stops it, a signal that stops many counts.
        let isOrder = entry.inspected.map { signal == $0.stopSignal } ?? (signal == .quit)
        guard signal.isStop || isOrder else { return false }
        entries[id]?.stopping = now
        entries[id]?.isInDoubt = entry.inspected == nil && !signal.isStop
        touched.insert(id)
        return Self.isRoutable(entry)
    }

    /// Applies what an event tells, and has the rest asked for. A container that does not run yet is left alone: it joins
    /// its networks before it starts.
    private mutating func changeAndInspect(_ id: String, _ body: (inout InspectedContainer?) -> Void) -> Effect {
        guard let revision = entries[id].map({ _ in nextRevision() }) else { return Effect() }
        entries[id]?.revision = revision
        return Effect(inspect: [id], isChanged: change(id, body))
    }

    private mutating func remove(_ id: String) -> Bool {
        guard let entry = entries.removeValue(forKey: id) else { return false }
        touched.insert(id)
        return Self.isRoutable(entry)
    }

    private mutating func change(_ id: String, _ body: (inout InspectedContainer?) -> Void) -> Bool {
        guard let before = entries[id] else { return false }
        var after = before
        body(&after.inspected)
        guard before.inspected != after.inspected else { return false }
        entries[id] = after
        touched.insert(id)
        return Self.isRoutable(before) || Self.isRoutable(after)
    }

    private mutating func nextRevision() -> UInt64 {
        lastRevision += 1
        return lastRevision
    }

    private static func isRoutable(_ entry: Entry) -> Bool {
        entry.stopping == nil && entry.inspected?.isAdmitted == true
            && entry.inspected?.container.environment.keys.contains { $0.hasPrefix("VIRTUAL_HOST") } == true
    }
}
