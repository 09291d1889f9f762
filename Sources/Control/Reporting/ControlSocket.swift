internal import Bytes
internal import Net

/// Answers questions about the running server over a Unix domain socket that only its user can open.
///
/// `GET /routes` is answered with a `RouteReport`, `GET /health` says whether requests are served.
final class ControlSocket: EventSource {
    /// How many questions are answered at a time; more have to wait.
    static let width = 16

    private let loop: EventLoop
    private let answer: (_ path: String) -> ControlAnswer
    private let listener: ControlListener
    private var token: Token?
    private var connections: [ObjectIdentifier: ControlConnection] = [:]

    /// Answers those who connect.
    ///
    /// - Throws: `SystemError` when the kernel refuses to watch the socket.
    init(
        _ listener: ControlListener, on loop: EventLoop, answer: @escaping (_ path: String) -> ControlAnswer
    ) throws(SystemError) {
        self.listener = listener
        self.loop = loop
        self.answer = answer
        token = try loop.add(listener.raw, self, interest: .reading)
    }

    /// The number of the socket, to be handed over.
    var raw: Int32 { listener.raw }

    /// Answers no more, and leaves the socket to the server that has it too.
    func handOver() {
        guard let token else { return }
        loop.unwatch(listener.raw)
        loop.remove(token)
        self.token = nil
        for connection in connections.values { connection.close() }
    }

    /// Closes the socket and removes it.
    func close() {
        guard let token else { return }
        loop.unwatch(listener.raw)
        loop.remove(token)
        self.token = nil
        for connection in connections.values { connection.close() }
        listener.remove()
    }

    func ready(_ readiness: Readiness) {
        while connections.count < Self.width {
            do throws(SystemError) {
                guard let accepted = try Socket.accept(listener.raw) else { return }
                let connection = try ControlConnection(accepted.unpack(), on: loop, answer: answer) { [unowned self] in
                    connections[ObjectIdentifier($0)] = nil
                    if connections.count == Self.width - 1 { watch(.reading) }
                }
                connections[ObjectIdentifier(connection)] = connection
            } catch {
                return
            }
        }
        watch(.paused)
    }

    private func watch(_ interest: Interest) {
        guard let token else { return }
        // The descriptor and the token stand, so that epoll_ctl(2) has nothing to refuse.
        try? loop.modify(listener.raw, token, interest: interest)
    }
}
