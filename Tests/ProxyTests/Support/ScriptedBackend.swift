import Bytes
import Glibc
import Net
import Synchronization

/// A backend that does on each connection what a test tells it to, with calls that wait.
final class ScriptedBackend: Sendable {
    typealias Script = @Sendable (Connection) throws -> Void

    /// One connection, as its script sees it.
    final class Connection {
        let stream: TestStream
        /// Counts the connections of the backend from 0 on.
        let number: Int
        private let log: Watched<Log>

        init(_ stream: TestStream, number: Int, log: Watched<Log>) {
            self.stream = stream
            self.number = number
            self.log = log
        }

        /// Takes the next request with its body, and notes it.
        func receiveRequest() throws -> Message {
            let request = try stream.receiveRequest()
            log.update { $0.requests.append(request) }
            return request
        }

        /// Takes the head of the next request only, and notes it.
        func receiveRequestHead() throws -> Message {
            let request = try stream.receiveRequestHead()
            log.update { $0.requests.append(request) }
            return request
        }

        func send(_ text: String) throws { try stream.send(text) }

        /// Waits until the other side has closed, and notes it.
        func waitForEnd() throws { try stream.waitForEnd() }
    }

    /// What has happened so far.
    struct Log: Sendable {
        var connectionCount = 0
        /// The connections that are over.
        var endedCount = 0
        /// Those of connections that are not over, by connection.
        var descriptors: [Int: Int32] = [:]
        var requests: [Message] = []
        /// Everything that came, by connection.
        var bytes: [Int: [UInt8]] = [:]
        /// What the scripts threw.
        var faults: [String] = []
    }

    let endpoint: Endpoint
    let log = Watched(Log())
    private let listener: Int32
    private let thread: Thread
    private let isListening = Atomic(true)

    /// Listens at once. The first connection follows the first script, and so on; the last script is for all that follow.
    init(
        at address: Endpoint = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0), _ scripts: Script...
    ) throws {
        let socket = try Socket.listen(on: .ip(address))
        guard let endpoint = Socket.localEndpoint(socket.raw) else { throw TestFault("no address") }
        self.endpoint = endpoint
        let listener = socket.release()
        self.listener = listener
        thread = Thread.start(name: "backend") { [log] in Self.accept(listener, scripts, log) }
    }

    /// A backend that answers every request of every connection with the same bytes.
    static func answering(
        _ response: String = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    ) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                try connection.send(response)
            }
        }
    }

    deinit { stop() }

    /// Refuses connections from now on.
    func stop() {
        guard isListening.exchange(false, ordering: .relaxed) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        thread.join()
    }

    /// Ends the connections that there are.
    func disconnect() throws {
        let count = log.current.connectionCount
        for descriptor in log.current.descriptors.values { shutdown(descriptor, Int32(SHUT_RDWR)) }
        try waitUntilEnded(count)
    }

    /// The requests that have come, once there are so many.
    func requests(_ count: Int) throws -> [Message] {
        try log.wait(for: "\(count) requests") { $0.requests.count >= count }.requests
    }

    /// Waits until so many connections have been ended by the other side or by their script.
    func waitUntilEnded(_ count: Int) throws { try log.wait(for: "\(count) ends") { $0.endedCount >= count } }

    private static func accept(_ listener: Int32, _ scripts: [Script], _ log: Watched<Log>) {
        var number = 0
        while true {
            var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, -1) > 0, entry.revents & Int16(POLLHUP | POLLNVAL) == 0 else { break }
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { continue }
            let script = scripts[min(number, scripts.count - 1)]
            serve(descriptor, number, script, log)
            number += 1
        }
        close(listener)
    }

    private static func serve(_ descriptor: Int32, _ number: Int, _ script: @escaping Script, _ log: Watched<Log>) {
        log.update { log in
            log.connectionCount += 1
            log.descriptors[number] = descriptor
        }
        _ = Thread.start(name: "backend-\(number)") {
            let connection = Connection(TestStream(owning: descriptor), number: number, log: log)
            var fault: String?
            do { try script(connection) } catch { fault = "\(error)" }
            log.update { $0.descriptors[number] = nil }
            connection.stream.close()
            let bytes = connection.stream.history
            log.update { log in
                log.bytes[number] = bytes
                log.endedCount += 1
                if let fault { log.faults.append(fault) }
            }
        }
    }
}
