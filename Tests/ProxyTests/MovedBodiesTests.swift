import Bytes
import Routing
import Testing

/// Bodies between connections in the clear, which the kernel moves.
@Suite("Moved bodies", .timeLimit(.minutes(10)))
struct MovedBodiesTests {
    /// Bytes of which no two places look alike.
    private static func pattern(_ count: Int) -> [UInt8] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    @Test("reach a client as they were, and the connection serves on", arguments: [100, 32_768, 100_000, 3_000_001])
    func answers(size: Int) throws {
        let body = Self.pattern(size)
        let backend = try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                try connection.stream.send(body)
            }
        }
        let client = try TestProxy(to: [backend]).connect(receiveBuffer: 8192)
        for _ in 0..<3 {
            try client.send(plainGet)
            #expect(try client.receiveResponse().body.elementsEqual(body))
        }
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test(
        "reach a backend as they were, and no byte of the next request with them", arguments: [100, 100_000, 3_000_001])
    func requests(size: Int) throws {
        let body = Self.pattern(size)
        let backend = try ScriptedBackend { connection in
            while true {
                let request = try connection.receiveRequest()
                let isSame = request.startLine.hasPrefix("GET") || request.body.elementsEqual(body)
                let text = isSame ? "same" : "other"
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
            }
        }
        let client = try TestProxy(to: [backend], settings: { $0.maxBodySize = nil }).connect()
        for _ in 0..<3 {
            let head = "PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: \(size)\r\n\r\n"
            try client.send(Array(head.utf8) + body + Array(plainGet.utf8))
            #expect(try client.receiveResponse().text == "same")
            #expect(try client.receiveResponse().text == "same")
        }
        #expect(try backend.requests(6).count == 6)
    }

    @Test("are seen to be cut when the backend breaks off")
    func cut() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            try connection.stream.send(Self.pattern(500_000))
        }
        let client = try TestProxy(to: [backend]).connect()
        try client.send(plainGet)
        #expect(throws: (any Error).self) { try client.receiveResponse() }
    }

    @Test("do not take along what a backend sends behind them, which answers nobody")
    func unasked() throws {
        let body = Self.pattern(200_000)
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n"
            let more = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
            try connection.stream.send(Array(head.utf8) + body + Array(more.utf8))
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        try client.send(plainGet)
        #expect(try client.receiveResponse().body.elementsEqual(body))
        try backend.waitUntilEnded(1)
    }
}
