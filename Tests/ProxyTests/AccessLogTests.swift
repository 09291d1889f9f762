import Bytes
import Foundation
import Glibc
import Passwords
import Proxy
import Routing
import Testing

@Suite("Access log", .timeLimit(.minutes(10)))
struct AccessLogTests {
    /// A proxy whose log lines go to a pipe, and the pipe's end.
    private final class Logged {
        let proxy: TestProxy
        let lines: TestStream
        private let writer: LogWriter

        init(
            _ hosts: [VirtualHost], passwordFiles: [String: PasswordSource] = [:], format: LogFormat = .virtualHost,
            files: [String: LogFile] = [:]
        ) throws {
            var ends: [Int32] = [0, 0]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            lines = TestStream(owning: ends[0])
            writer = try LogWriter(standard: LogFile(descriptor: ends[1]))
            _ = writer.start()
            proxy = try TestProxy(hosts, passwordFiles: passwordFiles, log: writer, logFiles: files) {
                $0.logFormat = format
            }
        }

        deinit { writer.stop() }

        /// The next line, with the time replaced by `TIME`.
        func next() throws -> String {
            let line = try lines.receive(through: "\n")
            guard let open = line.firstIndex(of: "["), let close = line.firstIndex(of: "]") else {
                return String(line.dropLast())
            }
            return line[...open] + "TIME" + line[close...].dropLast()
        }
    }

    @Test("notes a tunnel when it is over, with 101 and the bytes that the client was sent")
    func tunnel() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\nhello")
            _ = try connection.stream.receive(3)
            try connection.send(" world")
        }
        let logged = try Logged([.forwarding("registry.test", to: [backend.endpoint])])
        let client = try logged.proxy.connect()
        try client.send(
            "GET /ws HTTP/1.1\r\nHost: registry.test\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n")
        _ = try client.receive(through: "\r\n\r\nhello")
        #expect(logged.lines.isQuiet())
        try client.send("abc")
        _ = try client.receive(6)
        client.halfClose()
        #expect(
            try logged.next()
                == "registry.test 127.0.0.1 - - [TIME] \"GET /ws HTTP/1.1\" 101 11 \"-\" \"-\" \"\(backend.endpoint)\"")
    }

    @Test("has the form of nginx-proxy, one line for each request")
    func form() throws {
        let backend = try ScriptedBackend.answering()
        let file = PasswordFile(parsing: Array("alice:{PLAIN}x\n".utf8))
        let host = VirtualHost.forwarding("registry.test", to: [backend.endpoint]) {
            $0.authentication = Authentication(realm: Template(literal: "r"), file: "/f")
        }
        let logged = try Logged([host], passwordFiles: ["/f": .loaded(file)])
        let request =
            "GET /v2/?a=b HTTP/1.1\r\nHost: Registry.TEST:5043\r\nReferer: http://a.test/\r\nUser-Agent: docker/1\r\n"
        _ = try logged.proxy.answer(to: request + "Authorization: \(basic("alice:x"))\r\n\r\n")
        #expect(
            try logged.next()
                == "registry.test 127.0.0.1 - alice [TIME] \"GET /v2/?a=b HTTP/1.1\" 200 2 \"http://a.test/\" \"docker/1\" \"\(backend.endpoint)\""
        )
        let answer = try logged.proxy.answer(to: request + "\r\n")
        #expect(
            try logged.next()
                == "registry.test 127.0.0.1 - - [TIME] \"GET /v2/?a=b HTTP/1.1\" 401 \(answer.body.count) \"http://a.test/\" \"docker/1\" \"-\""
        )
    }

    @Test("notes requests that were refused, cut or never whole")
    func failures() throws {
        let logged = try Logged([.forwarding("registry.test", to: [])])
        _ = try logged.proxy.answer(to: "GET / HTTP/1.1\r\nHost: other.test\r\n\r\n")
        #expect(try logged.next().contains("other.test 127.0.0.1 - - [TIME] \"GET / HTTP/1.1\" 503 "))
        _ = try logged.proxy.answer(to: "GET / HTTP/1.1\r\nHost: a b\r\n\r\n")
        #expect(try logged.next().contains(" 400 "))
        let client = try logged.proxy.connect()
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 9\r\n\r\n")
        #expect(try client.receiveResponse().status == 502)
        #expect(try logged.next().contains("\"PUT / HTTP/1.1\" 502 "))
    }

    @Test("notes a client that left with 499")
    func clientGone() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.waitForEnd()
        }
        let logged = try Logged([.forwarding("registry.test", to: [backend.endpoint])])
        let client = try logged.proxy.connect()
        try client.send(plainGet)
        _ = try backend.requests(1)
        client.reset()
        #expect(try logged.next().contains("\"GET /v2/ HTTP/1.1\" 499 0 "))
    }

    @Test("lets no client forge a line or speak to a terminal")
    func escaped() throws {
        let logged = try Logged([])
        _ = try logged.proxy.answer(
            to: "GET /\"\\x HTTP/1.1\r\nHost: a.test\r\nUser-Agent: a\"b\\c\u{e9}\t\u{202e}\r\n\r\n")
        let line = try logged.next()
        #expect(line.contains(#""GET /\x22\x5Cx HTTP/1.1" 503 "#))
        #expect(line.contains(#""a\x22b\x5Cc\xC3\xA9\x09\xE2\x80\xAE" "-""#))
        #expect(line.utf8.allSatisfy { (0x20...0x7e).contains($0) })
    }

    @Test("counts the bytes of the body that were sent")
    func bytes() throws {
        let backend = try ScriptedBackend.answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n")
        let logged = try Logged([.forwarding("registry.test", to: [backend.endpoint])])
        _ = try logged.proxy.answer(to: plainGet)
        #expect(try logged.next().contains("\" 200 8 \""))
    }

    /// A form of one variable between brackets that `next()` leaves alone.
    private func format(_ text: String, escape: LogFormat.Escape = .default) throws -> LogFormat {
        try LogFormat(compiling: ByteString(text), escape: escape, at: .setting("LOG_FORMAT"))
    }

    @Test("takes nginx's variables, with - for what has no value")
    func variables() throws {
        let backend = try ScriptedBackend.answering(
            "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nX-Kind: new\r\n\r\nok")
        let text = """
            $host|$request_method|$uri|$args|$arg_a|$cookie_id|$http_x_none|$https|$is_args|$status|$body_bytes_sent|\
            $request_length|$connection_requests|$pipe|$request_completion|$upstream_status|$upstream_response_length|\
            $upstream_http_x_kind|$sent_http_content_length|$sent_http_x_none|${scheme}s|$upstream_cache_status
            """
        let logged = try Logged(
            [.forwarding("registry.test", to: [backend.endpoint])], format: format(text))
        let request = "GET /a%20b?a=1 HTTP/1.1\r\nHost: registry.test\r\nCookie: x=y; ID=7\r\n\r\n"
        _ = try logged.proxy.answer(to: request)
        #expect(
            try logged.next()
                == "registry.test|GET|/a b|a=1|1|7|-||?|201|2|\(request.utf8.count)|1|.|OK|201|2|new|2|-|https|-")
    }

    @Test("counts every byte that the client was sent, framing included")
    func bytesSent() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            try connection.send("14\r\n\(String(repeating: "a", count: 20))\r\n0\r\n\r\n")
        }
        let logged = try Logged(
            [.forwarding("registry.test", to: [backend.endpoint])],
            format: format("$bytes_sent $body_bytes_sent $upstream_bytes_sent $upstream_bytes_received"))
        let client = try logged.proxy.connect()
        try client.send(plainGet)
        _ = try client.receiveResponse()
        let counts = try logged.next().split(separator: " ").compactMap { Int($0) }
        #expect(counts.first == client.history.count)
        #expect(counts.dropFirst().first == 25)
        let sent = try backend.requests(1)[0].head.utf8.count + 4
        #expect(Array(counts.dropFirst(2)) == [sent, 47 + 10 + 26 + 5])
    }

    @Test("times what was done, in seconds with milliseconds")
    func times() throws {
        let backend = try ScriptedBackend.answering()
        let logged = try Logged(
            [.forwarding("registry.test", to: [backend.endpoint])],
            format: format(
                "$request_time $upstream_connect_time $upstream_header_time $upstream_response_time $connection_time"))
        _ = try logged.proxy.answer(to: plainGet)
        let times = try logged.next().split(separator: " ")
        #expect(times.count == 5)
        #expect(times.allSatisfy { $0.wholeMatch(of: /\d+\.\d{3}/) != nil })
    }

    @Test("names every backend that was asked, and what each came to")
    func attempts() throws {
        let bad = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let good = try ScriptedBackend.answering()
        let logged = try Logged(
            [.forwarding("registry.test", to: [bad.endpoint, good.endpoint])],
            format: format("$upstream_addr|$upstream_status|$upstream_header_time"))
        _ = try logged.proxy.answer(to: plainGet)
        let parts = try logged.next().split(separator: "|")
        #expect(parts[0] == "\(bad.endpoint), \(good.endpoint)")
        #expect(parts[1] == "502, 200")
        #expect(parts[2].hasPrefix("-, 0."))
    }

    @Test("says of a backend what it came to, and not what a file in its place did")
    func filesInPlaceOfBackends() throws {
        let gone = try ScriptedBackend.answering()
        gone.stop()
        let text = """
            location / { proxy_pass http://\(gone.endpoint); error_page 502 /hosts; }
            location = /hosts { root /etc; }
            """
        let files = HostFileText(contents: ["/etc/nginx/vhost.d/red.test": text])
        let logged = try Logged(
            Array(SnapshotBuilder.build(SnapshotInputs(files: files)).hosts),
            format: format("$status|$upstream_status|$upstream_header_time|$upstream_response_length"))
        #expect(try logged.proxy.get("/").status == 502)
        #expect(try logged.next() == "502|502|-|0")
    }

    @Test("marks requests that were sent before the last one was answered, and numbers those of a connection")
    func pipelined() throws {
        let backend = try ScriptedBackend.answering()
        let logged = try Logged(
            [.forwarding("registry.test", to: [backend.endpoint])], format: format("$connection_requests$pipe"))
        let client = try logged.proxy.connect()
        try client.send(plainGet + plainGet)
        _ = try client.receiveResponse()
        _ = try client.receiveResponse()
        #expect(try logged.next() == "1.")
        #expect(try logged.next() == "2p")
    }

    @Test("writes nginx-proxy's JSON, every line of which can be parsed")
    func json() throws {
        let backend = try ScriptedBackend.answering()
        let logged = try Logged([.forwarding("registry.test", to: [backend.endpoint])], format: .json)
        let agent = "a\"b\\c\tü"
        _ = try logged.proxy.answer(
            to: "GET / HTTP/1.1\r\nHost: registry.test\r\nUser-Agent: \(agent)\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
        let line = try logged.lines.receive(through: "\n")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object["http_user_agent"] == agent)
        #expect(object["client_ip"] == "192.0.2.7")
        #expect(object["http_referrer"] == "")
        #expect(object["upstream_addr"] == "\(backend.endpoint)")
        #expect(object["request_id"]?.utf8.count == 32)
        #expect(
            Set(object.keys) == [
                "time_local", "client_ip", "remote_addr", "request", "status", "body_bytes_sent", "request_time",
                "upstream_response_time", "upstream_addr", "http_referrer", "http_user_agent", "request_id",
            ])
    }

    @Test("leaves values as they are where it is told not to escape")
    func unescaped() throws {
        let logged = try Logged([], format: format("$http_user_agent|$http_referer|", escape: .none))
        _ = try logged.proxy.answer(to: "GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: a\"\\b\r\n\r\n")
        #expect(try logged.next() == "a\"\\b||")
    }

    @Test("goes to the files that a location names, on their conditions, and nowhere where it is off")
    func files() throws {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        let own = TestStream(owning: ends[0])
        var log = AccessLogging.Destination(path: "own.log", format: try format("own $status"))
        log.condition = Template(pieces: [.variable(.http("x-log"))])
        let both = AccessLogging.to([
            AccessLogging.Destination(), log,
            AccessLogging.Destination(path: "missing.log", format: try format("missing $status")),
        ])
        let logged = try Logged(
            [
                .forwarding("both.test", to: []) { $0.accessLogging = both },
                .forwarding("quiet.test", to: []) { $0.accessLogging = .off },
            ], files: ["own.log": LogFile(descriptor: ends[1])])
        let get = { (host: String, log: String) in "GET / HTTP/1.1\r\nHost: \(host)\r\nX-Log: \(log)\r\n\r\n" }
        _ = try logged.proxy.answer(to: get("quiet.test", "1"))
        _ = try logged.proxy.answer(to: get("both.test", "0"))
        _ = try logged.proxy.answer(to: get("both.test", "1"))
        #expect(try logged.next().hasPrefix("both.test "))
        // The lines of a file that could not be opened.
        #expect(try logged.next() == "missing 502")
        #expect(try logged.next().hasPrefix("both.test "))
        #expect(try own.receive(through: "\n") == "own 502\n")
        #expect(own.history == Array("own 502\n".utf8))
    }
}
