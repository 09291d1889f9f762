import Bytes
import Routing
import TestSupport
import Testing

@testable import Proxy

@Suite("Compressed answers", .timeLimit(.minutes(10)))
struct CompressionTests {
    private static let text = String(repeating: "<p>one and one and one</p>\n", count: 4_000)

    private func backend(_ fields: String, status: Int = 200, body: String = Self.text) throws -> ScriptedBackend {
        try .answering(
            "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    private func proxy(_ backend: ScriptedBackend, _ more: String = "") throws -> TestProxy {
        try TestProxy(
            file: "gzip on; gzip_types text/plain; gzip_vary on; \(more) location / { proxy_pass http://BACKEND; }",
            to: backend)
    }

    private func text(_ answer: Message) -> String? {
        gunzipped(answer.body).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("are whole, say how they came about, and leave their connections open", arguments: [1, 6, 9])
    func whole(_ level: Int) throws {
        let backend = try backend("Content-Type: text/html; charset=utf-8\r\nETag: \"a\"\r\nAccept-Ranges: bytes\r\n")
        let client = try proxy(backend, "gzip_comp_level \(level);").connect()
        for _ in 1...3 {
            try client.send("GET / HTTP/1.1\r\nHost: red.test\r\nAccept-Encoding: br, gzip;q=0.8\r\n\r\n")
            let answer = try client.receiveResponse()
            #expect(answer["Content-Encoding"] == "gzip")
            #expect(answer["Vary"] == "Accept-Encoding")
            #expect(answer["ETag"] == "W/\"a\"")
            #expect(answer["Accept-Ranges"] == nil)
            #expect(answer["Content-Length"] == nil)
            #expect(answer.body.count < Self.text.utf8.count / 10)
            #expect(text(answer) == Self.text)
        }
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test("are whole where they can hardly be compressed, and come in many pieces")
    func incompressible() throws {
        var random = SplitMix64(seed: 7)
        let body = (0..<1_000_000).map { _ in Character(UnicodeScalar(UInt8(32 + random.next() % 94))) }
        let text = String(body)
        let answer = try proxy(backend("Content-Type: text/plain\r\n", body: text))
            .get("/", "Accept-Encoding: gzip\r\n")
        #expect(self.text(answer) == text)
    }

    @Test("reach the client as far as the backend has got")
    func stalling() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            try connection.waitForEnd()
        }
        let client = try proxy(backend).connect()
        try client.send("GET / HTTP/1.1\r\nHost: red.test\r\nAccept-Encoding: gzip\r\n\r\n")
        let head = Message(head: try client.receive(through: "\r\n\r\n"))
        #expect(head["Content-Encoding"] == "gzip")
        // A chunk comes although the body has not ended.
        #expect(try !client.receive(1).isEmpty)
    }

    @Test(
        "are those that the rules name, for clients that take them",
        arguments: [
            ("Content-Type: text/html\r\n", 200, "", "Accept-Encoding: deflate\r\n", false),
            ("Content-Type: text/html\r\n", 200, "", "", false),
            ("Content-Type: text/html\r\n", 200, "", "Accept-Encoding: gzip;q=0\r\n", false),
            ("Content-Type: text/html\r\n", 404, "", "Accept-Encoding: gzip\r\n", true),
            ("Content-Type: text/html\r\n", 500, "", "Accept-Encoding: gzip\r\n", false),
            ("Content-Type: text/html\r\n", 206, "", "Accept-Encoding: gzip\r\n", false),
            ("Content-Type: image/png\r\n", 200, "", "Accept-Encoding: gzip\r\n", false),
            ("Content-Type: image/png\r\n", 200, "gzip_types *;", "Accept-Encoding: gzip\r\n", true),
            ("", 200, "", "Accept-Encoding: gzip\r\n", false),
            ("Content-Type: text/html\r\nContent-Encoding: br\r\n", 200, "", "Accept-Encoding: gzip\r\n", false),
            ("Content-Type: text/html\r\n", 200, "gzip_min_length 1m;", "Accept-Encoding: gzip\r\n", false),
            ("Content-Type: text/html\r\n", 200, "", "Accept-Encoding: gzip\r\nVia: x\r\n", false),
            ("Content-Type: text/html\r\n", 200, "gzip_proxied any;", "Accept-Encoding: gzip\r\nVia: x\r\n", true),
            (
                "Content-Type: text/html\r\nCache-Control: private\r\n", 200, "gzip_proxied private;",
                "Accept-Encoding: gzip\r\nVia: x\r\n", true
            ),
            (
                "Content-Type: text/html\r\nETag: \"a\"\r\n", 200, "gzip_proxied no_etag;",
                "Accept-Encoding: gzip\r\nVia: x\r\n", false
            ),
        ])
    func choice(_ fields: String, _ status: Int, _ rules: String, _ request: String, _ expected: Bool) throws {
        let rules = rules.isEmpty ? "gzip_types text/plain;" : rules
        let answer = try TestProxy(
            file: "gzip on; \(rules) location / { proxy_pass http://BACKEND; }", to: backend(fields, status: status)
        ).get("/", request)
        #expect((answer["Content-Encoding"] == "gzip") == expected)
        #expect(answer.status == status)
    }

    @Test("are none of a registry's, whose digests speak of the bytes")
    func registry() throws {
        let backend = try backend("Content-Type: text/html\r\nDocker-Distribution-Api-Version: registry/2.0\r\n")
        let proxy = try proxy(backend)
        #expect(try proxy.get("/v2/x", "Accept-Encoding: gzip\r\n")["Content-Encoding"] == nil)
        #expect(try proxy.get("/x", "Accept-Encoding: gzip\r\n")["Content-Encoding"] == "gzip")
        #expect(try proxy.get("/x", "Accept-Encoding: gzip\r\n", method: "HEAD")["Content-Encoding"] == nil)
    }

    @Test(
        "are for clients whose Accept-Encoding names gzip",
        arguments: [
            ("gzip", true), ("GZIP", true), ("a, gzip", true), ("gzip, a", true), ("gzip;q=1", true),
            ("gzip; q=0.001", true), ("gzip;q=0", false), ("gzip;q=0.000", false), ("", false), ("x-gzip", false),
            ("gzipx", false), ("*", false), ("gzip;x", false), ("deflate;q=1, br", false),
        ])
    func accepted(_ value: String, _ expected: Bool) {
        let bytes = Array(value.utf8)
        #expect(bytes.withUnsafeBytes { AnswerCompression.takesGzip($0) } == expected)
    }
}
