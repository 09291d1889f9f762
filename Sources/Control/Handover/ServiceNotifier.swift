internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// Tells a service manager how it stands with the server (sd_notify(3)): one packet a message to the socket of
/// `NOTIFY_SOCKET`.
///
/// The socket is made before the process gives up making any.
final class ServiceNotifier {
    private let socket: FileDescriptor
    /// How often the manager wants to hear that the server is alive: half the time of `WATCHDOG_USEC`; nil for never.
    let watchdogInterval: Duration?

    /// What may be told.
    enum Message {
        /// It serves.
        case ready
        /// It reads everything again, and says `ready` afterwards.
        case reloading
        /// It ends.
        case stopping
        /// It is alive.
        case watchdog
        /// Another process is the server now.
        case mainProcess(Int32)

        fileprivate var text: String {
            switch self {
            case .ready: "READY=1\nSTATUS=Serving"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Instant.now.nanoseconds / 1000)"
            case .stopping: "STOPPING=1\nSTATUS=Letting requests under way finish"
            case .watchdog: "WATCHDOG=1"
            case .mainProcess(let number): "MAINPID=\(number)"
            }
        }
    }

    /// Nil where no manager wants to be told.
    ///
    /// - Parameter isSuccession: whether the watchdog that the environment speaks of was the predecessor's, and is this process's now.
    init?(_ environment: Environment, isSuccession: Bool) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"),
            let socket = try? Socket.connectDatagram(to: path)
        else { return nil }
        self.socket = socket
        let isMeant = isSuccession || environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
        let time = environment["WATCHDOG_USEC"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        watchdogInterval = isMeant ? time.map { .microseconds($0 / 2) } : nil
    }

    /// Tells it. A manager that does not listen misses it.
    func tell(_ message: Message) { try? Socket.send(socket.raw, Array(message.text.utf8)) }
}
