internal import Bytes
internal import Glibc
internal import Net
internal import Synchronization

/// A backend on a thread of its own that notes what it is sent.
///
/// It answers each request with its target, or with whatever it is told to say before it closes. The request for
/// `checkpoint` is answered last of all that has come, so that nothing is still to be noted when the answer arrives.
final class RecordingBackend: Sendable {
    /// What has come since the last checkpoint.
    struct Record: Sendable {
        var requests: [ReceivedRequest] = []
        var violation: Violation?
    }

    let endpoint: Endpoint
    let checkpoint: [UInt8]
    private let record = Mutex(Record())
    private let answer = Mutex<[UInt8]?>(nil)

    init() throws(SystemError) {
        let socket = try Socket.listen(on: .ip(Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)))
        guard let endpoint = Socket.localEndpoint(socket.raw) else { throw .current("getsockname") }
        self.endpoint = endpoint
        // Nothing that is made up of other inputs may be taken for it.
        checkpoint = Array("/\(UInt64.random(in: .min ... .max))".utf8)
        let listener = socket.release()
        _ = Thread.start(name: "backend") { [self] in
            var desk = Desk(listener: listener, backend: self)
            while true { desk.work() }
        }
    }

    /// Begins anew; every request is answered with these bytes and the end of the connection, where there are any.
    func begin(answer bytes: [UInt8]?) {
        answer.withLock { $0 = bytes }
        record.withLock { $0 = Record() }
    }

    /// What has come.
    var recorded: Record { record.withLock { $0 } }

    fileprivate var answerBytes: [UInt8]? { answer.withLock { $0 } }

    fileprivate func note(_ change: (inout Record) -> Void) { record.withLock { change(&$0) } }
}

/// The connections of the backend, which its thread alone touches.
private struct Desk {
    private let listener: Int32
    private let backend: RecordingBackend
    private var connections: [Int32: [UInt8]] = [:]
    private var checkpoints: [Int32] = []

    init(listener: Int32, backend: RecordingBackend) {
        self.listener = listener
        self.backend = backend
    }

    /// Waits for news, takes all of them in, and answers the checkpoints then.
    mutating func work() {
        var timeout: Int32 = -1
        while takeNews(timeout) { timeout = 0 }
        if !checkpoints.isEmpty { waitForEnds() }
        for descriptor in checkpoints {
            checkUnfinished()
            send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", to: descriptor)
        }
        checkpoints = []
    }

    /// Returns whether there was something.
    private mutating func takeNews(_ timeout: Int32) -> Bool {
        let descriptors = [listener] + connections.keys
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), timeout) > 0 else { return false }
        for entry in entries where entry.revents != 0 {
            if entry.fd == listener {
                if let accepted = try? Socket.accept(listener) { connections[accepted.unpack().release()] = [] }
            } else {
                receive(entry.fd)
            }
        }
        return true
    }

    private mutating func receive(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { connections[descriptor]? += buffer[..<count] }
        do {
            try readRequests(descriptor, hasEnded: count == 0 || count < 0 && errno != EAGAIN)
        } catch {
            backend.note { $0.violation = $0.violation ?? error }
            close(descriptor)
        }
    }

    private mutating func readRequests(_ descriptor: Int32, hasEnded: Bool) throws(Violation) {
        while let bytes = connections[descriptor], !bytes.isEmpty {
            guard let (request, count) = try ReceivedRequest.read(bytes) else { break }
            guard request.isComplete || hasEnded else { return }
            connections[descriptor]?.removeFirst(count)
            if request.target == backend.checkpoint {
                checkpoints.append(descriptor)
                continue
            }
            backend.note { $0.requests.append(request) }
            if request.isComplete { answer(request, on: descriptor) }
        }
        if hasEnded { close(descriptor) }
    }

    private mutating func answer(_ request: ReceivedRequest, on descriptor: Int32) {
        if let bytes = backend.answerBytes {
            send(bytes, to: descriptor)
            return close(descriptor)
        }
        let body = request.method.has("HEAD") ? "" : "ok"
        send("HTTP/1.1 200 OK\r\nX-Target: \(request.target.text)\r\nContent-Length: 2\r\n\r\n\(body)", to: descriptor)
    }

    /// Gives the proxy time to give up what the client never finished: its news of the client's end may come to it in the
    /// same batch as the checkpoint, and behind it.
    private mutating func waitForEnds() {
        var patience = 20
        while patience > 0, connections.values.contains(where: { !$0.isEmpty }) {
            if !takeNews(100) { patience -= 1 }
        }
    }

    /// What the client never finished must have been given up: the proxy was told that nothing more comes.
    private func checkUnfinished() {
        for bytes in connections.values where !bytes.isEmpty {
            backend.note { $0.violation = $0.violation ?? Violation("left hanging at the backend: \(bytes.text)") }
        }
    }

    private func send(_ text: String, to descriptor: Int32) { send(Array(text.utf8), to: descriptor) }

    /// Answers are shorter than what the kernel takes at once.
    private func send(_ bytes: [UInt8], to descriptor: Int32) {
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    private mutating func close(_ descriptor: Int32) {
        connections[descriptor] = nil
        Glibc.close(descriptor)
    }
}
