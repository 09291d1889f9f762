import Bytes
import Proxy
import Routing
import Testing

@Suite("Connections of clients", .timeLimit(.minutes(10)))
struct HTTP1DownstreamTests {
    private func echo() throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            while true {
                let request = try connection.receiveRequest()
                let text = "\(request.startLine)|\(request.text)"
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
            }
        }
    }

    private static let pipeline = [
        ("GET /1 HTTP/1.1\r\nHost: registry.test\r\n\r\n", "GET /1 HTTP/1.1|"),
        ("PUT /2 HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 5\r\n\r\nGET /", "PUT /2 HTTP/1.1|GET /"),
        (
            "POST /3 HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n", "POST /3 HTTP/1.1|abc0123456789"
        ),
        ("\r\nGET /4 HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 0\r\n\r\n", "GET /4 HTTP/1.1|"),
    ]

    @Test("answers pipelined requests in their order, however the bytes are cut")
    func pipelining() throws {
        let proxy = try TestProxy(to: [echo()])
        let input = Array(Self.pipeline.map(\.0).joined().utf8)
        let client = try proxy.connect()
        let cuts = [0] + Array(stride(from: 1, to: input.count, by: 3))
        for cut in cuts {
            try client.send(Array(input[..<cut]))
            try client.send(Array(input[cut...]))
            for (_, expected) in Self.pipeline { #expect(try client.receiveResponse().text == expected) }
        }
        #expect(client.buffered.isEmpty)
    }

    @Test("reads requests byte by byte")
    func byteByByte() throws {
        let client = try TestProxy(to: [echo()]).connect()
        for byte in Self.pipeline.map(\.0).joined().utf8 { try client.send([byte]) }
        for (_, expected) in Self.pipeline { #expect(try client.receiveResponse().text == expected) }
    }

    @Test("answers what was sent before the client ended its side")
    func halfClosed() throws {
        let client = try TestProxy(to: [echo()]).connect()
        try client.send(Self.pipeline.map(\.0).joined())
        client.halfClose()
        for (_, expected) in Self.pipeline { #expect(try client.receiveResponse().text == expected) }
        #expect(try client.waitForEnd() == .closed)
    }

    @Test(
        "keeps the connection or closes it as the client asks, and says so",
        arguments: [
            ("1.1", "", nil, true), ("1.1", "Connection: close\r\n", "close", false),
            ("1.1", "Connection: keep-alive\r\n", nil, true), ("1.0", "", "close", false),
            ("1.0", "Connection: keep-alive\r\n", "keep-alive", true),
            ("1.1", "Connection: x, CLOSE\r\n", "close", false),
        ] as [(String, String, String?, Bool)])
    func persistence(_ version: String, _ field: String, _ said: String?, _ stays: Bool) throws {
        let client = try TestProxy(to: [echo()]).connect()
        let request = "GET / HTTP/\(version)\r\nHost: registry.test\r\n\(field)\r\n"
        try client.send(request)
        #expect(try client.receiveResponse()["Connection"] == said)
        if stays {
            try client.send(request)
            #expect(try client.receiveResponse().status == 200)
        } else {
            #expect(try client.waitForEnd() == .closed)
        }
    }

    @Test("ends an answer of unknown length for HTTP/1.0 with the connection, keep-alive or not")
    func untilClose() throws {
        let backend = try ScriptedBackend.answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        let proxy = try TestProxy(to: [backend])
        for field in ["", "Connection: keep-alive\r\n"] {
            let answer = try proxy.answer(to: "GET / HTTP/1.0\r\nHost: registry.test\r\n\(field)\r\n")
            #expect(answer.text == "abc")
            #expect(answer["Transfer-Encoding"] == nil)
            #expect(answer["Connection"] == "close")
        }
    }

    @Test("asks for a body with a 100 only when the gates have passed, and sends the request on meanwhile")
    func continues() throws {
        let client = try TestProxy(to: [echo()]).connect()
        try client.send(
            "PUT /x HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n")
        #expect(try client.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("abc")
        #expect(try client.receiveResponse().text == "PUT /x HTTP/1.1|abc")
        try client.send(plainGet)
        #expect(try client.receiveResponse().status == 200)
    }

    @Test("does not ask for a body that comes unasked, nor in HTTP/1.0, nor where there is none")
    func needlessContinue() throws {
        let proxy = try TestProxy(to: [echo()])
        for (version, length, body) in [("1.1", 3, "abc"), ("1.0", 3, "abc"), ("1.1", 0, "")] {
            let answer = try proxy.answer(
                to: "PUT / HTTP/\(version)\r\nHost: registry.test\r\nContent-Length: \(length)\r\n"
                    + "Expect: 100-continue\r\n\r\n\(body)")
            #expect(answer.status == 200)
        }
    }

    @Test("refuses an expectation that it does not know with 417")
    func unknownExpectation() throws {
        let request = "PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 1\r\nExpect: 200-ok\r\n\r\n"
        #expect(try TestProxy(to: [echo()]).answer(to: request).status == 417)
    }

    @Test("answers instead of asking for a body that it does not want, and takes nothing after that")
    func refusedExpectation() throws {
        let backend = try echo()
        let client = try TestProxy(to: [backend], settings: { $0.maxBodySize = 2 }).connect()
        try client.send(
            "PUT /x HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        let answer = try client.receiveResponse()
        #expect(answer.status == 413)
        #expect(answer["Connection"] == "close")
        try client.send("GET /smuggled HTTP/1.1\r\nHost: registry.test\r\n\r\n")
        client.halfClose()
        #expect(try client.receiveToEnd().isEmpty)
        #expect(backend.log.current.requests.isEmpty)
    }

    @Test("lets a client that goes on sending read why it was refused")
    func lingering() throws {
        let client = try TestProxy(to: [echo()], settings: { $0.maxBodySize = 2 }).connect()
        try client.send("PUT /x HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 30000000\r\n\r\n")
        let piece = [UInt8](repeating: 65, count: 100_000)
        for _ in 1...300 { try client.send(piece) }
        #expect(try client.receiveResponse().status == 413)
        #expect(try client.waitForEnd() == .closed)
    }

    @Test("counts a chunked body, and refuses it when it has grown too large")
    func countedBody() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.maxBodySize = 100_000 })
        let client = try proxy.connect()
        try client.send("PUT /x HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = Array("2710\r\n".utf8) + [UInt8](repeating: 65, count: 10_000) + [13, 10]
        for _ in 1...300 { try client.send(chunk) }
        let answer = try client.receiveResponse()
        #expect(answer.status == 413)
        #expect(answer["Connection"] == "close")
        client.halfClose()
        #expect(try client.receiveToEnd().isEmpty)
        try backend.waitUntilEnded(1)
        #expect(
            backend.log.current.bytes[0].map { $0.count < 110_000 && !$0.suffix(5).elementsEqual("0\r\n\r\n".utf8) }
                == true)
    }

    @Test(
        "takes a body that is just as large as it may be",
        arguments: ["Content-Length: 3\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"])
    func largestBody(_ rest: String) throws {
        let proxy = try TestProxy(to: [echo()], settings: { $0.maxBodySize = 3 })
        let answer = try proxy.answer(to: "PUT / HTTP/1.1\r\nHost: registry.test\r\n\(rest)")
        #expect(answer.text == "PUT / HTTP/1.1|abc")
    }

    @Test(
        "refuses heads that are too large, whole or not",
        arguments: [
            ("GET /" + String(repeating: "a", count: 9000), 414),
            ("GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 9000), 431),
            ("GET / HTTP/1.1\r\n" + String(repeating: "X: a\r\n", count: 201), 431),
            ("GET / HTTP/1.1\r\n" + String(repeating: "X: \(String(repeating: "a", count: 5000))\r\n", count: 8), 431),
        ])
    func largeHeads(_ head: String, _ status: Int) throws {
        #expect(try TestProxy(to: []).answer(to: head).status == status)
    }

    @Test("tells a client that is slow with its head or body 408, and closes")
    func slowClients() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.clientBodyTimeout = .milliseconds(50) }) {
            $0.clientHeaderTimeout = .milliseconds(50)
        }
        for part in ["GET / HT", "PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 5\r\n\r\nabc"] {
            let client = try proxy.connect()
            try client.send(part)
            let answer = try client.receiveResponse()
            #expect(answer.status == 408)
            #expect(answer["Connection"] == "close")
        }
        try backend.waitUntilEnded(1)
    }

    @Test("closes a connection that sends nothing, without a word")
    func idle() throws {
        let proxy = try TestProxy(to: [echo()], settings: { $0.keepaliveTimeout = .milliseconds(50) }) {
            $0.clientHeaderTimeout = .milliseconds(50)
        }
        let fresh = try proxy.connect()
        #expect(try fresh.receiveToEnd().isEmpty)
        let used = try proxy.connect()
        try used.send(plainGet)
        _ = try used.receiveResponse()
        #expect(try used.receiveToEnd().isEmpty)
        #expect(used.end == .closed)
    }

    @Test("is not held up by a trickle: the time for a head counts from its first byte")
    func trickle() throws {
        let client = try TestProxy(to: [], configure: { $0.clientHeaderTimeout = .milliseconds(100) }).connect()
        for byte in "GET /".utf8 {
            try client.send([byte])
            _ = client.isQuiet()
        }
        #expect(try client.receiveResponse().status == 408)
    }

    @Test("serves a thousand requests over one connection")
    func many() throws {
        let backend = try echo()
        let client = try TestProxy(to: [backend]).connect()
        for number in 1...1000 {
            try client.send("GET /\(number) HTTP/1.1\r\nHost: registry.test\r\n\r\n")
            #expect(try client.receiveResponse().text == "GET /\(number) HTTP/1.1|")
        }
        #expect(backend.log.current.connectionCount == 1)
    }
}
