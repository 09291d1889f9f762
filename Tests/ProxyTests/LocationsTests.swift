import Bytes
import Proxy
import Routing
import Testing

@Suite("Which location a request goes to", .timeLimit(.minutes(10)))
struct LocationsTests {
    private let root: ScriptedBackend
    private let app: ScriptedBackend

    init() throws {
        root = try .answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nroot")
        app = try .answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\napp")
    }

    /// A host with these locations, of which each goes to the backend `app`; all other paths go to `root`.
    private func proxy(
        _ locations: [(match: String, destination: ByteString?)],
        _ configure: (inout LocationSettings) -> Void = { _ in }
    ) throws -> TestProxy {
        var settings = LocationSettings()
        configure(&settings)
        let host = VirtualHost(
            name: "red.test",
            locations: try [Location(upstream: upstream("red.test", root))]
                + locations.map { match, destination in
                    Location(
                        match: try LocationMatch(match), settings: settings, upstream: upstream("app", app),
                        destination: destination)
                })
        return try TestProxy([host])
    }

    private func upstream(_ key: ByteString, _ backend: ScriptedBackend) -> Upstream {
        Upstream(key: key, backends: [Backend(endpoint: backend.endpoint, origin: "test")])
    }

    private func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: red.test\r\n\(fields)\r\n"
    }

    @Test(
        "goes by the normalised path and sends the target as it came",
        arguments: [
            ("/app/", "app"), ("/app/x?y", "app"), ("/appl", "root"), ("/%61pp/", "app"), ("//app//x", "app"),
            ("/x/../app/y", "app"), ("/x%2f..%2fapp/y", "app"), ("/app/../x", "root"), ("/app/%2e%2e/x", "root"),
            ("/app%2f", "app"), ("/APP/", "root"), ("/app?/app/", "301"), ("/x?/app/", "root"), ("/only", "app"),
            ("/only/", "root"), ("/a.php", "app"), ("/a.php/", "root"), ("http://red.test/app/z", "app"),
        ])
    func routing(_ target: String, _ expected: String) throws {
        let proxy = try proxy([("/app/", nil), ("= /only", nil), ("~ \\.php$", nil)])
        let answer = try proxy.answer(to: get(target))
        guard expected != "301" else { return #expect(answer.status == 301) }
        #expect(answer.text == expected)
        let sent = target.hasPrefix("http://red.test") ? String(target.dropFirst(15)) : target
        let backend = expected == "app" ? app : root
        #expect(try backend.requests(1)[0].startLine == "GET \(sent) HTTP/1.1")
    }

    @Test("treats requests about the whole host like those for /")
    func wholeHost() throws {
        let proxy = try proxy([("/app/", nil)])
        #expect(try proxy.answer(to: "OPTIONS * HTTP/1.1\r\nHost: red.test\r\n\r\n").text == "root")
        #expect(try proxy.answer(to: "GET http://red.test HTTP/1.1\r\nHost: red.test\r\n\r\n").text == "root")
    }

    @Test(
        "lets no spelling of a path past the rules of its location",
        arguments: [
            "/admin/", "/admin/x", "//admin/", "/./admin/", "/x/../admin/", "/%61dmin/", "/admin%2fx",
            "/x%2f%2e%2e/admin/",
            "/x/..%2Fadmin/", "/x//..//admin/", "/admin/..%2fadmin/", "/admin/?a", "/%2fadmin/x",
        ])
    func traversal(_ target: String) throws {
        let proxy = try proxy([("/admin/", nil)]) { $0.accessRules = [AccessRule(allows: false, clients: .all)] }
        #expect(try proxy.answer(to: get(target)).status == 403)
        #expect(root.log.current.connectionCount + app.log.current.connectionCount == 0)
    }

    @Test(
        "refuses paths that nginx refuses",
        arguments: ["/..", "/../admin/", "/app/../../admin/", "/%", "/%4x", "/a%00"])
    func malformed(_ target: String) throws {
        #expect(try proxy([("/admin/", nil)]).answer(to: get(target)).status == 400)
        #expect(root.log.current.connectionCount + app.log.current.connectionCount == 0)
    }

    @Test(
        "sends the bare path of a directory to the directory, on the host and port that the client used",
        arguments: [
            ("/app", "http://red.test/app/"), ("/app?a=b%20", "http://red.test/app/?a=b%20"),
            ("/%61pp", "http://red.test/app/"), ("/app?", "http://red.test/app/"),
        ])
    func directory(_ target: String, _ expected: String) throws {
        let answer = try proxy([("/app/", nil)]).answer(to: get(target))
        #expect(answer.status == 301)
        #expect(answer["Location"] == expected)
    }

    @Test("checks the declared size of a body before it sends the client to a directory")
    func directoryTooLarge() throws {
        let proxy = try proxy([("/app/", nil)]) { $0.maxBodySize = 1 }
        #expect(try proxy.answer(to: get("/app", "Content-Length: 2\r\n")).status == 413)
    }

    @Test(
        "puts the destination in place of the location's path",
        arguments: [
            ("/app/", "/", "/app/x", "/x"), ("/app", "/", "/app/x", "//x"), ("/app/", "/", "/app/x?y=%2f", "/x?y=%2f"),
            ("/app/", "/v2/", "/app/a%20b%2fc", "/v2/a%20b/c"), ("/app/", "/v2/", "/app/../app/é", "/v2/é"),
            ("/app/", "/", "/app/%C3%A9%23%3f%25", "/%C3%A9%23%3F%25"), ("/app/", "/", "/app/x?", "/x"),
            ("= /app", "/y", "/app", "/y"), ("= /app", "/y", "/app?x", "/y?x"),
            ("/app/", "/", "/app/%5c%22%3c", "/%5C%22%3C"), ("/app/", "/", "/app/a\"<>", "/a\"<>"),
            ("/app/", "/x?k=", "/app/v?w", "/x?k=v?w"), ("/app", "/", "/app", "/"),
            ("/app/", "/x?k=", "/app/v", "/x?k=v"), ("/app/", "/", "//app//x", "/x"),
            ("/app/", "/d/", "/app/", "/d/"), ("^~ /app", "/d", "/apple", "/dle"),
        ])
    func destination(_ match: String, _ destination: String, _ target: String, _ expected: String) throws {
        #expect(try proxy([(match, ByteString(destination))]).answer(to: get(target)).text == "app")
        #expect(try app.requests(1)[0].startLine == "GET \(expected) HTTP/1.1")
    }

    @Test("answers 404 where no location covers the path, and 500 where a pattern cannot be decided")
    func uncovered() throws {
        let host = VirtualHost(
            name: "red.test",
            locations: try ["= /x", "~ ^/(a+)+$"].map {
                Location(match: try LocationMatch($0), upstream: upstream("app", app))
            })
        let proxy = try TestProxy([host])
        #expect(try proxy.answer(to: get("/x")).text == "app")
        #expect(try proxy.answer(to: get("/y")).status == 404)
        #expect(try proxy.answer(to: get("/" + String(repeating: "a", count: 4000) + "!")).status == 500)
        #expect(try TestProxy([VirtualHost(name: "red.test", locations: [])]).answer(to: get("/")).status == 404)
    }
}
