import HTTP
import Testing

@Suite("What a request says about the connection")
struct RequestConnectionTests {
    private static func parse(
        _ fields: [String], version: String = "HTTP/1.1", method: String = "GET"
    ) throws -> ParsedRequest {
        let lines = (["Host: a"] + fields).map { $0 + "\r\n" }.joined()
        return try #require(try ParsedRequest.parse("\(method) / \(version)\r\n\(lines)\r\n"))
    }

    @Test(
        "persists as version and Connection say (RFC 9112 §9.3)",
        arguments: [
            ("HTTP/1.1", [], true), ("HTTP/1.1", ["Connection: close"], false),
            ("HTTP/1.1", ["Connection: CLOSE"], false),
            ("HTTP/1.1", ["Connection: x, close ,y"], false),
            ("HTTP/1.1", ["Connection: x", "Connection: close"], false),
            ("HTTP/1.1", ["Connection: closed"], true), ("HTTP/1.1", ["Connection:"], true),
            ("HTTP/1.1", ["Connection: keep-alive, close"], false), ("HTTP/1.1", ["Connection: ,,,"], true),
            ("HTTP/1.0", [], false), ("HTTP/1.0", ["Connection: keep-alive"], true),
            ("HTTP/1.0", ["Connection: Keep-Alive"], true),
            ("HTTP/1.0", ["Connection: keep-alive", "Connection: close"], false),
            ("HTTP/1.0", ["Keep-Alive: timeout=5"], false), ("HTTP/1.0", ["Proxy-Connection: keep-alive"], false),
        ] as [(String, [String], Bool)])
    func persistence(version: String, fields: [String], expected: Bool) throws {
        #expect(try Self.parse(fields, version: version).head.isPersistent == expected)
    }

    @Test("drops the fields of one hop (RFC 9110 §7.6.1)")
    func hopByHop() throws {
        let request = try Self.parse([
            "Connection: x-one, X-TWO", "Keep-Alive: 1", "Proxy-Connection: x", "TE: trailers", "Trailer: X",
            "Upgrade: h2c",
            "Proxy-Authorization: x", "Proxy-Authenticate: x", "HTTP2-Settings: x", "Proxy: http://evil", "X-One: 1",
            "x-two: 2",
            "X-Three: 3", "Proxyx: 4",
        ])
        #expect(request.kept == ["Host: a", "X-Three: 3", "Proxyx: 4"])
    }

    @Test("drops names with an underscore, which a backend may take for their twins")
    func underscores() throws {
        let request = try Self.parse([
            "X_Forwarded_For: 1", "_: 2", "Content_Length: 3", "a-very-long-name_: 4", "X-Y: 5",
        ])
        #expect(request.kept == ["Host: a", "X-Y: 5"])
    }

    @Test(
        "lets Connection take away no field that a rule knows (CVE-2022-31813)",
        arguments: [
            "Host: a", "Content-Length: 1", "Authorization: x", "Cookie: x", "X-Forwarded-For: 1",
            "X-Forwarded-Proto: x",
            "X-Forwarded-Host: x", "X-Forwarded-Port: 1", "X-Forwarded-Ssl: on", "X-Real-IP: 1", "X-Original-URI: /",
            "Forwarded: x", "Expect: 100-continue", "Content-Type: x", "Cache-Control: x", "Range: x", "Via: x",
        ])
    func protected(field: String) throws {
        let name = String(field.prefix { $0 != ":" })
        let request = try Self.parse(["Connection: close, \(name.uppercased())"] + (name == "Host" ? [] : [field]))
        #expect(request.kept.contains(field))
    }

    @Test("bounds the options of Connection")
    func tooMany() throws {
        let options = (0..<32).map { "x\($0)" }
        #expect(try Self.parse(["Connection: " + options.joined(separator: ",")]).head.isPersistent)
        #expect(throws: RequestError.tooManyConnectionOptions) {
            try Self.parse(["Connection: " + options.joined(separator: ","), "Connection: y"])
        }
        #expect(RequestError.tooManyConnectionOptions.status == 400)
    }

    @Test(
        "notes an Upgrade that Connection names, in HTTP/1.1 only (RFC 9110 §7.8)",
        arguments: [
            ("HTTP/1.1", ["Connection: Upgrade", "Upgrade: websocket"], "websocket"),
            ("HTTP/1.1", ["Upgrade: WebSocket", "Connection: keep-alive, upgrade"], "WebSocket"),
            ("HTTP/1.1", ["Connection: upgrade, http2-settings", "Upgrade: h2c", "HTTP2-Settings: x"], "h2c"),
            ("HTTP/1.1", ["Upgrade: websocket"], ""), ("HTTP/1.1", ["Connection: upgrade"], ""),
            ("HTTP/1.0", ["Connection: upgrade", "Upgrade: websocket"], ""),
            ("HTTP/1.1", ["Connection: upgrade", "Upgrade: websocket", "Upgrade: h2c"], ""),
        ] as [(String, [String], String)])
    func upgrade(version: String, fields: [String], expected: String) throws {
        let request = try Self.parse(fields, version: version)
        #expect(request.text(request.head.upgrade) == expected)
        #expect(!request.kept.contains { $0.hasPrefix("Upgrade") })
    }

    @Test("knows a client that waits for a 100, and no other expectation (RFC 9110 §10.1.1)")
    func expectation() throws {
        let body = "Content-Length: 5"
        #expect(try Self.parse(["Expect: 100-continue", body]).head.expectsContinue)
        #expect(try Self.parse(["Expect: 100-Continue", "Transfer-Encoding: chunked"]).head.expectsContinue)
        #expect(try Self.parse(["Expect: 100-continue", "Expect: 100-continue", body]).head.expectsContinue)
        #expect(try !Self.parse(["Expect: 100-continue"]).head.expectsContinue)
        #expect(try !Self.parse(["Expect: 100-continue", "Content-Length: 0"]).head.expectsContinue)
        #expect(try !Self.parse(["Expect: 100-continue", body], version: "HTTP/1.0").head.expectsContinue)
        #expect(try !Self.parse(["Expect: other", body], version: "HTTP/1.0").head.expectsContinue)
        for value in ["", "100", "100-continue, x", "200-ok", "100-continue;q=1", "100 -continue"] {
            #expect(throws: RequestError.unsupportedExpectation) { try Self.parse(["Expect: \(value)", body]) }
            #expect(throws: RequestError.unsupportedExpectation) {
                try Self.parse(["Expect: 100-continue", "Expect: \(value)", body])
            }
        }
        #expect(RequestError.unsupportedExpectation.status == 417)
    }

    @Test("refuses two credentials")
    func credentials() {
        #expect(throws: RequestError.repeatedAuthorization) {
            try Self.parse(["Authorization: Basic YTpi", "authorization: Basic YTpi"])
        }
        #expect(RequestError.repeatedAuthorization.status == 400)
    }
}
