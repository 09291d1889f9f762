/// Asks the engine about containers, a few at a time.
///
/// What an event asks for goes first, and always finds a free place within the time that one answer may take: the rest,
/// among which a container may hang the engine again and again, is given fewer places.
final class InspectionQueue {
    /// How many containers are asked about at a time.
    static let width = 8
    /// How many of these places are open to containers that are not urgent.
    static let ordinaryWidth = 5

    private let ask: (String, @escaping (Result<Inspection, APIError>) -> Void) -> () -> Void
    private let revision: (String) -> UInt64?
    private let answered: (String, UInt64, Result<Inspection, APIError>) -> Void
    private var urgent = Line()
    private var ordinary = Line()
    private var running: [String: (cancel: () -> Void, revision: UInt64)] = [:]

    /// Identifiers that wait, each once, first come first served.
    private struct Line {
        private var order: [String] = []
        private var next = 0
        private(set) var members: Set<String> = []

        mutating func append(_ id: String) {
            if members.insert(id).inserted { order.append(id) }
        }

        mutating func remove(_ id: String) { members.remove(id) }

        mutating func popFirst() -> String? {
            while next < order.count {
                let id = order[next]
                next += 1
                if members.remove(id) != nil { return id }
            }
            order.removeAll()
            next = 0
            return nil
        }
    }

    /// A queue that knows how to ask, at which revision a container is, and whom to give the answers.
    ///
    /// - Parameters:
    ///   - ask: begins to ask about a container, and returns what ends that.
    ///   - revision: the container's revision; nil when nobody wants to know any more.
    ///   - answered: takes the answer, with the revision that it was asked at.
    init(
        ask: @escaping (String, @escaping (Result<Inspection, APIError>) -> Void) -> () -> Void,
        revision: @escaping (String) -> UInt64?,
        answered: @escaping (String, UInt64, Result<Inspection, APIError>) -> Void
    ) {
        self.ask = ask
        self.revision = revision
        self.answered = answered
    }

    /// Whether nothing waits and nothing is being asked.
    var isIdle: Bool { running.isEmpty && urgent.members.isEmpty && ordinary.members.isEmpty }

    /// Has the container asked about; at once rather than later when it is urgent.
    func add(_ id: String, isUrgent: Bool) {
        if isUrgent {
            ordinary.remove(id)
            urgent.append(id)
        } else if !urgent.members.contains(id) {
            ordinary.append(id)
        }
        fill()
    }

    /// Forgets who waits and drops what is being asked.
    func cancelAll() {
        for (cancel, _) in running.values { cancel() }
        running = [:]
        urgent = Line()
        ordinary = Line()
    }

    private func fill() {
        while running.count < Self.width, let id = urgent.popFirst() { start(id) }
        while running.count < Self.ordinaryWidth, let id = ordinary.popFirst() { start(id) }
    }

    private func start(_ id: String) {
        guard let revision = revision(id) else { return }
        // An answer to what was asked before counts no more, and might never come.
        if let old = running[id] {
            guard old.revision != revision else { return }
            old.cancel()
        }
        let cancel = ask(id) { [unowned self] result in
            running[id] = nil
            answered(id, revision, result)
            fill()
        }
        running[id] = (cancel, revision)
    }
}
