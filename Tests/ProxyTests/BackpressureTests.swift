import Bytes
import Routing
import Testing

/// What one side does not take, the other side must not be able to send: nothing is piled up in between.
@Suite("Slow sides", .timeLimit(.minutes(10)))
struct BackpressureTests {
    /// More than all the kernel's buffers on the way can hold.
    private static let size = 96 << 20
    /// What may be on its way: the buffers of four sockets, and not much more.
    private static let limit = 32 << 20

    /// Sends pieces of a body until all is sent or the other side reads no more, and says how much that is.
    private static func pour(_ stream: TestStream, from start: Int = 0, whileStuck: () throws -> Bool) throws -> Int {
        let piece = [UInt8](repeating: 66, count: 1 << 20)
        var sent = start
        while sent < size {
            let rest = min(piece.count, size - sent)
            if let count = try stream.sendSome(piece[..<rest]) {
                sent += count
            } else if stream.isStuck(), try !whileStuck() {
                break
            }
        }
        return sent
    }

    private static func drain(_ stream: TestStream, _ count: Int) throws {
        var rest = count
        while rest > 0 { rest -= try stream.receive(min(rest, 1 << 18)).count }
    }

    @Test("a client that does not read holds the backend back, and gets all in the end", arguments: [true, false])
    func slowClient(_ isChunked: Bool) throws {
        let sent = Watched(0)
        let isReading = Signal()
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            let size = isChunked ? String(Self.size, radix: 16) : "\(Self.size)"
            try connection.send(
                "HTTP/1.1 200 OK\r\n"
                    + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n" : "Content-Length: \(size)\r\n\r\n"))
            _ = try Self.pour(connection.stream) {
                let count = connection.stream.sentCount
                sent.update { $0 = count }
                try isReading.pass()
                return true
            }
            if isChunked { try connection.send("\r\n0\r\n\r\n") }
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend]).connect(receiveBuffer: 8192)
        try client.send(plainGet)
        #expect(try sent.wait(for: "the backend to be held back") { $0 > 0 } < Self.limit)
        isReading.open()
        _ = try client.receive(through: "\r\n\r\n")
        if isChunked {
            var total = 0
            while true {
                let size = try #require(Int(client.receive(through: "\r\n").dropLast(), radix: 16))
                try Self.drain(client, size)
                total += size
                guard size > 0 else { break }
                #expect(try client.receive(2) == [13, 10])
            }
            #expect(total == Self.size)
        } else {
            try Self.drain(client, Self.size)
        }
        try client.send("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n")
    }

    @Test("a backend that does not read holds the client back, and gets all in the end", arguments: [true, false])
    func slowBackend(_ isChunked: Bool) throws {
        let isReading = Signal()
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try isReading.pass()
            if isChunked {
                var total = 0
                while true {
                    guard let size = try Int(connection.stream.receive(through: "\r\n").dropLast(), radix: 16) else {
                        throw TestFault("no chunk")
                    }
                    try Self.drain(connection.stream, size + 2)
                    total += size
                    if size == 0 { break }
                }
                guard total == Self.size else { throw TestFault("\(total) bytes") }
            } else {
                try Self.drain(connection.stream, Self.size)
            }
            try connection.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend], settings: { $0.maxBodySize = nil }).connect()
        let size = isChunked ? String(Self.size, radix: 16) : "\(Self.size)"
        try client.send(
            "PUT / HTTP/1.1\r\nHost: registry.test\r\n"
                + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n\(size)\r\n" : "Content-Length: \(size)\r\n\r\n"))
        let held = try Self.pour(client) { false }
        #expect(held < Self.limit)
        isReading.open()
        let all = try Self.pour(client, from: held) { true }
        #expect(all == Self.size)
        if isChunked { try client.send("\r\n0\r\n\r\n") }
        #expect(try client.receiveResponse().status == 201)
        #expect(backend.log.current.faults.isEmpty)
    }

    @Test("a client that takes nothing for too long is cut off, and its backend let go")
    func stalledClient() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\r\n")
            _ = try Self.pour(connection.stream) { true }
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.clientSendTimeout = .milliseconds(100) })
        let client = try proxy.connect(receiveBuffer: 8192)
        try client.send("GET / HTTP/1.0\r\nHost: registry.test\r\n\r\n")
        try backend.waitUntilEnded(1)
        #expect(try client.waitForEnd() == .reset)
        #expect(proxy.failures.isEmpty)
    }

    @Test("a client that takes nothing is cut off although it has gone on sending meanwhile")
    func stalledSender() throws {
        let isFull = Signal()
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 200 OK\r\n\r\n")
            _ = try Self.pour(connection.stream) { false }
            isFull.open()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.clientSendTimeout = .seconds(2) })
        let client = try proxy.connect(receiveBuffer: 8192)
        try client.send("GET / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 2\r\n\r\nx")
        try isFull.pass()
        // On a slow machine it may be cut off by now.
        try? client.send("x")
        try backend.waitUntilEnded(1)
        #expect(try client.waitForEnd() == .reset)
    }

    @Test("a backend that takes nothing for too long is given up with 504")
    func stalledBackend() throws {
        let isOver = Signal()
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try isOver.pass()
        }
        let proxy = try TestProxy(
            to: [backend],
            settings: {
                $0.maxBodySize = nil
                $0.sendTimeout = .milliseconds(100)
            })
        let client = try proxy.connect()
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: \(Self.size)\r\n\r\n")
        _ = try Self.pour(client) { true }
        #expect(try client.receiveResponse().status == 504)
        isOver.open()
        #expect(proxy.failures == ["the backend did not take the request in time"])
    }

    @Test(
        "a slow client that is still sending, or has stopped, gets the whole of a long early answer",
        arguments: [true, false])
    func longEarlyAnswer(_ isHalfClosed: Bool) throws {
        let text = String(repeating: "x", count: 16_000_000)
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 400 No\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend]).connect(receiveBuffer: 4096)
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 100000\r\n\r\nabc")
        _ = try client.receive(through: "\r\n\r\n")
        if isHalfClosed { client.halfClose() } else { try client.send("abc") }
        try Self.drain(client, text.utf8.count)
        #expect(try client.waitForEnd() == .closed)
    }
}
