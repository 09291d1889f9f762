internal import Net

/// Starts what follows the engine, each time anew when it has ended.
protocol DiscoverySource: AnyObject {
    /// Takes the socket over which a process that was started tells what it learns.
    var opened: ((consuming FileDescriptor) -> Void)? { get set }

    /// Starts the first one.
    func start()
}

/// Follows the engine on a thread of this process, which may reach the engine: that of `portico check`, which has no clients.
final class DiscoveryThread: DiscoverySource {
    var opened: ((consuming FileDescriptor) -> Void)?
    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    func start() {
        guard let (own, other) = try? SocketPair(.stream).release() else { return }
        let settings = settings
        _ = Thread.start(name: "discovery") {
            // It ends with the other end; a kernel that gives no descriptors leaves the containers unknown.
            try? DiscoveryProcess.run(settings, over: FileDescriptor(owning: other))
        }
        let socket = FileDescriptor(owning: own)
        opened?(socket)
    }
}
