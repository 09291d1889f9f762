internal import Bytes
internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// Answers questions about the running server over a Unix domain socket that only its user can open.
///
/// `GET /routes` is answered with a `RouteReport`, `GET /health` says whether requests are served.
final class ControlSocket: EventSource {
    /// How many questions are answered at a time; more have to wait.
    static let width = 16

    private let path: String
    private let loop: EventLoop
    private let answer: (_ path: String) -> ControlAnswer
    private let listener: FileDescriptor
    private var token: Token?
    private var connections: [ObjectIdentifier: ControlConnection] = [:]

    /// Listens at the path. What a server that has ended left there is replaced.
    ///
    /// - Throws: `ControlSocketError` when another server listens there, or the socket cannot be made.
    init(
        at path: String, on loop: EventLoop, answer: @escaping (_ path: String) -> ControlAnswer
    ) throws(ControlSocketError) {
        self.path = path
        self.loop = loop
        self.answer = answer
        try Self.clear(path)
        do throws(SystemError) {
            // Nobody else may connect in the moment between bind(2) and a chmod(2).
            let mask = umask(0o177)
            defer { umask(mask) }
            listener = try Socket.listen(on: .unix(path), backlog: Int32(Self.width))
            token = try loop.add(listener.raw, self, interest: .reading)
        } catch {
            throw .unusable(path, error.message)
        }
    }

    /// Closes the socket and removes it.
    func close() {
        guard let token else { return }
        loop.unwatch(listener.raw)
        loop.remove(token)
        self.token = nil
        for connection in connections.values { connection.close() }
        unlink(path)
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

    /// Removes a socket that nobody listens at any more.
    private static func clear(_ path: String) throws(ControlSocketError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .taken(path) }
        do throws(SystemError) {
            _ = try Socket.connect(to: .unix(path))
        } catch {
            guard error.code == ECONNREFUSED || error.code == ENOENT else { throw .unusable(path, error.message) }
            unlink(path)
            return
        }
        throw .inUse(path)
    }
}
