internal import Logging
internal import Net
internal import Routing

/// What is known of the engine's containers, as another process tells it.
///
/// When that process ends, what it has said stays true until a new one has said all there is.
final class Discovery {
    /// Where Portico runs, as the engine sees it.
    private(set) var place = ProxyPlace.host
    /// The containers that ask for requests and may get them, in the order of their identifiers.
    private(set) var routable: [Container] = []

    private let isWanted: Bool
    private let loop: EventLoop
    private let source: any DiscoverySource
    private let limit: Int
    private let log: Logger
    private let changed: () -> Void
    private var channel: MessageChannel?
    private var containers: [String: (container: Container, isRoutable: Bool)] = [:]
    private var state = DiscoveryState()
    private var hasBeenSynchronized = false
    private var isChanged = false
    /// The containers that the process has told of since it was started, until it knows all of them.
    private var confirmed: Set<String>?

    /// Knows nothing before `start()`; `changed` is called on the loop's thread after each change.
    ///
    /// - Parameter limit: the most containers that are known at a time; a process that tells of more is not believed.
    init(
        _ settings: Settings, from source: any DiscoverySource, limit: Int = ContainerTable.limit,
        on loop: EventLoop, log: Logger, changed: @escaping () -> Void
    ) {
        isWanted = settings.docker != .none
        self.loop = loop
        self.source = source
        self.limit = limit
        self.log = log
        self.changed = changed
    }

    /// Begins to follow the engine.
    func start() {
        guard isWanted else { return }
        source.opened = { [weak self] socket in self?.follow(socket) }
        source.start()
    }

    /// Follows it no more.
    func stop() {
        source.opened = nil
        channel?.close()
        channel = nil
    }

    /// Has everything asked again.
    func reconcileNow() {
        channel?.send([DiscoveryRequest.reconcile.rawValue])
        channel?.flush()
    }

    /// Whether the engine has said once what runs.
    var isSynchronized: Bool { hasBeenSynchronized }

    /// Whether no answer is awaited that might change something.
    var isSettled: Bool { state.isSettled }

    /// Whether there is nothing to wait for before the first request: all is known, or nobody answers.
    var isReady: Bool { !isWanted || hasBeenSynchronized || state.isReady }

    /// How it stands with the engine, for people.
    var summary: String { isWanted ? state.summary : "not asked" }

    /// All containers that run and are known, in the order of their identifiers.
    var running: [Container] { containers.values.map(\.container).sorted { $0.id < $1.id } }

    // MARK: - The other process

    private func follow(_ socket: consuming FileDescriptor) {
        channel?.close()
        channel = nil
        state = DiscoveryState()
        confirmed = []
        do throws(SystemError) {
            channel = try MessageChannel(
                socket, on: loop, limit: DiscoveryMessage.limit,
                received: { [unowned self] bytes throws(MessageError) in try take(DiscoveryMessage(bytes)) },
                ended: { [unowned self] error in ended(error) })
        } catch {
            log.error("The containers cannot be followed: \(error)")
        }
    }

    private func ended(_ error: MessageError?) {
        channel = nil
        state.isSettled = true
        state.summary = "the process that follows the engine has ended"
        let reason = error.map { ": \($0)" } ?? ""
        log.error("The process that follows the Docker engine has ended\(reason). Keeping its containers.")
    }

    private func take(_ message: DiscoveryMessage) throws(MessageError) {
        switch message {
        case .container(var container, let isRoutable):
            let text = container.environment["VIRTUAL_HOST_MULTIPORTS"] ?? ""
            if text.contains(where: { !$0.isWhitespace }) { container.multiports = MultiportsDecoder.decode(text) }
            try set(container, isRoutable: isRoutable)
        case .removed(let id):
            confirmed?.remove(id)
            remove(id)
        case .place(let place):
            isChanged = isChanged || place != self.place
            self.place = place
        case .state(let state): take(state)
        case .log(.info, let text): log.info("\(text)")
        case .log(.warning, let text): log.warning("\(text)")
        case .log(.error, let text): log.error("\(text)")
        }
    }

    private func set(_ container: Container, isRoutable: Bool) throws(MessageError) {
        let before = containers[container.id]
        guard before != nil || containers.count < limit else { throw .tooLong }
        confirmed?.insert(container.id)
        if let before, before.isRoutable == isRoutable, before.container == container { return }
        containers[container.id] = (container, isRoutable)
        if isRoutable || before?.isRoutable == true { replace(container.id, by: isRoutable ? container : nil) }
    }

    private func remove(_ id: String) {
        if containers.removeValue(forKey: id)?.isRoutable == true { replace(id, by: nil) }
    }

    /// Puts a container into its place among those that get requests, or takes it out.
    private func replace(_ id: String, by container: Container?) {
        isChanged = true
        var range = routable.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = routable[middle].id < id ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        let index = range.lowerBound
        let isThere = index < routable.count && routable[index].id == id
        switch (container, isThere) {
        case (let container?, true): routable[index] = container
        case (let container?, false): routable.insert(container, at: index)
        case (nil, true): routable.remove(at: index)
        case (nil, false): break
        }
    }

    private func take(_ state: DiscoveryState) {
        self.state = state
        if state.isSynchronized, let known = confirmed {
            confirmed = nil
            for id in containers.keys where !known.contains(id) { remove(id) }
            if !hasBeenSynchronized { isChanged = true }
            hasBeenSynchronized = true
        }
        guard isChanged else { return }
        isChanged = false
        changed()
    }
}
