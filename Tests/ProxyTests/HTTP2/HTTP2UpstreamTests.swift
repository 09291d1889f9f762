import Bytes
import HTTP
import Proxy
import Routing
import TLS
import Testing

@Suite("Backends that speak HTTP/2", .timeLimit(.minutes(10)))
struct HTTP2UpstreamTests {
    static func host(
        _ endpoints: [Endpoint], _ configure: (inout LocationSettings) -> Void = { _ in }
    ) -> VirtualHost {
        var host = VirtualHost.forwarding("registry.test", to: endpoints) { settings in
            settings.connectTimeout = .milliseconds(300)
            configure(&settings)
        }
        host.locations[0].upstream?.protocol = .http2
        return host
    }

    static func proxy(
        to backends: ScriptedBackend..., configure: (inout LocationSettings) -> Void = { _ in }
    ) throws -> TestProxy {
        let proxy = try TestProxy([host(backends.map(\.endpoint), configure)])
        proxy.backends = backends
        return proxy
    }

    // MARK: - Messages

    @Test("get the request as it came, with what the proxy says of the client, and its trailers")
    func request() throws {
        let seen = Watched<[String]>([])
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let request = try server.nextWhole()
            seen.update { $0 = request.fields + [request.text, request.trailers] }
            try server.respond(to: request, body: "ok", isLast: true)
            try connection.waitForEnd()
        }
        let proxy = try Self.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let answer = try client.request(
            "POST", "/pkg.Service/Method?x=%20",
            fields: [
                ("content-type", "application/grpc"), ("te", "trailers"), ("grpc-timeout", "1S"), ("cookie", "a=1"),
                ("cookie", "b=2"), ("x-forwarded-for", "1.2.3.4"), ("x-bin", "AAE="),
            ], endsStream: false)
        try client.send("body", on: answer)
        try client.end(answer, trailers: [("x-sum", "42")])
        #expect(try client.receive(answer).text == "ok")
        let fields = seen.current
        #expect(fields.prefix(2) == [":method: POST", ":path: /pkg.Service/Method?x=%20"])
        for field in [
            "host: registry.test", "content-type: application/grpc", "te: trailers", "grpc-timeout: 1S",
            "cookie: a=1; b=2", "x-bin: AAE=", "x-real-ip: 127.0.0.1", "x-forwarded-for: 127.0.0.1",
            "x-forwarded-proto: http", "x-forwarded-host: registry.test",
        ] {
            #expect(fields.contains(field), "\(field) in \(fields)")
        }
        #expect(fields.suffix(2) == ["body", "x-sum: 42\r\n"])
        #expect(!fields.contains { $0.hasPrefix("content-length") || $0.hasPrefix("connection") })
    }

    @Test("get what clients of HTTP/1.1 send, whose answers bring the trailers behind their chunks")
    func http1Client() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let request = try server.nextWhole()
            try server.respond(to: request, status: 103, [("link", "</a>")])
            try server.respond(to: request, [("content-type", "text/plain")], body: "got \(request.text)")
            try server.end(request, trailers: [("grpc-status", "0")])
            let second = try server.nextWhole()
            let length = second["content-length"] ?? "-"
            try server.respond(to: second, status: 404, body: "\(length) \(second["te"] ?? "-")", isLast: true)
            try connection.waitForEnd()
        }
        let proxy = try Self.proxy(to: backend)
        let client = try proxy.connect()
        try client.send(
            "POST /a HTTP/1.1\r\nHost: registry.test\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        )
        let answer = try client.receiveResponse(to: "POST")
        #expect(answer.text == "got body")
        let text = String(decoding: client.history, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"))
        #expect(text.contains("\r\n0\r\ngrpc-status: 0\r\n\r\n"))
        try client.send("PUT /b HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\nabc")
        let second = try client.receiveResponse(to: "PUT")
        #expect(second.status == 404)
        #expect(second.text == "3 -")
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test("give answers of all shapes")
    func answers() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let only = try server.nextWhole()
            try server.respond(to: only, [("grpc-status", "12"), ("grpc-message", "no")], isLast: true)
            let head = try server.nextWhole()
            try server.respond(to: head, [("content-length", "77")], isLast: true)
            let empty = try server.nextWhole()
            try server.respond(to: empty, status: 204, isLast: true)
            let trailers = try server.nextWhole()
            try server.respond(to: trailers, status: 103)
            try server.respond(to: trailers)
            try server.end(trailers, trailers: [("grpc-status", "5"), ("grpc-message", "gone")])
            try connection.waitForEnd()
        }
        let proxy = try Self.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let only = try client.receive(client.request("POST"))
        #expect(only.status == 200 && only["grpc-status"] == "12" && only["grpc-message"] == "no")
        #expect(only.body.isEmpty && only.trailers.isEmpty)
        let head = try client.receive(client.request("HEAD"))
        #expect(head.status == 200 && head["content-length"] == "77" && head.body.isEmpty)
        #expect(try client.receive(client.request()).status == 204)
        let trailers = try client.receive(client.request())
        #expect(trailers.interim == [103])
        #expect(trailers.trailers == "grpc-status: 5\r\ngrpc-message: gone\r\n")
        #expect(trailers.code == .noError)
    }

    // MARK: - Connections

    @Test("serve many requests at once over one connection, and further ones over the same")
    func shared() throws {
        let backend = try ScriptedBackend { try HTTP2Server($0).echo() }
        let proxy = try Self.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        for round in 0..<3 {
            let answers = try (0..<50).map { try client.request("GET", "/\(round)/\($0)") }
            for (number, answer) in answers.enumerated() {
                #expect(try client.receive(answer).text == "/\(round)/\(number) ")
            }
        }
        #expect(backend.log.current.connectionCount == 1)
    }

    /// Nothing is answered before all have come, so that it takes as many connections as there are full ones.
    @Test("get further connections where they permit few streams, once the others are full", arguments: [1, 2, 5])
    func fewStreams(_ limit: Int) throws {
        let arrived = Watched(0)
        let backend = try ScriptedBackend { connection in
            var limits = HTTP2Limits()
            limits.concurrentStreams = limit
            let server = HTTP2Server(connection, limits: limits)
            let requests = try (0..<limit).map { _ in
                let request = try server.nextWhole()
                arrived.update { $0 += 1 }
                return request
            }
            try arrived.wait(for: "all requests") { $0 == 4 * limit }
            for request in requests { try server.respond(to: request, body: "ok", isLast: true) }
            try connection.waitForEnd()
        }
        let proxy = try Self.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let answers = try (1...(4 * limit)).map { number in
            let answer = try client.request()
            try client.flush()
            try arrived.wait(for: "request \(number)") { $0 == number }
            return answer
        }
        for answer in answers { #expect(try client.receive(answer).text == "ok") }
        #expect(backend.log.current.connectionCount == 4)
    }

    @Test("are asked on a new connection when they have closed the one that was kept")
    func closedWhileIdle() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let request = try server.nextWhole()
            try server.respond(to: request, body: "\(connection.number)", isLast: true)
            server.session.goAway()
            try server.flush()
        }
        let proxy = try Self.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        for number in 0..<4 {
            #expect(try client.receive(client.request("POST")).text == "\(number)")
            try backend.waitUntilEnded(number + 1)
        }
    }

    @Test("keep no connection where none is to be kept")
    func notKept() throws {
        let backend = try ScriptedBackend { try HTTP2Server($0).echo() }
        var host = Self.host([backend.endpoint])
        host.locations[0].upstream?.keepalive = .disabled
        let proxy = try TestProxy([host])
        #expect(try proxy.answer(to: plainGet).text == "/v2/ ")
        try backend.waitUntilEnded(1)
    }

    // MARK: - TLS

    @Test("are reached over TLS when they choose h2, and said to be wrong when they do not")
    func overTLS() throws {
        let plain = try ScriptedBackend.answering()
        let backend = try TestProxy([])
        backend.certificates = SecureStream.certificatesForHTTP2
        try backend.serve([.forwarding("registry.test", to: [plain.endpoint])])
        var host = Self.host([backend.secureEndpoint])
        host.locations[0].upstream?.tls = UpstreamTLS(serverName: "registry.test", host: "registry.test")
        let proxy = try TestProxy([])
        proxy.backendContexts["registry.test"] = try BackendContext()
        try proxy.serve([host])
        for _ in 0..<3 { #expect(try proxy.answer(to: plainGet).text == "ok") }
        #expect(try plain.requests(3).last?["X-Forwarded-Proto"] == "https")
        // For the other one, which would speak HTTP/1.1.
        backend.certificates = SecureStream.certificates
        try backend.serve([.forwarding("registry.test", to: [plain.endpoint])])
        let other = try TestProxy([])
        other.backendContexts["registry.test"] = try BackendContext()
        try other.serve([host])
        #expect(try other.answer(to: plainGet).status == 502)
        #expect(other.failures.first?.contains("does not speak HTTP/2") == true, "\(other.failures)")
    }

    // MARK: - Failures

    @Test("are spoken of as wrong when they do not speak HTTP/2, and left for the next one that does")
    func otherProtocol() throws {
        let other = try ScriptedBackend { connection in
            try connection.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            try connection.waitForEnd()
        }
        let proxy = try Self.proxy(to: other)
        #expect(try proxy.answer(to: plainGet).status == 502)
        #expect(proxy.failures == ["the backend's answer is not valid HTTP"])
    }

    @Test("fail requests that they refuse to be connected for")
    func refused() throws {
        let gone = try ScriptedBackend { _ in }
        gone.stop()
        let good = try ScriptedBackend { try HTTP2Server($0).echo() }
        #expect(try Self.proxy(to: gone).answer(to: plainGet).status == 502)
        let proxy = try Self.proxy(to: gone, good)
        for _ in 0..<3 { #expect(try proxy.answer(to: plainGet).text == "/v2/ ") }
    }

    @Test("are given up when they are silent for too long, and so are they when they take nothing")
    func silent() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            server.takesBodies = false
            _ = try server.next()
            try? server.receive(until: "the end") { false }
        }
        let proxy = try Self.proxy(to: backend) {
            $0.readTimeout = .milliseconds(100)
            $0.sendTimeout = .milliseconds(100)
            $0.maxBodySize = nil
        }
        #expect(try proxy.answer(to: plainGet).status == 504)
        let client = try proxy.connectHTTP2()
        let upload = try client.request("POST", endsStream: false)
        try client.send([UInt8](repeating: 65, count: 3_000_000), on: upload)
        #expect(try client.receive(upload).status == 504)
        #expect(
            proxy.failures == ["the backend did not answer in time", "the backend did not take the request in time"])
    }
}
