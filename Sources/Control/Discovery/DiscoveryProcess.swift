internal import Logging
internal import Net
internal import Routing
internal import Synchronization

/// Follows the engine and tells the other side of a socket what it learns, until that is gone.
///
/// This is all of a process, or of a thread where nobody has to be kept from the engine. What it is told by that socket is
/// one byte, and by the engine only answers to GET.
final class DiscoveryProcess {
    /// The most bytes of a request.
    private static let requestLimit = 16

    private let loop: EventLoop
    private let relay = Relay()
    private let lines = DiscoveryLines()
    private let client: DockerClient
    private let channel: MessageChannel
    private var told: DiscoveryState?
    private var toldPlace = ProxyPlace.host

    /// What the parts are given to call before the whole of them stands.
    private final class Relay {
        var request: ((UInt8) throws(MessageError) -> Void)?
    }

    /// Runs until the other side closes its end.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor.
    static func run(_ settings: Settings, over socket: consuming FileDescriptor) throws(SystemError) {
        let process = try DiscoveryProcess(settings, over: socket)
        process.loop.turnEnded = { [unowned process] in process.tell() }
        process.client.start()
        process.loop.run()
        process.loop.turnEnded = nil
        process.client.stop()
    }

    private init(_ settings: Settings, over socket: consuming FileDescriptor) throws(SystemError) {
        let loop = try EventLoop()
        self.loop = loop
        let relay = relay
        let log = Logger(label: "discovery") { [lines] _ in DiscoveryLog(lines: lines) }
        client = DockerClient(
            settings.docker, security: settings.engineSecurity, filters: settings.containerFilters,
            own: .current(label: settings.containerLabel), on: loop, resolver: try NameResolver(on: loop), log: log
        ) {}
        channel = try MessageChannel(
            socket, on: loop, limit: Self.requestLimit,
            received: { bytes throws(MessageError) in
                guard bytes.count == 1 else { throw .unknown }
                try relay.request?(bytes[0])
            },
            ended: { _ in loop.stop() })
        relay.request = { [unowned self] byte throws(MessageError) in
            guard let request = DiscoveryRequest(rawValue: byte) else { throw .unknown }
            switch request {
            case .reconcile: client.reconcileNow()
            }
        }
    }

    /// Tells what is new, unless the other side has not taken the last news yet: then it is told with the next ones.
    private func tell() {
        guard channel.isIdle else { return channel.flush() }
        for line in lines.takeAll() { send(line) }
        for id in client.takeTouched().sorted() {
            if let inspected = client.table.container(id) {
                send(.container(inspected.container, isRoutable: client.table.isRoutable(id)))
            } else {
                send(.removed(id: id))
            }
        }
        if client.place != toldPlace {
            toldPlace = client.place
            send(.place(toldPlace))
        }
        var state = DiscoveryState()
        state.isSynchronized = client.isSynchronized
        state.isReady = client.isReady
        state.isSettled = client.isSettled
        state.summary = client.summary
        if !channel.isIdle || state != told {
            told = state
            send(.state(state))
        }
        channel.flush()
    }

    private func send(_ message: DiscoveryMessage) {
        let bytes = message.encoded
        guard bytes.count <= DiscoveryMessage.limit else {
            // Whatever was known of it is not true any more.
            guard case .container(let container, _) = message else { return }
            send(.log(.error, "The container \(container.id.prefix(12)) has too much text to be served."))
            return send(.removed(id: container.id))
        }
        channel.send(bytes)
    }
}

/// Keeps lines of a log until they are handed on to the process that writes it.
private final class DiscoveryLines: Sendable {
    /// The longest line, and how many wait; what is beyond is nobody's reading.
    private static let limit = (line: 16_384, count: 1000)
    private let lines = Mutex<[DiscoveryMessage]>([])

    func add(_ level: DiscoveryMessage.Level, _ text: String) {
        lines.withLock { lines in
            if lines.count < Self.limit.count { lines.append(.log(level, String(text.prefix(Self.limit.line)))) }
        }
    }

    func takeAll() -> [DiscoveryMessage] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}

private struct DiscoveryLog: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    let lines: DiscoveryLines

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let level: DiscoveryMessage.Level =
            switch event.level {
            case .trace, .debug, .info, .notice: .info
            case .warning: .warning
            case .error, .critical: .error
            }
        lines.add(level, "\(event.message)")
    }
}
