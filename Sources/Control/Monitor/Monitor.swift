internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// The process that keeps the rights that the serving one gives up, and does for it the little that needs them.
///
/// It is forked before anything else, so that it holds no key and no listening socket, has one thread and reads nothing
/// that comes from a network. It opens files (`MonitorFiles`), starts the program anew where that shall take over, and has the
/// process that follows the engine started, again and again where that ends. It ends with the process that it was forked from.
package final class Monitor {
    /// How long after its end the other process is started again, at first and at the most.
    static let pause = (first: Duration.milliseconds(100), longest: Duration.seconds(5))
    /// How long the other process must have run for its end to count as the first.
    static let steady = Duration.seconds(30)

    private enum Chore: CaseIterable {
        case start
    }

    private let settings: Settings
    private let loop: EventLoop
    private let agenda: Agenda<Chore>
    private let wire: FileDescriptor
    private let files: MonitorFiles
    private var signals: Signals?
    private var discovery: ForkedProcess?
    private let program = StartedProgram.ownPath
    private var started = Instant.now
    private var failures = 0

    /// Forks it.
    ///
    /// - Returns: the serving process's end.
    /// - Throws: `ServeError.system` when there can be no further process.
    package static func start(_ settings: Settings) throws(ServeError) -> MonitorLink {
        do throws(SystemError) {
            return try fork(settings)
        } catch {
            throw .system(error.description)
        }
    }

    private static func fork(_ settings: Settings) throws(SystemError) -> MonitorLink {
        let (own, other) = try SocketPair(.packets).release()
        let wire = FileDescriptor(owning: own)
        let end = FileDescriptor(owning: other)
        // The one end waits for answers, the other must not wait for questions.
        let (asking, answering) = try SocketPair(.packets, isBlocking: true).release()
        let line = FileDescriptor(owning: asking)
        let lineEnd = FileDescriptor(owning: answering)
        let process = try ForkedProcess(name: "portico-monitor", keeping: [other, answering]) {
            let files = MonitorFiles(FileDescriptor(owning: answering), settings: settings)
            guard let monitor = try? Monitor(settings, over: FileDescriptor(owning: other), files: files) else {
                return
            }
            monitor.run()
        }
        _ = consume end
        _ = consume lineEnd
        ProtectedFiles.ask(over: line)
        return MonitorLink(wire, to: process)
    }

    private init(
        _ settings: Settings, over wire: consuming FileDescriptor, files: MonitorFiles
    ) throws(SystemError) {
        self.settings = settings
        self.files = files
        loop = try EventLoop()
        agenda = Agenda(on: loop)
        let raw = wire.raw
        self.wire = wire
        let ear = MonitorEar(raw, heard: { [unowned self] in startSuccessor($0) }, ended: { [loop] in loop.stop() })
        _ = try loop.add(raw, ear, interest: .reading)
        let token = try loop.add(files.raw, files, interest: .reading)
        files.ended = { [loop, unowned files] in
            loop.unwatch(files.raw)
            loop.remove(token)
        }
    }

    private func run() {
        agenda.perform = { [unowned self] _ in startDiscovery() }
        signals = try? Signals([SIGCHLD], on: loop) { [unowned self] _ in childEnded() }
        if settings.docker != .none { startDiscovery() }
        loop.run()
    }

    private func startDiscovery() {
        started = loop.now
        do throws(SystemError) {
            let (own, other) = try SocketPair(.stream).release()
            let given = FileDescriptor(owning: own)
            let kept = FileDescriptor(owning: other)
            discovery = try ForkedProcess(name: "portico-docker", keeping: [other]) {
                if settings.sandbox != .off {
                    // Both are a matter of course on kernels of the last ten years, and no more than a second wall here.
                    try? Confinement.forbidNewPrivileges()
                    try? Confinement.filterCalls(allowsUnixSockets: true)
                }
                try? DiscoveryProcess.run(settings, over: FileDescriptor(owning: other))
            }
            _ = consume kept
            try Socket.send(wire.raw, [MonitorNews.discovery.rawValue], with: [given.raw])
        } catch {
            startLater()
        }
    }

    /// Starts the program once more, the way it was started, to take over from the serving process.
    private func startSuccessor(_ line: Int32) {
        let given = FileDescriptor(owning: line)
        // The new process has its own; these were meant for this one.
        let own = [Inheritance.variable, "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
        let number: Int32 = 3
        let environment = StartedProgram.ownEnvironment.filter { line in !own.contains { line.hasPrefix($0 + "=") } }
        guard let program else { return }
        // Where it cannot be started the line ends, which the serving process notices.
        try? StartedProgram.start(
            program, arguments: CommandLine.arguments,
            environment: environment + ["\(Inheritance.variable)=\(number)"], descriptor: given.raw, as: number)
    }

    private func childEnded() {
        guard let process = discovery, !process.isRunning else { return }
        discovery = nil
        startLater()
    }

    private func startLater() {
        failures = loop.now.since(started) > Self.steady ? 0 : failures + 1
        agenda.schedule(.start, after: min(Self.pause.first * (1 << min(failures, 6)), Self.pause.longest))
    }
}

/// What the monitor tells the serving process.
enum MonitorNews: UInt8 {
    /// The engine is followed by a new process, over the socket that comes with this.
    case discovery = 1
}

/// What the serving process asks of the monitor.
enum MonitorRequest: UInt8 {
    /// Start the process that takes over; the line to it comes with this.
    case successor = 1
}

/// Hears what the serving process asks for, and when it is gone.
private final class MonitorEar: EventSource {
    private let descriptor: Int32
    private let heard: (Int32) -> Void
    private let ended: () -> Void

    init(_ descriptor: Int32, heard: @escaping (Int32) -> Void, ended: @escaping () -> Void) {
        self.descriptor = descriptor
        self.heard = heard
        self.ended = ended
    }

    func ready(_ readiness: Readiness) {
        do throws(SystemError) {
            while true {
                let (bytes, descriptors) = try Socket.receive(descriptor, limit: 16, descriptorLimit: 1)
                guard let wish = bytes.first.flatMap({ MonitorRequest(rawValue: $0) }), let line = descriptors.first
                else {
                    return ended()
                }
                switch wish {
                case .successor: heard(line)
                }
            }
        } catch {
            if !error.isWouldBlock { ended() }
        }
    }
}
