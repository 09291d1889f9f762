import Bytes
import Routing
import Testing

@Suite("The proxy's own answers", .timeLimit(.minutes(10)))
struct LocalResponseTests {
    private func answer(
        _ returned: Return, to request: String = plainGet, method: String = "GET",
        _ configure: (inout LocationSettings) -> Void = { _ in }
    ) throws -> Message {
        try TestProxy(
            to: [],
            settings: {
                $0.returned = returned
                configure(&$0)
            }
        ).answer(to: request, method: method)
    }

    @Test(
        "sends the page of a status, if it is that of a failure or of another place",
        arguments: [200, 204, 299, 304, 403, 404, 500, 599])
    func pages(_ status: Int) throws {
        let answer = try answer(Return(status: status))
        #expect(answer.status == status)
        let hasPage = status >= 300 && status != 304
        #expect(answer.body.isEmpty != hasPage)
        #expect((answer["Content-Length"] != nil) == (status != 204 && status != 304))
        #expect((answer["Content-Type"] != nil) == hasPage)
    }

    @Test("sends a text with its variables, whatever bytes they bring")
    func text() throws {
        let template = Template(pieces: [.literal("at "), .variable(.uri), .literal(" of "), .variable(.host)])
        let answer = try answer(
            Return(status: 200, content: .text(template)),
            to: "GET /%0d%0aX:%20y HTTP/1.1\r\nHost: REGISTRY.test:1\r\n\r\n")
        #expect(answer.text == "at /\r\nX: y of registry.test")
        #expect(answer["Content-Type"] == "text/plain")
        #expect(answer["X"] == nil)
    }

    @Test("sends JSON with its variables")
    func json() throws {
        let template = Template(pieces: [.literal("[\""), .variable(.host), .literal("\"]")])
        let answer = try answer(Return(status: 200, content: .json(template)))
        #expect(answer.text == "[\"registry.test\"]")
        #expect(answer["Content-Type"] == "application/json")
    }

    @Test("sends no body to HEAD")
    func head() throws {
        let answer = try answer(
            Return(status: 404), to: "HEAD / HTTP/1.1\r\nHost: registry.test\r\nConnection: close\r\n\r\n",
            method: "HEAD")
        #expect(answer.status == 404)
        #expect(answer["Transfer-Encoding"] == nil)
    }

    @Test(
        "redirects, and completes a path with what the client asked for",
        arguments: [
            ("https://other.test/", "", "https://other.test/"), ("/new", "", "http://registry.test:81/new"),
            ("/new", "?x=1", "http://registry.test:81/new?x=1"),
        ])
    func redirect(_ target: String, _ query: String, _ expected: String) throws {
        let template = Template(pieces: [
            .literal(ByteString(target)), .variable(.isArgs), .variable(.args),
        ])
        let answer = try answer(
            Return(status: 302, content: .redirect(template)),
            to: "GET /old\(query) HTTP/1.1\r\nHost: registry.test:81\r\n\r\n")
        #expect(answer.status == 302)
        #expect(answer["Location"] == expected)
    }

    @Test("completes a redirect of HTTP/1.0 without Host with the name of the host")
    func redirectWithoutHost() throws {
        var host = VirtualHost.forwarding("registry.test", to: []) { settings in
            settings.returned = Return(status: 302, content: .redirect(Template(literal: "/new")))
        }
        host.names.append(.exact("other.test"))
        let answer = try TestProxy([host], defaultHost: 0).answer(to: "GET / HTTP/1.0\r\n\r\n")
        #expect(answer["Location"] == "http://registry.test/new")
    }

    @Test("uses the path of an absolute target in redirects")
    func redirectOfAbsoluteTarget() throws {
        let template = Template(pieces: [.literal("https://"), .variable(.host), .variable(.requestURI)])
        for (target, path) in [("http://registry.test/a?b", "/a?b"), ("http://registry.test?b", "/?b"), ("/c", "/c")] {
            let answer = try answer(
                Return(status: 301, content: .redirect(template)),
                to: "GET \(target) HTTP/1.1\r\nHost: registry.test\r\n\r\n")
            #expect(answer["Location"] == "https://registry.test\(path)")
        }
    }

    @Test(
        "refuses to redirect to where the client's escapes would end the line", arguments: ["/%0d%0aX-Evil:1", "/%0a"])
    func injection(_ target: String) throws {
        let template = Template(pieces: [.literal("https://x.test"), .variable(.uri)])
        let answer = try answer(
            Return(status: 301, content: .redirect(template)),
            to: "GET \(target) HTTP/1.1\r\nHost: registry.test\r\n\r\n")
        #expect(answer.status == 500)
        #expect(answer["Location"] == nil)
        #expect(answer["X-Evil"] == nil)
    }

    @Test("closes without an answer at 444")
    func hangUp() throws {
        let client = try TestProxy(to: [], settings: { $0.returned = Return(status: 444) }).connect()
        try client.send(plainGet)
        #expect(try client.receiveToEnd().isEmpty)
    }

    @Test("names neither backend nor request in its pages")
    func discreet() throws {
        let backend = try ScriptedBackend.answering()
        backend.stop()
        let answer = try TestProxy(to: [backend]).answer(
            to: "GET /<script> HTTP/1.1\r\nHost: registry.test\r\n\r\n")
        #expect(answer.status == 502)
        #expect(!answer.text.contains("\(backend.endpoint.port)"))
        #expect(!answer.text.contains("script"))
        #expect(!answer.text.contains("registry"))
    }

    @Test("closes behind each answer where keepalive_timeout is 0, and says so")
    func noKeepAlive() throws {
        let client = try TestProxy(
            to: [],
            settings: {
                $0.returned = Return(status: 404)
                $0.keepaliveTimeout = .zero
            }
        ).connect()
        try client.send(plainGet)
        #expect(try client.receiveResponse()["Connection"] == "close")
        #expect(try client.waitForEnd() == .closed)
    }

    @Test("advises how long a connection is kept")
    func advice() throws {
        let answer = try answer(Return(status: 404)) { $0.keepaliveAdvice = 20 }
        #expect(answer["Keep-Alive"] == "timeout=20")
    }
}
