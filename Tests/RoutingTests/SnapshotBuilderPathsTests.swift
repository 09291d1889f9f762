import Bytes
import Testing

@testable import Routing

@Suite("Paths of containers")
struct SnapshotBuilderPathsTests {
    private let inside = ProxyPlace.container(
        id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))])

    private func build(
        _ containers: [Container], files: MemoryFiles? = nil, _ change: (inout RoutingSettings) -> Void = { _ in }
    ) -> RoutingSnapshot {
        var settings = RoutingSettings()
        change(&settings)
        return SnapshotBuilder.build(
            SnapshotInputs(containers: containers, place: inside, settings: settings, files: files))
    }

    private func app(_ path: String, destination: String? = nil, last: Int = 6, port: String? = nil) -> Container {
        var environment = ["VIRTUAL_HOST": "a.org", "VIRTUAL_PATH": path]
        environment["VIRTUAL_DEST"] = destination
        environment["VIRTUAL_PORT"] = port
        return makeContainer("app\(last)", environment, last: last, created: Int64(last))
    }

    private let web = makeContainer("web", ["VIRTUAL_HOST": "a.org"])

    @Test("makes a location of each path, and lets the containers of one path share its requests")
    func locations() {
        let snapshot = build([
            web, app("/app/"), app("/app/", last: 7, port: "81"), app("= /x", last: 8), app("~ ^/r", last: 9),
        ])
        let locations = snapshot.host("a.org")?.locations ?? []
        #expect(locations.map(\.match.text) == ["/", "/app/", "= /x", "~ ^/r"])
        #expect(
            locations.map { $0.upstream?.backends.map(\.endpoint.description) ?? [] } == [
                ["172.17.0.5:80"], ["172.17.0.6:80", "172.17.0.7:81"], ["172.17.0.8:80"], ["172.17.0.9:80"],
            ])
        #expect(
            locations.compactMap(\.upstream?.key.text) == [
                "a.org", "a.org-\(SHA1.hex("/app/"))", "a.org-\(SHA1.hex("= /x"))", "a.org-\(SHA1.hex("~ ^/r"))",
            ])
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("takes the path from a label too, and two spellings of one path for the same")
    func spellings() {
        let label = makeContainer(
            "l", ["VIRTUAL_HOST": "a.org"], last: 8, created: 8,
            labels: ["com.github.nginx-proxy.nginx-proxy.virtual-path": "=/x"])
        let locations = build([app("= /x"), label]).host("a.org")?.locations ?? []
        #expect(locations.first?.match == .exact("/x"))
        #expect(locations.first?.upstream?.backends.count == 2)
    }

    @Test(
        "answers paths that no container serves as DEFAULT_ROOT says",
        arguments: [
            ("404", 404), ("", 404), ("none", 404), ("418", 418), ("301 https://x.org$request_uri", 301),
            ("https://x.org/", 302), ("200 'hello world'", 200), ("444", 444),
        ])
    func defaultRoot(_ text: String, _ status: Int) {
        let snapshot = build([app("/app/")]) { $0.defaultRoot = text }
        #expect(snapshot.host("a.org")?.locations.map(\.match.text) == ["/app/", "/"])
        #expect(snapshot.host("a.org")?.locations.last?.settings.returned?.status == status)
        #expect(snapshot.host("a.org")?.locations.first?.settings.returned == nil)
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test(
        "answers 404 and says so where DEFAULT_ROOT cannot be understood",
        arguments: ["nonsense", "99", "404; deny all", "301 $nope", "200 a b", "'", "404 }", "return 404"])
    func badDefaultRoot(_ text: String) {
        let snapshot = build([app("/app/")]) { $0.defaultRoot = text }
        #expect(snapshot.host("a.org")?.locations.last?.settings.returned == Return(status: 404))
        #expect(snapshot.lines.count == 1)
        #expect(snapshot.lines.first?.hasPrefix("DEFAULT_ROOT: error: ") == true)
    }

    @Test("needs no default for a host with a container for /", arguments: ["/", "^~ /"])
    func covered(_ path: String) {
        let locations = build([app(path), app("/x", last: 7)]).host("a.org")?.locations ?? []
        #expect(locations.count == 2)
        #expect(locations.compactMap(\.settings.returned).isEmpty)
    }

    @Test("takes VIRTUAL_DEST of the oldest container")
    func destinations() {
        let snapshot = build([app("/app/", destination: "/"), app("/app/", destination: "/v2", last: 7)])
        #expect(snapshot.host("a.org")?.locations.first?.destination == "/")
        #expect(
            snapshot.lines == [
                "container app7: VIRTUAL_DEST: warning: \"/v2\" has no effect on a.org/app/, because the older container "
                    + "app6 says \"/\"; give all containers of a host the same value"
            ])
        #expect(build([app("/app/")]).host("a.org")?.locations.first?.destination == nil)
    }

    @Test(
        "leaves containers out whose path or destination cannot be used",
        arguments: [
            ("app", nil, LeftOutReason.badPath("app")), ("~ (", nil, .badPath("~ (")), ("/a b", nil, .badPath("/a b")),
            ("/ { } evil", nil, .badPath("/ { } evil")), ("/app", "app", .badDestination("app")),
            ("/app", "/$x", .badDestination("/$x")), ("/app", "/a b", .badDestination("/a b")),
            ("/app", "/a\r\nX: y", .badDestination("/a\r\nX: y")), ("~ a", "/x", .destinationOfPattern("/x")),
        ] as [(String, String?, LeftOutReason)])
    func unusable(_ path: String, _ destination: String?, _ reason: LeftOutReason) {
        let snapshot = build([web, app(path, destination: destination)])
        #expect(snapshot.leftOut.map(\.reason) == [reason])
        #expect(snapshot.diagnostics.map(\.severity) == [.error])
        #expect(snapshot.host("a.org")?.locations.first?.upstream?.backends.map(\.origin) == ["web"])
        let destinations = (snapshot.host("a.org")?.locations ?? []).compactMap(\.destination)
        #expect(destinations.isEmpty)
    }

    @Test("lets proxy_pass of the host's file stand for / alone")
    func replaced() {
        let files = MemoryFiles(["vhost.d/a.org": "proxy_pass http://10.0.0.1:5000; client_max_body_size 7;"])
        let both = build([web, app("/app/")], files: files)
        #expect(
            both.host("a.org")?.locations.map { $0.upstream?.backends.map(\.endpoint.description) ?? [] } == [
                ["10.0.0.1:5000"], ["172.17.0.6:80"],
            ])
        #expect(both.host("a.org")?.locations.map(\.settings.maxBodySize) == [7, 7])
        #expect(both.leftOut.map(\.host) == ["a.org"])
        let app = build([app("/app/")], files: files)
        #expect(app.host("a.org")?.locations.map(\.match.text) == ["/", "/app/"])
        #expect(app.host("a.org")?.endpoints == ["10.0.0.1:5000"])
    }

    @Test("lets return of the host's file answer every path, whatever the size of the body")
    func answered() {
        let files = MemoryFiles(["vhost.d/a.org": "return 410;"])
        let locations = build([web, app("/app/")], files: files).host("a.org")?.locations ?? []
        #expect(locations.map(\.match.text) == ["/"])
        #expect(locations.map(\.settings.returned?.status) == [410])
        #expect(locations.map(\.settings.maxBodySize) == [nil])
    }

    @Test("recognises a registry by path")
    func registry() {
        let registry = makeContainer(
            "registry", ["VIRTUAL_HOST": "a.org", "VIRTUAL_PATH": "/v2/"], last: 9, image: "registry:2",
            ports: [Container.Port(5000)])
        let locations = build([web, registry]).host("a.org")?.locations ?? []
        #expect(locations.map(\.settings.hostsRegistry) == [false, true])
        #expect(locations.map(\.settings.maxBodySize) == [1 << 20, nil])
    }

    @Test("routes the ports of one container by host and path")
    func multiports() {
        var many = makeContainer(
            "many", ["VIRTUAL_HOST": "ignored.org", "VIRTUAL_PORT": "9", "VIRTUAL_DEST": "/old"],
            ports: [Container.Port(8080)])
        var api = Multiport(host: "a.org", path: "/api/")
        (api.port, api.destination) = ("9000", "/")
        var other = Multiport(host: "*.b.org")
        other.port = "default"
        many.multiports = .routes([Multiport(host: "a.org"), api, other])
        let snapshot = build([makeContainer("old", ["VIRTUAL_HOST": "a.org", "VIRTUAL_DEST": "/x"], last: 7), many])
        #expect(snapshot.hosts.map(\.name.text) == ["*.b.org", "a.org"])
        let locations = snapshot.host("a.org")?.locations ?? []
        #expect(locations.map(\.match.text) == ["/", "/api/"])
        #expect(
            locations.map { $0.upstream?.backends.map(\.endpoint.description) ?? [] } == [
                ["172.17.0.5:8080", "172.17.0.7:80"], ["172.17.0.5:9000"],
            ])
        #expect(locations.map(\.destination) == ["/x", "/"])
        #expect(snapshot.host("x.b.org")?.endpoints == ["172.17.0.5:8080"])
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("lets VIRTUAL_HOST_MULTIPORTS decide before older containers")
    func precedence() {
        var many = makeContainer("many", [:], last: 8, created: 99)
        var route = Multiport(host: "a.org", path: "/app/")
        route.destination = "/new"
        many.multiports = .routes([route])
        #expect(build([app("/app/", destination: "/old"), many]).host("a.org")?.locations.first?.destination == "/new")
    }

    @Test("leaves a container out whose VIRTUAL_HOST_MULTIPORTS cannot be understood, VIRTUAL_HOST or not")
    func unreadable() {
        var odd = makeContainer("odd", ["VIRTUAL_HOST": "a.org"])
        odd.multiports = .unreadable("line 1")
        let snapshot = build([odd])
        #expect(snapshot.hosts.isEmpty)
        #expect(snapshot.leftOut.map(\.reason) == [.unreadableMultiports("line 1")])
        #expect(snapshot.lines.first?.hasPrefix("container odd: VIRTUAL_HOST_MULTIPORTS: error: ") == true)
    }

    @Test("leaves out what cannot be used of VIRTUAL_HOST_MULTIPORTS, and keeps the rest")
    func partly() {
        var many = makeContainer("many", [:])
        var port = Multiport(host: "c.org")
        port.port = "http"
        many.multiports = .routes([
            Multiport(host: "a b"), Multiport(host: "a.org", path: "/x y"), port, Multiport(host: "d.org"),
        ])
        let snapshot = build([many])
        #expect(snapshot.hosts.map(\.name.text) == ["c.org", "d.org"])
        #expect(snapshot.leftOut.map(\.reason) == [.unusableHost, .badPath("/x y"), .badPort("http")])
        #expect(snapshot.host("d.org")?.endpoints == ["172.17.0.5:80"])
    }
}
