import Bytes
import Testing

/// Requests about whose end two parsers could differ. Nothing of them may reach a backend.
@Suite("Ambiguous requests", .timeLimit(.minutes(10)))
struct SmugglingTests {
    private static let second = "GET /smuggled HTTP/1.1\r\nHost: registry.test\r\n\r\n"

    /// Fields behind a request line and Host, a body, and the status that answers them.
    private static let framings: [(fields: String, body: String, status: Int)] = [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n", 400),
        ("Content-Length: 5\r\nContent-Length: 5", "hello", 400),
        ("Content-Length: 5\r\nContent-Length: 6", "hello", 400),
        ("Content-Length: 5, 5", "hello", 400), ("Content-Length: +5", "hello", 400), ("Content-Length: -5", "", 400),
        ("Content-Length: 0x5", "hello", 400), ("Content-Length: 5 0", "hello", 400), ("Content-Length:", "", 400),
        ("Content-Length: 5;", "hello", 400), ("Content-Length: 5.0", "hello", 400),
        ("Content-Length: ٥", "hello", 400),
        ("Content-Length: 9223372036854775808", "", 400), ("Content-Length: 18446744073709551621", "hello", 400),
        ("Content-Length : 5", "hello", 400), (" Content-Length: 5", "hello", 400),
        ("Content-Length\t: 5", "hello", 400),
        ("X: y\r\n Content-Length: 5", "hello", 400), ("Content-Length: 5\rX: y", "hello", 400),
        ("Content-Length: 5\r\n\rX: y", "hello", 400), ("Content-Length: \u{0b}5", "hello", 400),
        ("Transfer-Encoding: xchunked", "0\r\n\r\n", 400), ("Transfer-Encoding: chunked, identity", "0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked,", "0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n", 400),
        ("Transfer-Encoding: identity", "", 400), ("Transfer-Encoding: \"chunked\"", "0\r\n\r\n", 400),
        ("Transfer-Encoding:", "", 400), ("Transfer-Encoding: chunked;q=1", "0\r\n\r\n", 400),
        ("Transfer-Encoding: chun\0ked", "0\r\n\r\n", 400), ("Transfer-Encoding: \u{0b}chunked", "0\r\n\r\n", 400),
        ("Transfer-Encoding : chunked", "0\r\n\r\n", 400), ("Transfer\u{a0}Encoding: chunked", "0\r\n\r\n", 400),
        ("X: y\rTransfer-Encoding: chunked", "0\r\n\r\n", 400),
        ("X: y\r\n\tTransfer-Encoding: chunked", "0\r\n\r\n", 400),
        ("Transfer-Encoding: gzip, chunked", "0\r\n\r\n", 501),
        ("Transfer-Encoding: chunked, chunked", "0\r\n\r\n", 400),
        (": empty", "", 400), ("no colon", "", 400), ("X: a\0b", "", 400), ("X: a\u{7f}", "", 400), ("X(: a", "", 400),
        ("Host: other.test", "", 400),
    ]

    @Test("refuses framing that is in doubt, closes, and asks no backend", arguments: framings.indices)
    func framing(_ index: Int) throws {
        let (fields, body, status) = Self.framings[index]
        try refuse("POST / HTTP/1.1\r\nHost: registry.test\r\n\(fields)\r\n\r\n\(body)", with: status)
    }

    @Test(
        "refuses request lines that are not exactly one",
        arguments: [
            ("GET  / HTTP/1.1", 400), ("GET /  HTTP/1.1", 400), ("GET / HTTP/1.1 ", 400), (" GET / HTTP/1.1", 400),
            ("GET\t/ HTTP/1.1", 400), ("GET /a b HTTP/1.1", 400), ("GET / http/1.1", 400), ("GET / HTTP/1.10", 400),
            ("GET / HTTP/2.0", 505), ("GET / HTTP/0.9", 505), ("GET /", 400), ("GET", 400), ("G(T / HTTP/1.1", 400),
            ("GET a HTTP/1.1", 400), ("GET /#f HTTP/1.1", 400), ("GET /\u{1} HTTP/1.1", 400), ("GET * HTTP/1.1", 400),
            ("GET ftp://registry.test/ HTTP/1.1", 400), ("GET http:///x HTTP/1.1", 400), ("GET / HTTP/1.1\rX: y", 400),
            ("GET http://u@registry.test/ HTTP/1.1", 400), ("GET //registry.test HTTP/1.1\r\nX", 400),
        ])
    func requestLines(_ line: String, _ status: Int) throws {
        try refuse("\(line)\r\nHost: registry.test\r\n\r\n", with: status)
    }

    @Test(
        "refuses a Host that is none, or more than one",
        arguments: [
            "", "Host:\r\n", "Host: registry.test\r\nHost: registry.test\r\n", "Host: registry.test, other.test\r\n",
            "Host: user@registry.test\r\n", "Host: registry.test:\r\n", "Host: registry.test:99999\r\n",
            "Host: registry.test:8a\r\n", "Host: registry test\r\n", "Host: registry.test/\r\n", "Host: [::1\r\n",
            "Host: registry..test\r\n", "Host: registry%2etest\r\n", "Host : registry.test\r\n",
            "Host: registry.test\r\nhost: other.test\r\n", "Host: http://registry.test\r\n",
        ])
    func hosts(_ field: String) throws { try refuse("GET / HTTP/1.1\r\n\(field)\r\n", with: 400) }

    @Test("refuses two Authorization fields")
    func authorization() throws {
        try refuse(
            "GET / HTTP/1.1\r\nHost: registry.test\r\nAuthorization: Basic eDp5\r\nAuthorization: Basic eDp6\r\n\r\n",
            with: 400)
    }

    @Test("refuses Transfer-Encoding in HTTP/1.0")
    func oldVersion() throws {
        try refuse(
            "POST / HTTP/1.0\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", with: 400)
    }

    @Test(
        "ends the backend's request unfinished when a chunk is broken",
        arguments: [
            "0x5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", "-1\r\n", "\r\n",
            "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r\n0\n\r\n",
            "10000000000000005\r\nhello", "ffffffffffffffff\r\nhello", "5;a=\"\nb\"\r\nhello\r\n0\r\n\r\n",
            "5;a\rb\r\nhello",
            "5\r\nhello\r\n0\r\nContent-Length : 1\r\n\r\n", "5\r\nhello\r\n0\r\nX: a\0\r\n\r\n", "5_0\r\nhello",
            "g\r\n",
        ])
    func chunks(_ body: String) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.waitForEnd()
        }
        let client = try TestProxy(to: [backend]).connect()
        try client.send("POST / HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n")
        _ = try backend.requests(1)
        try client.send(body + Self.second)
        client.halfClose()
        let answer = try client.receiveResponse()
        #expect(answer.status == 400)
        #expect(answer["Connection"] == "close")
        #expect(try client.receiveToEnd().isEmpty)
        try backend.waitUntilEnded(1)
        let log = backend.log.current
        #expect(log.connectionCount == 1)
        let bytes = String(decoding: log.bytes[0] ?? [], as: UTF8.self)
        #expect(!bytes.contains("smuggled"))
        #expect(!bytes.hasSuffix("0\r\n\r\n"))
    }

    @Test("passes a body on where none is expected, and takes what follows for the next request")
    func bodyOfGet() throws {
        let backend = try ScriptedBackend.answering()
        let client = try TestProxy(to: [backend]).connect()
        for method in ["GET", "OPTIONS", "DELETE"] {
            try client.send(
                "\(method) /a HTTP/1.1\r\nHost: registry.test\r\nContent-Length: \(Self.second.utf8.count)\r\n\r\n")
            try client.send(Self.second)
            #expect(try client.receiveResponse().status == 200)
        }
        let requests = try backend.requests(3)
        #expect(requests.allSatisfy { $0.startLine.contains("/a") && $0.text == Self.second })
    }

    private func refuse(_ request: String, with status: Int) throws {
        let backend = try ScriptedBackend.answering()
        let client = try TestProxy(to: [backend]).connect()
        try client.send(request + Self.second)
        client.halfClose()
        let answer = try client.receiveResponse()
        #expect(answer.status == status)
        #expect(answer["Connection"] == "close")
        #expect(try client.receiveToEnd().isEmpty)
        #expect(client.end == .closed)
        #expect(backend.log.current.connectionCount == 0)
    }
}
