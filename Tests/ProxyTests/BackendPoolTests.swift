import Bytes
import Proxy
import Routing
import Testing

@Suite("Kept connections to backends", .timeLimit(.minutes(10)))
struct BackendPoolTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    private static let fields = "Host: registry.test\r\n"

    /// Answers one request of the first connection, then closes as soon as the next one has come; answers all others.
    private func stale() throws -> ScriptedBackend {
        try ScriptedBackend(
            { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.ok)
                _ = try connection.receiveRequestHead()
            },
            { connection in
                while true {
                    _ = try connection.receiveRequest()
                    try connection.send(Self.ok)
                }
            })
    }

    @Test(
        "sends a request that may be repeated once more, when a kept connection dies before a byte of answer",
        arguments: ["GET", "HEAD", "DELETE", "OPTIONS", "PUT"])
    func repeated(_ method: String) throws {
        let backend = try stale()
        let client = try TestProxy(to: [backend]).connect()
        try client.send(plainGet)
        #expect(try client.receiveResponse().status == 200)
        try client.send("\(method) /again HTTP/1.1\r\n\(Self.fields)\r\n")
        let answer = try client.receive(through: "\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        #expect(
            try backend.requests(3).map(\.startLine).suffix(2) == [
                "\(method) /again HTTP/1.1", "\(method) /again HTTP/1.1",
            ])
    }

    @Test(
        "does not send a request twice that may not be, when a kept connection dies",
        arguments: [
            "POST / HTTP/1.1\r\nHost: registry.test\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\nabc",
            "PATCH / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 0\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\n",
        ])
    func notRepeated(_ request: String) throws {
        let backend = try stale()
        let client = try TestProxy(to: [backend], configure: Self.keepingForAll).connect()
        try client.send(plainGet)
        _ = try client.receiveResponse()
        try client.send(request)
        #expect(try client.receiveResponse().status == 502)
        #expect(backend.log.current.connectionCount == 1)
    }

    /// Has requests that cannot be repeated sent on kept connections too, however slow this machine is.
    private static func keepingForAll(_ settings: inout WorkerSettings) {
        settings.idleTimeForUnrepeatable = .seconds(3600)
    }

    @Test(
        "sends what cannot be repeated on no connection that has been idle for long",
        arguments: [
            ("POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 0\r\n\r\n", 2),
            ("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\nabc", 2),
            ("PUT / HTTP/1.1\r\nHost: registry.test\r\n\r\n", 1), (plainGet, 1),
        ])
    func idleForLong(_ request: String, _ connections: Int) throws {
        let backend = try ScriptedBackend.answering()
        let client = try TestProxy(to: [backend], configure: { $0.idleTimeForUnrepeatable = .zero }).connect()
        try client.send(plainGet)
        _ = try client.receiveResponse()
        try client.send(request)
        #expect(try client.receiveResponse().status == 200)
        #expect(backend.log.current.connectionCount == connections)
    }

    @Test("does not send a body twice of which a byte was sent")
    func bodySent() throws {
        let backend = try ScriptedBackend(
            { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.ok)
                _ = try connection.receiveRequestHead()
                _ = try connection.stream.receive(1)
            },
            { connection in _ = try connection.receiveRequest() })
        let client = try TestProxy(to: [backend], configure: Self.keepingForAll).connect()
        try client.send(plainGet)
        _ = try client.receiveResponse()
        try client.send("PUT / HTTP/1.1\r\n\(Self.fields)Content-Length: 3\r\n\r\na")
        #expect(try client.receiveResponse().status == 502)
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test(
        "sends a body on a fresh connection when the kept one died before a byte of it was sent, where that does no harm"
    )
    func bodyNotSent() throws {
        let backend = try stale()
        let client = try TestProxy(to: [backend], configure: Self.keepingForAll).connect()
        try client.send(plainGet)
        _ = try client.receiveResponse()
        try client.send("PUT / HTTP/1.1\r\n\(Self.fields)Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        _ = try client.receive(through: "100 Continue\r\n\r\n")
        _ = try backend.log.wait(for: "a fresh connection") { $0.connectionCount == 2 }
        try client.send("abc")
        #expect(try client.receiveResponse().status == 200)
        #expect(try backend.requests(3).last?.text == "abc")
    }

    @Test(
        "uses a connection no more that the backend has closed meanwhile, whatever the request",
        arguments: ["GET", "POST"])
    func closedMeanwhile(_ method: String) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.ok)
        }
        let client = try TestProxy(to: [backend]).connect()
        for number in 1...20 {
            try client.send("\(method) / HTTP/1.1\r\n\(Self.fields)\r\n")
            #expect(try client.receiveResponse().status == 200)
            try backend.waitUntilEnded(number)
        }
    }

    @Test(
        "never takes bytes that come unasked for the answer to the next request",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "x",
        ])
    func unsolicited(_ bytes: String) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send(Self.ok + bytes)
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend]).connect()
        for number in 1...5 {
            try client.send(plainGet)
            #expect(try client.receiveResponse().text == "ok")
            try backend.waitUntilEnded(number)
        }
    }

    @Test("takes no connection on which something came in the same moment as the request")
    func unsolicitedAtOnce() throws {
        let isIdle = Signal()
        let isPoisoned = Signal()
        let backend = try ScriptedBackend(
            { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.ok)
                try isIdle.pass()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
                isPoisoned.open()
                try connection.waitForEnd()
            },
            { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.ok)
            })
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try client.receiveResponse()
        // So many hosts keep the worker busy until the request and, behind it, the stray bytes have come.
        let others = (0..<20_000).map { VirtualHost.forwarding(ByteString("h\($0).test"), to: []) }
        try proxy.serve([.forwarding("registry.test", to: [backend.endpoint])] + others) {
            try client.send(plainGet)
            isIdle.open()
            try isPoisoned.pass()
        }
        #expect(try client.receiveResponse().text == "ok")
    }

    @Test("closes an idle connection on which something comes")
    func unsolicitedLater() throws {
        let isIdle = Signal()
        let backend = try ScriptedBackend(
            { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.ok)
                try isIdle.pass()
                try connection.send("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n")
                try connection.waitForEnd()
            },
            { connection in
                _ = try connection.receiveRequest()
                try connection.send(Self.ok)
            })
        let client = try TestProxy(to: [backend]).connect()
        try client.send(plainGet)
        _ = try client.receiveResponse()
        isIdle.open()
        try backend.waitUntilEnded(1)
        try client.send(plainGet)
        #expect(try client.receiveResponse().text == "ok")
    }

    @Test(
        "does not keep a connection that the backend means to close",
        arguments: [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nok",
        ])
    func notKept(_ answer: String) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send(answer)
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend]).connect()
        for number in 1...3 {
            try client.send(plainGet)
            _ = try client.receiveResponse()
            try backend.waitUntilEnded(number)
        }
    }

    @Test("shares kept connections between the clients of a worker")
    func shared() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend])
        for _ in 1...5 { #expect(try proxy.answer(to: plainGet).status == 200) }
        #expect(backend.log.current.connectionCount == 1)
    }
}
