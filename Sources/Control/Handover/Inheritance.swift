internal import Bytes
internal import Net
package import Proxy

#if canImport(Glibc)
    private import Glibc
#endif

/// The sockets that this server does not open by itself, and the line to the server that it takes them over from.
package final class Inheritance {
    /// The variable that names the descriptor of the line in a process that was started to take over.
    static let variable = "PORTICO_HANDOVER"
    /// How many seconds the other server may take for what it hands over.
    private static let patience = 10

    /// The sockets for clients.
    package let sockets = InheritedSockets()
    /// Whether the server before knows the containers of its engine.
    private(set) var knowsContainers = false
    private var control: Int32?
    private var line: Int32?

    private init() {}

    deinit {
        for raw in [control, line] { if let raw { _ = FileDescriptor(owning: raw) } }
    }

    /// What there is to inherit; nil for nothing.
    ///
    /// A process that was started by its predecessor takes over from that. With `takesOver` the server that listens on the control
    /// socket is asked, where there is one. Otherwise the sockets count that a service manager has opened (sd_listen_fds(3)), which
    /// take the place of the addresses in the settings.
    /// - Throws: `ServeError.takeover` when a server that was asked does not hand over.
    package static func find(
        _ settings: inout Settings, environment: Environment, takesOver: Bool
    ) throws(ServeError) -> Inheritance? {
        if let raw = environment[variable].flatMap({ Int32($0) }), raw > 2, fcntl(raw, F_GETFD) >= 0 {
            Socket.setCloseOnExec(raw)
            return try Inheritance(from: FileDescriptor(owning: raw))
        }
        if takesOver, let line = try ask(at: settings.controlSocket) { return try Inheritance(from: line) }
        return ServiceSockets.inherited(&settings, environment)
    }

    /// Whether another server serves until this one does.
    package var isSuccession: Bool { line != nil }

    /// Takes a socket of a service manager.
    convenience init(_ opened: [(descriptor: Int32, address: ListenAddress)]) {
        self.init()
        for (descriptor, address) in opened { sockets.add(FileDescriptor(owning: descriptor), at: address) }
    }

    private convenience init(from line: consuming FileDescriptor) throws(ServeError) {
        self.init()
        let raw = line.release()
        self.line = raw
        Socket.setBlocking(raw, true)
        Socket.setPatience(raw, seconds: Self.patience)
        do throws(SystemError) {
            while try take(Socket.receive(raw, limit: HandoverMessage.limit, descriptorLimit: Socket.mostDescriptors)) {
            }
        } catch {
            throw .takeover("the server before hands nothing over: \(error.message)")
        }
        Socket.setBlocking(raw, false)
    }

    /// Returns whether more is to come.
    private func take(_ packet: (bytes: [UInt8], descriptors: [Int32])) throws(SystemError) -> Bool {
        var rest = packet.descriptors
        defer { for raw in rest { _ = FileDescriptor(owning: raw) } }
        switch try? HandoverMessage(packet.bytes) {
        case .listener(let address):
            for raw in rest where Socket.isListening(raw) {
                rest.removeAll { $0 == raw }
                sockets.add(FileDescriptor(owning: raw), at: address)
            }
            return true
        case .control:
            if control == nil { control = rest.popLast() }
            return true
        case .complete(let knowsContainers):
            self.knowsContainers = knowsContainers
            return false
        default: throw SystemError(call: "recvmsg", code: EPROTO)
        }
    }

    /// The line of the server that listens on the control socket; nil where there is none.
    private static func ask(at path: String) throws(ServeError) -> FileDescriptor? {
        let socket: FileDescriptor
        do throws(SystemError) {
            socket = try Socket.connect(to: .unix(path))
        } catch {
            guard error.code == ENOENT || error.code == ECONNREFUSED else {
                throw .takeover("\(path): \(error.message)")
            }
            return nil
        }
        do {
            Socket.setBlocking(socket.raw, true)
            Socket.setPatience(socket.raw, seconds: patience)
            try Socket.send(socket.raw, Array("GET /takeover HTTP/1.1\r\nHost: portico\r\n\r\n".utf8))
            let (answer, descriptors) = try Socket.receive(socket.raw, limit: 4096, descriptorLimit: 1)
            if let raw = descriptors.first { return FileDescriptor(owning: raw) }
            let text = String(decoding: answer.prefix { $0 != 13 }, as: UTF8.self)
            throw ServeError.takeover("the server at \(path) does not hand over: \(text)")
        } catch let error as ServeError {
            throw error
        } catch {
            throw .takeover("\(path): \(error)")
        }
    }

    /// The socket for questions, to be taken once; nil for none.
    func takeControl() -> FileDescriptor? {
        defer { control = nil }
        return control.map { FileDescriptor(owning: $0) }
    }

    /// Tells the other server that this one cannot take over, and why.
    package func fail(_ reason: String) { tell(.failed(reason)) }

    /// Tells the other server that this one serves, and calls back when that has stopped accepting, or is gone; `lost` when it has
    /// taken its offer back before.
    ///
    /// - Throws: `SystemError` when the kernel refuses to watch the line.
    func succeed(
        on loop: EventLoop, released: @escaping () -> Void, lost: @escaping () -> Void
    ) throws(SystemError) {
        guard let line else { return }
        let ear = Ear { [unowned self] in
            guard let raw = self.line else { return }
            do throws(SystemError) {
                let bytes = try Self.last(from: raw)
                // Who has died without a word cannot serve, and leaves all that waits in the queues to this server.
                if bytes.isEmpty || (try? HandoverMessage(bytes)) == .released { released() } else { lost() }
            } catch {
                if error.isWouldBlock { return }
                released()
            }
            close(loop)
        }
        ear.token = try loop.add(line, ear, interest: .reading)
        self.ear = ear
        tell(.ready(process: getpid()))
    }

    /// What the other server has said. That it has closed before it had read everything is told first (unix(7)), once.
    private static func last(from raw: Int32) throws(SystemError) -> [UInt8] {
        do throws(SystemError) {
            return try Socket.receive(raw, limit: HandoverMessage.limit).bytes
        } catch {
            guard error.code == ECONNRESET else { throw error }
            return try Socket.receive(raw, limit: HandoverMessage.limit).bytes
        }
    }

    private var ear: Ear?

    private final class Ear: EventSource {
        var token: Token?
        private let hear: () -> Void

        init(hear: @escaping () -> Void) { self.hear = hear }

        func ready(_ readiness: Readiness) { hear() }
    }

    private func close(_ loop: EventLoop) {
        guard let line, let token = ear?.token else { return }
        loop.unwatch(line)
        loop.remove(token)
        _ = FileDescriptor(owning: line)
        self.line = nil
        ear = nil
    }

    private func tell(_ message: HandoverMessage) {
        guard let line else { return }
        try? Socket.send(line, message.encoded)
    }
}
