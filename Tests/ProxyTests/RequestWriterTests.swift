import Bytes
import Proxy
import Routing
import Testing

@Suite("The request that the backend gets", .timeLimit(.minutes(10)))
struct RequestWriterTests {
    private let backend: ScriptedBackend

    init() throws { backend = try .answering() }

    private func forwarded(
        _ request: String, trusting trusted: TrustedProxies = .none,
        _ settings: (inout LocationSettings) -> Void = { _ in }
    ) throws -> [String] {
        let proxy = try TestProxy(to: [backend], settings: settings) { $0.trustedProxies = trusted }
        _ = try proxy.answer(to: request, method: String(request.prefix { $0 != " " }))
        return try #require(try backend.requests(1).first).lines
    }

    private static func template(_ pieces: Template.Piece...) -> Template { Template(pieces: pieces) }

    @Test("tells the backend who asks for what, and nothing that the client made up")
    func spoofed() throws {
        let lines = try forwarded(
            """
            GET /v2/?n=1 HTTP/1.1\r
            Accept: a\r
            x-real-ip: 6.6.6.6\r
            X-Forwarded-For: 6.6.6.6\r
            X-FORWARDED-PROTO: https\r
            X-Forwarded-Host: evil.test\r
            X-Forwarded-Port: 1\r
            X-Forwarded-Ssl: on\r
            X-Forwarded-Prefix: /evil\r
            X-Forwarded-Server: evil\r
            X-Original-URI: /evil\r
            Forwarded: for=6.6.6.6\r
            Proxy: http://evil.test\r
            X_Forwarded_For: 6.6.6.6\r
            Host: Registry.test:5043\r
            accept:  b\t \r
            Authorization: Basic eDp5\r
            Cookie: a=b; c\r
            X-Empty:\r
            \r

            """)
        #expect(
            lines == [
                "GET /v2/?n=1 HTTP/1.1", "Host: Registry.test:5043", "X-Real-IP: 127.0.0.1",
                "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: Registry.test:5043",
                "X-Forwarded-Port: 5043", "X-Forwarded-Ssl: off", "X-Original-URI: /v2/?n=1", "Accept: a",
                "accept: b", "Authorization: Basic eDp5", "Cookie: a=b; c", "X-Empty: ",
            ])
    }

    @Test("keeps what a trusted proxy in front says, and adds to it")
    func trusted() throws {
        let networks = TrustedProxies.networks([try #require(IPNetwork("127.0.0.0/8"))])
        let lines = try forwarded(
            """
            GET / HTTP/1.1\r
            Host: registry.test\r
            X-Forwarded-For: 1.2.3.4\r
            X-Forwarded-Proto: https\r
            X-Forwarded-Host: front.test:444\r
            X-Forwarded-Port: 444\r
            Forwarded: for=1.2.3.4\r
            \r

            """, trusting: networks)
        #expect(
            lines == [
                "GET / HTTP/1.1", "Host: registry.test", "X-Real-IP: 127.0.0.1", "X-Forwarded-For: 1.2.3.4, 127.0.0.1",
                "X-Forwarded-Proto: https", "X-Forwarded-Host: front.test:444", "X-Forwarded-Port: 444",
                "X-Forwarded-Ssl: on", "X-Original-URI: /", "Forwarded: for=1.2.3.4",
            ])
    }

    @Test("believes every list of addresses that a trusted proxy sends, in all its lines")
    func trustedLists() throws {
        let lines = try forwarded(
            "GET / HTTP/1.1\r\nHost: registry.test\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n",
            trusting: .all)
        #expect(lines.contains("X-Forwarded-For: 1.1.1.1, 2.2.2.2, 127.0.0.1"))
    }

    @Test("removes the fields of the connection, and those that Connection names")
    func hopByHop() throws {
        let lines = try forwarded(
            """
            GET / HTTP/1.1\r
            Host: registry.test\r
            Connection: keep-alive, X-Private , Host, X-Forwarded-For\r
            Connection: authorization,content-length\r
            Keep-Alive: timeout=5\r
            Proxy-Connection: keep-alive\r
            TE: trailers\r
            Trailer: X-Sum\r
            Upgrade: h2c\r
            HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r
            x-private: 1\r
            X-Public: 1\r
            Authorization: Basic eDp5\r
            \r

            """)
        let names = lines.dropFirst().map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "Host", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
                "X-Forwarded-Ssl", "X-Original-URI", "X-Public", "Authorization",
            ])
    }

    @Test(
        "frames the body anew",
        arguments: [
            ("Content-Length: 005", "hello", "Content-Length: 5"),
            ("transfer-encoding: CHUNKED", "5;a=b\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        ])
    func framing(_ field: String, _ body: String, _ expected: String) throws {
        let lines = try forwarded("PUT / HTTP/1.1\r\nHost: registry.test\r\n\(field)\r\n\r\n\(body)")
        #expect(lines.last == expected)
        #expect(lines.count == 10)
        #expect(try backend.requests(1)[0].text == "hello")
    }

    @Test("passes trailers on behind a chunked body, without those that frame, route or name a user (RFC 9110 §6.5.1)")
    func trailers() throws {
        let lines = try forwarded(
            "PUT / HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "5\r\nhello\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\nAuthorization: x\r\nX_Y: 1\r\nETag: \"e\"\r\n\r\n"
        )
        #expect(lines.last == "Transfer-Encoding: chunked")
        let request = try backend.requests(1)[0]
        #expect(request.text == "hello")
        #expect(request.trailers == ["X-Sum: 1", "ETag: \"e\""])
    }

    @Test("passes trailers on behind an empty body")
    func trailersAlone() throws {
        _ = try forwarded(
            "PUT / HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n\r\n")
        let request = try backend.requests(1)[0]
        #expect(request.body.isEmpty && request.trailers == ["X-Sum: 1"])
    }

    @Test("passes an empty body on as one")
    func emptyBody() throws {
        let lines = try forwarded("POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 0\r\n\r\n")
        #expect(lines.last == "Content-Length: 0")
    }

    @Test("speaks HTTP/1.1 to the backend, whatever the client speaks")
    func version() throws {
        let lines = try forwarded("GET / HTTP/1.0\r\nHost: registry.test\r\nConnection: close\r\n\r\n")
        #expect(lines.first == "GET / HTTP/1.1")
        #expect(lines.allSatisfy { !$0.hasPrefix("Connection") })
    }

    @Test("replaces the whole set of fields with those of proxy_set_header, as nginx does")
    func replaced() throws {
        let lines = try forwarded(
            """
            GET /a%20b?c HTTP/1.1\r
            Host: Registry.test:81\r
            X-Forwarded-For: 6.6.6.6\r
            Accept: a\r
            User-Agent: u\r
            Content-Length: 0\r
            \r

            """
        ) { settings in
            settings.requestHeaders = [
                RequestHeader(name: "Host", value: Self.template(.variable(.host))),
                RequestHeader(name: "X-Real", value: Self.template(.variable(.remoteAddress), .literal("!"))),
                RequestHeader(name: "user-agent", value: Self.template()),
                RequestHeader(
                    name: "X-Uri", value: Self.template(.variable(.uri), .variable(.isArgs), .variable(.args))),
                RequestHeader(name: "X-Forwarded-For", value: Self.template(.variable(.proxyAddForwardedFor))),
                RequestHeader(name: "Connection", value: Self.template(.literal("upgrade"))),
                RequestHeader(name: "Content-Length", value: Self.template(.literal("7"))),
                RequestHeader(name: "Transfer-Encoding", value: Self.template(.literal("chunked"))),
                RequestHeader(
                    name: "Docker-Distribution-Api-Version", value: Self.template(.literal("registry/2.0"))),
            ]
        }
        #expect(
            lines == [
                "GET /a%20b?c HTTP/1.1", "Host: registry.test", "X-Real: 127.0.0.1!", "X-Uri: /a b?c",
                "X-Forwarded-For: 127.0.0.1", "Docker-Distribution-Api-Version: registry/2.0", "Accept: a",
                "Content-Length: 0",
            ])
    }

    @Test(
        "leaves out a field whose value would end its line",
        arguments: ["/%0d%0aX-Evil:%201", "/%0AX-Evil:%201", "/%0d", "/%7f", "/%1b"])
    func injection(_ target: String) throws {
        let lines = try forwarded("GET \(target) HTTP/1.1\r\nHost: registry.test\r\n\r\n") { settings in
            settings.requestHeaders = [
                RequestHeader(name: "Host", value: Self.template(.variable(.host))),
                RequestHeader(name: "X-Uri", value: Self.template(.literal("u"), .variable(.uri))),
                RequestHeader(name: "X-After", value: Self.template(.literal("1"))),
            ]
        }
        #expect(lines == ["GET \(target) HTTP/1.1", "Host: registry.test", "X-After: 1"])
    }
}
