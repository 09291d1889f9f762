import Bytes
import Proxy
import Routing
import Testing

@Suite("Which host a request goes to", .timeLimit(.minutes(10)))
struct RoutingOfRequestsTests {
    private let red: ScriptedBackend
    private let blue: ScriptedBackend

    init() throws {
        red = try .answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nred")
        blue = try .answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nblue")
    }

    private func proxy(defaultHost: Int? = nil) throws -> TestProxy {
        var wildcard = VirtualHost.forwarding("*.blue.test", to: [blue.endpoint])
        wildcard.names = [.leading("blue.test")]
        return try TestProxy(
            [.forwarding("red.test", to: [red.endpoint]), wildcard, .forwarding("[::1]", to: [blue.endpoint])],
            defaultHost: defaultHost)
    }

    @Test(
        "follows Host, whatever its case, port and last dot",
        arguments: [
            ("red.test", "red"), ("RED.Test:8443", "red"), ("red.test.", "red"), ("red.test.:80", "red"),
            ("a.blue.test", "blue"), ("a.b.blue.test:1", "blue"), ("[::1]:8080", "blue"), ("[::1]", "blue"),
        ])
    func host(_ host: String, _ color: String) throws {
        #expect(try proxy().answer(to: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").text == color)
    }

    @Test(
        "refuses a host that nobody has with 503, and asks no backend",
        arguments: ["green.test", "blue.test", "red.test.evil", "127.0.0.1", "red", "xred.test"])
    func unknown(_ host: String) throws {
        let answer = try proxy().answer(to: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(answer.status == 503)
        #expect(answer["Retry-After"] != nil)
        #expect(red.log.current.connectionCount + blue.log.current.connectionCount == 0)
    }

    @Test(
        "asks regular expressions when no other name fits",
        arguments: [("www1.red.test", "blue"), ("WWW1.red.test.:80", "blue"), ("red.test", "red"), ("w.red.test", "")])
    func regex(_ host: String, _ color: String) throws {
        var regex = VirtualHost.forwarding("~^www\\d", to: [blue.endpoint])
        regex.names = [.pattern(try Pattern("^www\\d", ignoresCase: true))]
        let proxy = try TestProxy([.forwarding("red.test", to: [red.endpoint]), regex])
        let answer = try proxy.answer(to: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        #expect(color.isEmpty ? answer.status == 503 : answer.text == color)
    }

    @Test("sends unknown hosts, and none at all in HTTP/1.0, to the default host with their own Host")
    func defaultHost() throws {
        let proxy = try proxy(defaultHost: 0)
        #expect(try proxy.answer(to: "GET / HTTP/1.1\r\nHost: green.test:81\r\n\r\n").text == "red")
        #expect(try proxy.answer(to: "GET / HTTP/1.0\r\n\r\n").text == "red")
        #expect(try red.requests(2).map { $0["Host"] } == ["green.test:81", "red.test"])
        #expect(try red.requests(2)[1]["X-Forwarded-Host"] == "red.test")
    }

    @Test("prefers the host of an absolute target to Host, and sends it on in its place (RFC 9112 §3.2.2)")
    func absoluteForm() throws {
        let request = "GET http://red.test:81/a?b HTTP/1.1\r\nHost: a.blue.test\r\n\r\n"
        #expect(try proxy().answer(to: request).text == "red")
        let received = try red.requests(1)[0]
        #expect(received.startLine == "GET /a?b HTTP/1.1")
        #expect(received.values("Host") == ["red.test:81"])
        #expect(received["X-Forwarded-Host"] == "red.test:81")
        #expect(received["X-Forwarded-Port"] == "81")
        #expect(received["X-Original-URI"] == "/a?b")
    }

    @Test("completes an absolute target without a path")
    func absoluteFormWithoutPath() throws {
        let proxy = try proxy()
        #expect(try proxy.answer(to: "GET http://red.test HTTP/1.1\r\nHost: x.test\r\n\r\n").text == "red")
        #expect(try proxy.answer(to: "GET http://red.test?q HTTP/1.1\r\nHost: x.test\r\n\r\n").text == "red")
        #expect(try proxy.answer(to: "OPTIONS http://red.test HTTP/1.1\r\nHost: x.test\r\n\r\n").text == "red")
        #expect(try proxy.answer(to: "OPTIONS * HTTP/1.1\r\nHost: red.test\r\n\r\n").text == "red")
        #expect(
            try red.requests(4).map(\.startLine) == [
                "GET / HTTP/1.1", "GET /?q HTTP/1.1", "OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1",
            ])
    }

    @Test("looks each request of a connection up anew")
    func eachRequest() throws {
        let client = try proxy().connect()
        for (host, expected) in [("red.test", "red"), ("a.blue.test", "blue"), ("red.test", "red")] {
            try client.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try client.receiveResponse().text == expected)
        }
    }

    @Test(
        "passes the target on byte for byte",
        arguments: ["//a//../b/%2f%2E%2e;x=1", "/%7a", "/a?b?c=%20&&", "/~[]|^\""])
    func target(_ target: String) throws {
        _ = try proxy().answer(to: "GET \(target) HTTP/1.1\r\nHost: red.test\r\n\r\n")
        let request = try red.requests(1)[0]
        #expect(request.startLine == "GET \(target) HTTP/1.1")
        #expect(request["X-Original-URI"] == target)
    }

    @Test(
        "refuses a path that climbs above the root, or whose escapes are none",
        arguments: ["/..", "/a/../../b", "/%2e%2e/a", "/.%2E", "//../a", "/%zz", "/%", "/%4", "/a%00"])
    func badPath(_ target: String) throws {
        #expect(try proxy().answer(to: "GET \(target) HTTP/1.1\r\nHost: red.test\r\n\r\n").status == 400)
        #expect(red.log.current.requests.isEmpty)
    }

    @Test(
        "refuses CONNECT and TRACE", arguments: [("CONNECT red.test:443", 400), ("CONNECT /", 400), ("TRACE /", 405)])
    func methods(_ line: String, _ status: Int) throws {
        let answer = try proxy().answer(to: "\(line) HTTP/1.1\r\nHost: red.test:443\r\n\r\n")
        #expect(answer.status == status)
        #expect((answer["Allow"] != nil) == (status == 405))
        #expect(red.log.current.connectionCount == 0)
    }

    @Test("passes on methods that it does not know")
    func unknownMethod() throws {
        #expect(try proxy().answer(to: "PURGE /a HTTP/1.1\r\nHost: red.test\r\n\r\n").text == "red")
        #expect(try red.requests(1)[0].startLine == "PURGE /a HTTP/1.1")
    }

    @Test("answers for a host without backends with 502")
    func noBackend() throws {
        let proxy = try TestProxy([.forwarding("red.test", to: [])])
        #expect(try proxy.answer(to: "GET / HTTP/1.1\r\nHost: red.test\r\n\r\n").status == 502)
    }

    @Test("answers every request for a shut host with its status")
    func shut() throws {
        var host = VirtualHost.forwarding("red.test", to: [red.endpoint])
        host.shut = .init(status: 503, diagnostic: Diagnostic(.error, at: .setting("x"), "broken"))
        #expect(try TestProxy([host]).answer(to: "GET / HTTP/1.1\r\nHost: red.test\r\n\r\n").status == 503)
        #expect(red.log.current.connectionCount == 0)
    }

    @Test(
        "redirects http to https where the host says so",
        arguments: [
            ("/a?b=c", "Red.test:8080", 443, "https://red.test/a?b=c"),
            ("/", "red.test", 8443, "https://red.test:8443/"),
            ("http://red.test:1/x", "y.test", 443, "https://red.test/x"),
            ("http://red.test", "y", 443, "https://red.test/"),
        ])
    func redirect(_ target: String, _ name: String, _ port: UInt16, _ expected: String) throws {
        var host = VirtualHost.forwarding("red.test", to: [red.endpoint]) { $0.maxBodySize = 1 }
        host.httpsMethod = .redirect
        host.hsts = "max-age=1"
        let proxy = try TestProxy([host]) { $0.httpsPort = port }
        let answer = try proxy.answer(to: "GET \(target) HTTP/1.1\r\nHost: \(name)\r\n\r\n")
        #expect(answer.status == 301)
        #expect(answer["Location"] == expected)
        #expect(answer["Strict-Transport-Security"] == nil)
        #expect(red.log.current.connectionCount == 0)
    }

    @Test("treats http of a host that is served over https only like an unknown host")
    func httpsOnly() throws {
        var host = VirtualHost.forwarding("red.test", to: [red.endpoint])
        host.httpsMethod = .nohttp
        #expect(try TestProxy([host]).answer(to: "GET / HTTP/1.1\r\nHost: red.test\r\n\r\n").status == 503)
    }
}
