import Bytes
import Routing
import Testing

@Suite("The answer that the client gets", .timeLimit(.minutes(10)))
struct ResponseWriterTests {
    private func answer(
        _ response: String, to request: String = plainGet, method: String = "GET",
        _ settings: (inout LocationSettings) -> Void = { _ in }
    ) throws -> Message {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send(response)
        }
        return try TestProxy(to: [backend], settings: settings).answer(to: request, method: method)
    }

    private static func header(_ name: ByteString, _ value: ByteString, always: Bool = false) -> AddedHeader {
        AddedHeader(name: name, value: Template(literal: value), always: always)
    }

    /// The lines without that of the date, which is another each second.
    private func lines(_ message: Message) -> [String] { message.lines.filter { !$0.hasPrefix("Date: ") } }

    @Test("passes the backend's fields on, without those of the connection and its own name and date")
    func fields() throws {
        let answer = try answer(
            """
            HTTP/1.1 201 Whatever\r
            Date: Thu, 01 Jan 1970 00:00:00 GMT\r
            Server: secret/1.0\r
            Content-Length: 2\r
            Connection: keep-alive, X-Private\r
            Keep-Alive: timeout=5\r
            Proxy-Connection: keep-alive\r
            Upgrade: h2c\r
            X-Private: 1\r
            X-Accel-Buffering: no\r
            x-accel-expires: 1\r
            X-Pad: avoid browser bug\r
            Location: /v2/x\r
            Set-Cookie: a\r
            Set-Cookie: b\r
            Docker-Content-Digest: sha256:00\r
            \r
            ok
            """)
        #expect(
            lines(answer) == [
                "HTTP/1.1 201 Created", "Content-Length: 2", "Server: portico", "Location: /v2/x", "Set-Cookie: a",
                "Set-Cookie: b", "Docker-Content-Digest: sha256:00",
            ])
        #expect(answer.values("Date").count == 1)
        #expect(answer["Date"] != "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test(
        "adds fields to the statuses that nginx adds them to, and always where told",
        arguments: [200, 206, 304, 404, 500])
    func added(_ status: Int) throws {
        let answer = try answer("HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n") { settings in
            settings.addedHeaders = [Self.header("X-Some", "1"), Self.header("X-All", "2", always: true)]
        }
        #expect(answer.values("X-Some") == (status < 400 ? ["1"] : []))
        #expect(answer.values("X-All") == ["2"])
    }

    @Test("does not double a field that the backend sent alike, and keeps one that it sent otherwise")
    func doubled() throws {
        let answer = try answer(
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Same: 1\r\nX-Other: 2\r\n\r\n"
        ) { settings in
            settings.addedHeaders = [
                Self.header("x-same", "1"), Self.header("X-Other", "1"), Self.header("X-None", ""),
            ]
        }
        #expect(answer.values("X-Same") == ["1"])
        #expect(answer.values("X-Other") == ["2", "1"])
        #expect(answer.values("X-None") == [])
    }

    @Test(
        "leaves out an added field whose value would end its line",
        arguments: ["/%0d%0aX-Evil:%201", "/%0a", "/%1b", "/%0D%0A%0D%0Aevil"])
    func injection(_ target: String) throws {
        for always in [true, false] {
            let answer = try answer(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                to: "GET \(target) HTTP/1.1\r\nHost: registry.test\r\n\r\n"
            ) { settings in
                settings.addedHeaders = [
                    AddedHeader(name: "X-Uri", value: Template(pieces: [.variable(.uri)]), always: always)
                ]
            }
            #expect(lines(answer) == ["HTTP/1.1 200 OK", "Content-Length: 0", "Server: portico"])
        }
    }

    @Test("passes large heads on, up to 64 KiB of an answer's and 32 KiB of a request's")
    func largeHeads() throws {
        let response = (0..<8).map { "X-\($0): \(String(repeating: "b", count: 7500))\r\n" }.joined()
        let backend = try ScriptedBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\(response)\r\nok")
        let proxy = try TestProxy(to: [backend])
        let request = (0..<4).map { "Y-\($0): \(String(repeating: "a", count: 7500))\r\n" }.joined()
        let answer = try proxy.answer(to: "GET / HTTP/1.1\r\nHost: registry.test\r\n\(request)\r\n")
        #expect(answer.text == "ok")
        #expect(answer.lines.filter { $0.hasPrefix("X-") }.map { $0.utf8.count } == [Int](repeating: 7505, count: 8))
        #expect(try backend.requests(1)[0].lines.filter { $0.hasPrefix("Y-") }.count == 4)
    }

    @Test("knows the values of the answer in added fields")
    func variables() throws {
        let answer = try answer("HTTP/1.1 404 X\r\nContent-Length: 0\r\nX-A: b\r\n\r\n") { settings in
            settings.addedHeaders = [
                AddedHeader(
                    name: "X-Values",
                    value: Template(pieces: [
                        .variable(.status), .literal(" "), .variable(.upstreamStatus), .literal(" "),
                        .variable(.upstreamHTTP("x-a")),
                    ]), always: true)
            ]
        }
        #expect(answer["X-Values"] == "404 404 b")
    }

    @Test(
        "sends no body where there is none, and the length that it would have where it may",
        arguments: [
            ("HEAD", 200, "Content-Length: 5", "Content-Length: 5"), ("HEAD", 200, "Transfer-Encoding: chunked", nil),
            ("HEAD", 200, "X-A: b", nil), ("HEAD", 404, "Content-Length: 5", "Content-Length: 5"),
            ("GET", 204, "X-A: b", nil), ("GET", 204, "Content-Length: 0", nil), ("GET", 304, "X-A: b", nil),
            ("GET", 304, "Content-Length: 5", "Content-Length: 5"), ("GET", 304, "Transfer-Encoding: chunked", nil),
            ("GET", 200, "Content-Length: 0", "Content-Length: 0"), ("HEAD", 204, "X-A: b", nil),
        ])
    func withoutBody(_ method: String, _ status: Int, _ field: String, _ expected: String?) throws {
        let backend = try ScriptedBackend { connection in
            for _ in 1...2 {
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 \(status) X\r\n\(field)\r\n\r\n")
            }
        }
        let client = try TestProxy(to: [backend]).connect()
        for _ in 1...2 {
            try client.send("\(method) / HTTP/1.1\r\nHost: registry.test\r\n\r\n")
            let answer = try client.receiveResponse(to: method)
            #expect(answer.status == status)
            let framing = answer.lines.filter { $0.hasPrefix("Content-Length") || $0.hasPrefix("Transfer") }
            #expect(framing == (expected.map { [$0] } ?? []))
            #expect(client.buffered.isEmpty)
        }
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test("passes trailers on behind a chunked body, without those that frame or route (RFC 9110 §6.5.1)")
    func trailers() throws {
        let answer = try answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n"
                + "Content-Length: 9\r\nETag: \"e\"\r\nSet-Cookie: c\r\n\r\n")
        #expect(answer.text == "ok")
        #expect(answer.trailers == ["X-Sum: 1", "ETag: \"e\""])
    }

    @Test("drops trailers for a client of HTTP/1.0")
    func trailersIn10() throws {
        let answer = try answer(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n",
            to: "GET / HTTP/1.0\r\nHost: registry.test\r\n\r\n")
        #expect(answer.text == "ok")
    }
}
