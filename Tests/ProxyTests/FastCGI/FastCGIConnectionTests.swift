import Bytes
import Proxy
import Routing
import Testing

@Suite("FastCGI applications", .timeLimit(.minutes(10)))
struct FastCGIConnectionTests {
    /// What an application was asked.
    private let asked = Watched<[ApplicationRequest]>([])

    /// Kept alive for as long as the test is.
    private let kept = Watched<[ScriptedBackend]>([])

    private func host(
        _ backends: [ScriptedBackend], keepalive: UpstreamKeepalive = .automatic,
        _ configure: (inout Location) -> Void = { _ in }
    ) -> VirtualHost {
        kept.update { $0 += backends }
        var host = VirtualHost.forwarding("registry.test", to: backends.map(\.endpoint)) {
            $0.connectTimeout = .milliseconds(300)
        }
        host.locations[0].upstream?.protocol = .fastCGI
        host.locations[0].upstream?.keepalive = keepalive
        host.locations[0].fastCGI = FastCGISettings()
        configure(&host.locations[0])
        return host
    }

    /// An application that answers every request alike.
    private func application(_ answer: String = "Content-Type: text/plain\r\n\r\nok") throws -> ScriptedBackend {
        try ScriptedBackend { [asked] connection in
            while true {
                let request = try connection.receiveApplicationRequest()
                asked.update { $0.append(request) }
                try connection.sendOutput(answer)
                try connection.endRequest()
                if !request.keepsConnection { return }
            }
        }
    }

    private func answer(
        _ script: @escaping ScriptedBackend.Script, to request: String = plainGet, method: String = "GET"
    ) throws -> Message {
        let backend = try ScriptedBackend(script)
        return try TestProxy([host([backend])]).answer(to: request, method: method)
    }

    // MARK: - Requests

    @Test("are told of the request what nginx tells them")
    func parameters() throws {
        let backend = try application()
        let proxy = try TestProxy([host([backend])])
        let answer = try proxy.answer(
            to: """
                POST /a%20b//c.php?x=1&y=%20 HTTP/1.1\r\nHost: registry.test:8080\r\nContent-Type: text/x\r\n\
                Content-Length: 4\r\nX-Api-Key: k\r\nProxy: evil\r\nX-Forwarded-For: 1.2.3.4\r\nX_Forwarded_For: 5.6.7.8\r\n\
                Cookie: a=1\r\nCookie: b=2\r\nX-Many: 1\r\nx-many: 2\r\nForwarded: for=9.9.9.9\r\nTE: trailers\r\n\r\nbody
                """, method: "POST")
        #expect(answer.text == "ok")
        let request = try #require(asked.current.first)
        #expect(request.input == Array("body".utf8))
        #expect(Set(request.names).count == request.names.count)
        var parameters = request.parameters
        for name in ["REMOTE_PORT", "SERVER_PORT"] {
            #expect(parameters.removeValue(forKey: name).flatMap { UInt16($0) } ?? 0 > 0, "\(name)")
        }
        #expect(
            parameters == [
                "QUERY_STRING": "x=1&y=%20", "REQUEST_METHOD": "POST", "CONTENT_TYPE": "text/x", "CONTENT_LENGTH": "4",
                "SCRIPT_NAME": "/a b/c.php", "SCRIPT_FILENAME": "/var/www/public/a b/c.php",
                "REQUEST_URI": "/a%20b//c.php?x=1&y=%20", "DOCUMENT_URI": "/a b/c.php",
                "DOCUMENT_ROOT": "/var/www/public", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_SCHEME": "http",
                "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_SOFTWARE": "portico", "REMOTE_ADDR": "127.0.0.1",
                "REMOTE_USER": "", "SERVER_ADDR": "127.0.0.1", "SERVER_NAME": "registry.test", "REDIRECT_STATUS": "200",
                "HTTP_HOST": "registry.test:8080", "HTTP_X_REAL_IP": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1",
                "HTTP_X_FORWARDED_PROTO": "http", "HTTP_X_FORWARDED_HOST": "registry.test:8080",
                "HTTP_X_FORWARDED_PORT": "8080", "HTTP_X_FORWARDED_SSL": "off",
                "HTTP_X_ORIGINAL_URI": "/a%20b//c.php?x=1&y=%20", "HTTP_X_API_KEY": "k", "HTTP_COOKIE": "a=1; b=2",
                "HTTP_X_MANY": "1, 2",
            ])
    }

    @Test("are told that the client came over TLS")
    func https() throws {
        let proxy = try TestProxy([host([try application()])])
        #expect(try proxy.answer(to: plainGet, isSecure: true).status == 200)
        let parameters = try #require(asked.current.first?.parameters)
        #expect(parameters["HTTPS"] == "on")
        #expect(parameters["REQUEST_SCHEME"] == "https")
        #expect(parameters["CONTENT_LENGTH"] == "")
    }

    @Test("run the index of a folder, and what fastcgi_param says in place of the usual parameters")
    func settings() throws {
        let configured = host([try application()]) { location in
            location.fastCGI?.root = "/srv"
            location.fastCGI?.index = "app.php"
            location.fastCGI?.parameters = [
                .init(name: "APP_ENV", value: Template(literal: "dev")),
                .init(name: "SERVER_NAME", value: Template(pieces: [.variable(.requestMethod)])),
                .init(name: "HTTP_X_KEY", value: Template(literal: "")),
                .init(name: "NOTHING", value: Template(literal: ""), isOptional: true),
            ]
        }
        _ = try TestProxy([configured]).answer(to: "GET /a/ HTTP/1.1\r\nHost: registry.test\r\nX-Key: spoofed\r\n\r\n")
        let request = try #require(asked.current.first)
        #expect(request.parameters["SCRIPT_FILENAME"] == "/srv/a/app.php")
        #expect(request.parameters["SCRIPT_NAME"] == "/a/app.php")
        #expect(request.parameters["DOCUMENT_URI"] == "/a/")
        #expect(request.parameters["APP_ENV"] == "dev")
        #expect(request.parameters["SERVER_NAME"] == "GET")
        #expect(request.parameters["HTTP_X_KEY"] == "")
        #expect(request.names.count { $0 == "HTTP_X_KEY" || $0 == "SERVER_NAME" } == 2)
        #expect(!request.names.contains("NOTHING"))
    }

    @Test(
        "never see a path that leads out of their folder",
        arguments: ["/../etc/passwd", "/a/%2e%2e/%2e%2e/x", "/%00.php"])
    func hostilePaths(path: String) throws {
        let backend = try application()
        let proxy = try TestProxy([host([backend])])
        let answer = try proxy.answer(to: "GET \(path) HTTP/1.1\r\nHost: registry.test\r\n\r\n")
        #expect(answer.status == 400)
        #expect(asked.current.isEmpty)
    }

    @Test("get bodies of any size, and answer with any size", arguments: [0, 1, 65_528, 65_529, 131_072, 3_000_000])
    func sizes(count: Int) throws {
        let backend = try ScriptedBackend { [asked] connection in
            let request = try connection.receiveApplicationRequest()
            asked.update { $0.append(request) }
            try connection.sendOutput("Status: 201 Created\r\n\r\n" + String(decoding: request.input, as: UTF8.self))
            try connection.endRequest()
        }
        let proxy = try TestProxy([host([backend]) { $0.settings.maxBodySize = nil }])
        let body = String((0..<count).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
        let answer = try proxy.answer(
            to: "PUT /x HTTP/1.1\r\nHost: registry.test\r\nContent-Length: \(count)\r\n\r\n\(body)", method: "PUT")
        #expect(answer.status == 201)
        #expect(answer.startLine.hasSuffix("Created"))
        #expect(answer.text == body)
        #expect(asked.current.first?.parameters["CONTENT_LENGTH"] == "\(count)")
    }

    @Test("are told the size of a body in chunks, which is gathered first", arguments: [0, 5, 200_000])
    func chunks(count: Int) throws {
        let backend = try application()
        let proxy = try TestProxy([host([backend])])
        let body = String(repeating: "x", count: count)
        let chunk = count == 0 ? "" : "\(String(count, radix: 16))\r\n\(body)\r\n"
        let answer = try proxy.answer(
            to: "POST /x HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n",
            method: "POST")
        #expect(answer.status == 200)
        #expect(asked.current.first?.parameters["CONTENT_LENGTH"] == "\(count)")
        #expect(asked.current.first?.input.count == count)
    }

    @Test("do not get a body in chunks that is too large to be gathered")
    func tooManyChunks() throws {
        let backend = try application()
        let proxy = try TestProxy([host([backend]) { $0.settings.maxBodySize = nil }])
        let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
        let client = try proxy.connect()
        try client.send("POST /x HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<16 { try client.send(chunk) }
        try client.send("1\r\nx\r\n")
        #expect(try client.receiveResponse(to: "POST").status == 411)
        #expect(asked.current.isEmpty)
    }

    @Test("are asked over the same connection for what they name in place of their answer")
    func innerRedirect() throws {
        let backend = try ScriptedBackend { [asked] connection in
            while true {
                let request = try connection.receiveApplicationRequest()
                asked.update { $0.append(request) }
                let isPage = request.parameters["SCRIPT_NAME"] == "/page.php"
                // All of the answer, and the end of the request, in one piece.
                let output = isPage ? "X: y\r\n\r\npage" : "X-Accel-Redirect: /page.php\r\n\r\nlost"
                try connection.stream.send(
                    [1, 6, 0, 1, 0, UInt8(output.utf8.count), 0, 0] + Array(output.utf8)
                        + [1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
                if !request.keepsConnection { return }
            }
        }
        let proxy = try TestProxy(
            file: """
                upstream app { server BACKEND; keepalive 4; }
                location / { fastcgi_pass app; }
                """, to: backend)
        for _ in 0..<3 { #expect(try proxy.get("/x.php").text == "page") }
        #expect(asked.current.count == 6)
        #expect(backend.log.current.connectionCount == 1)
    }

    // MARK: - Answers

    @Test(
        "say the status, else it follows from Location",
        arguments: [
            ("Status: 404 Not Found\r\n\r\n", 404), ("Location: /login\r\n\r\n", 302), ("X: y\n\n", 200),
            ("Status: 204\r\n\r\n", 204),
        ])
    func statuses(head: String, expected: Int) throws {
        let answer = try answer { connection in
            _ = try connection.receiveApplicationRequest()
            for byte in Array(head.utf8) { try connection.send(6, [byte], padding: 1) }
            try connection.endRequest()
        }
        #expect(answer.status == expected)
        #expect(answer["Status"] == nil)
    }

    @Test("with a length keep to it; what is beyond goes nowhere")
    func lengths() throws {
        let exact = try answer { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.sendOutput("Content-Length: 2\r\n\r\nokmore")
            try connection.endRequest()
        }
        #expect(exact.text == "ok")
        #expect(exact["Content-Length"] == "2")
        let head = try answer(
            { connection in
                _ = try connection.receiveApplicationRequest()
                try connection.sendOutput("Content-Length: 2\r\n\r\nok")
                try connection.endRequest()
            }, to: "HEAD / HTTP/1.1\r\nHost: registry.test\r\n\r\n", method: "HEAD")
        #expect(head["Content-Length"] == "2")
    }

    @Test("come through as they are written, before they are whole")
    func streaming() throws {
        let isRead = Watched(false)
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.sendOutput("X: y\r\n\r\nfirst")
            try isRead.wait(for: "the first piece") { $0 }
            try connection.sendOutput("second")
            try connection.endRequest()
        }
        let client = try TestProxy([host([backend])]).connect()
        try client.send(plainGet)
        _ = try client.receive(through: "first")
        isRead.update { $0 = true }
        _ = try client.receive(through: "second")
        _ = try client.receive(through: "0\r\n\r\n")
    }

    @Test(
        "that cannot be understood are 502",
        arguments: [
            "HTTP/1.1 200 OK\r\n\r\n", "no colon\r\n\r\n", "", "X: y\r\n", "Status: 99\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ])
    func garbage(output: String) throws {
        let answer = try answer { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.sendOutput(output)
            try connection.endRequest()
        }
        #expect(answer.status == 502)
    }

    @Test("that break off are cut for the client too")
    func cut() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.sendOutput("X: y\r\n\r\nhalf")
        }
        let client = try TestProxy([host([backend])]).connect()
        try client.send(plainGet)
        _ = try client.receive(through: "half")
        let rest = try client.receiveToEnd()
        #expect(!String(decoding: rest, as: UTF8.self).contains("0\r\n\r\n"))
    }

    @Test("that end before their length are cut too")
    func short() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.sendOutput("Content-Length: 10\r\n\r\nhalf")
            try connection.endRequest()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy([host([backend])])
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try client.receiveToEnd()
        try proxy.reports.wait(for: "the failure") { reports in
            reports.contains { if case .failed = $0 { true } else { false } }
        }
        #expect(proxy.failures == ["the backend closed the connection in the middle of its answer"])
    }

    @Test("on standard error go to the log, each in one line")
    func messages() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.send(7, Array("PHP message: odd\nand\u{1b}[31m so on\n".utf8))
            try connection.sendOutput("X: y\r\n\r\nok")
            try connection.endRequest()
        }
        let proxy = try TestProxy([host([backend])])
        #expect(try proxy.answer(to: plainGet).text == "ok")
        let said = try proxy.reports.wait(for: "the message") { reports in
            reports.contains { if case .said = $0 { true } else { false } }
        }.compactMap { if case .said(let text, _, _) = $0 { text } else { nil } }
        #expect(said == [#"PHP message: odd | and\x1B[31m so on"#])
    }

    // MARK: - Connections

    @Test("get a connection for each request, because each keeps one of their processes busy")
    func connections() throws {
        let backend = try application()
        let proxy = try TestProxy([host([backend])])
        for _ in 0..<3 { #expect(try proxy.answer(to: plainGet).status == 200) }
        #expect(backend.log.current.connectionCount == 3)
        #expect(asked.current.allSatisfy { !$0.keepsConnection })
    }

    @Test("keep connections where their number is said, and serve one request after another on them")
    func keptConnections() throws {
        let backend = try application()
        let proxy = try TestProxy([host([backend], keepalive: .limit(1))])
        for _ in 0..<3 { #expect(try proxy.answer(to: plainGet).text == "ok") }
        #expect(backend.log.current.connectionCount == 1)
        #expect(asked.current.map(\.keepsConnection) == [true, true, true])
    }

    @Test("do not keep a connection on which more comes than an answer")
    func surplus() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.stream.send(
                [1, 6, 0, 1, 0, 4, 0, 0] + Array("\r\nok".utf8) + [1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                    + [1, 6, 0, 1, 0, 4, 0, 0] + Array("evil".utf8))
            try connection.waitForEnd()
        }
        let proxy = try TestProxy([host([backend], keepalive: .limit(1))])
        for _ in 0..<2 { #expect(try proxy.answer(to: plainGet).text == "ok") }
        #expect(backend.log.current.connectionCount == 2)
    }

    @Test("pass a request on when they take none now, but not when they may have acted on it")
    func retries() throws {
        let overloaded = try ScriptedBackend { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.endRequest(2)
            try connection.waitForEnd()
        }
        let good = try application()
        let proxy = try TestProxy([host([overloaded, good])])
        let post = "POST / HTTP/1.1\r\nHost: registry.test\r\n\r\n"
        for _ in 0..<2 { #expect(try proxy.answer(to: post, method: "POST").text == "ok") }
        #expect(proxy.passedOver.first == "the FastCGI application takes no request now")
        let silent = try ScriptedBackend { connection in _ = try connection.receiveApplicationRequest() }
        try proxy.serve([host([silent])])
        #expect(try proxy.answer(to: post, method: "POST").status == 502)
    }

    @Test("that are silent are given up in time")
    func silence() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveApplicationRequest()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy([host([backend]) { $0.settings.readTimeout = .milliseconds(100) }])
        #expect(try proxy.answer(to: plainGet).status == 504)
    }
}
