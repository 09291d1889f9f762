import Bytes
import Testing

@testable import Routing

@Suite("Files of locations")
struct LocationFilesTests {
    private let web = makeContainer("web", ["VIRTUAL_HOST": "a.org"])
    private let app = makeContainer("app", ["VIRTUAL_HOST": "a.org", "VIRTUAL_PATH": "/app/"], last: 6, created: 6)

    private func build(
        _ files: MemoryFiles, _ containers: [Container]? = nil, after previous: RoutingSnapshot? = nil
    ) -> RoutingSnapshot {
        let place = ProxyPlace.container(
            id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))])
        return SnapshotBuilder.build(
            SnapshotInputs(containers: containers ?? [web, app], place: place, files: files, previous: previous))
    }

    private func sizes(_ snapshot: RoutingSnapshot) -> [Int?] {
        snapshot.host("a.org")?.locations.map(\.settings.maxBodySize) ?? []
    }

    @Test("give a path what its own file says, else that of its host, else the one for all")
    func precedence() {
        let path = SHA1.hex("/app/")
        var files = MemoryFiles(["vhost.d/default_location": "client_max_body_size 1;"])
        #expect(sizes(build(files)) == [1, 1])
        files["vhost.d/a.org_location"] = .bytes(Array("client_max_body_size 2;".utf8))
        #expect(sizes(build(files)) == [2, 2])
        files["vhost.d/a.org_\(path)_location"] = .bytes(Array("client_max_body_size 3;".utf8))
        #expect(sizes(build(files)) == [2, 3])
        files["vhost.d/a.org_\(SHA1.hex("/"))_location"] = .bytes(Array("client_max_body_size 4;".utf8))
        let snapshot = build(files)
        #expect(sizes(snapshot) == [4, 3])
        #expect(snapshot.lines.count == 1)
        #expect(snapshot.lines.first?.contains("a.org_location: warning: the file has no effect") == true)
    }

    @Test("stand inside the host's file: what they set replaces it, lists whole")
    func inheritance() {
        let snapshot = build(
            MemoryFiles([
                "vhost.d/a.org":
                    "send_timeout 7; client_max_body_size 5; add_header A a; add_header B b; deny 10.0.0.1;",
                "vhost.d/a.org_\(SHA1.hex("/app/"))_location": "client_max_body_size 6; add_header C c; return 204;",
            ]))
        let locations = snapshot.host("a.org")?.locations ?? []
        #expect(locations.map(\.settings.clientSendTimeout) == [.seconds(7), .seconds(7)])
        #expect(locations.map(\.settings.maxBodySize) == [5, 6])
        #expect(locations.map { $0.settings.addedHeaders.map(\.name.text) } == [["A", "B"], ["C"]])
        #expect(locations.map(\.settings.accessRules.count) == [1, 1])
        #expect(locations.map(\.settings.returned?.status) == [nil, 204])
        #expect(
            snapshot.diagnostics.map(\.message) == [
                "add_header takes the place of those of the host's file, as in nginx: A, B are not added here"
            ])
    }

    @Test("apply to proxy_pass of the host's file too, and not to paths that no container serves")
    func others() {
        let files = MemoryFiles([
            "vhost.d/s.org": "proxy_pass http://10.0.0.1;", "vhost.d/s.org_location": "client_max_body_size 2;",
            "vhost.d/a.org_location": "client_max_body_size 3;",
        ])
        let snapshot = build(files, [app])
        #expect(snapshot.host("s.org")?.settings.maxBodySize == 2)
        #expect(sizes(snapshot) == [3, 1 << 20])
    }

    @Test(
        "refuse what belongs to the host",
        arguments: ["server_name b.org;", "upstream x { server 10.0.0.1; }"])
    func misplaced(_ text: String) {
        let snapshot = build(MemoryFiles(["vhost.d/a.org_location": text]))
        #expect(
            snapshot.lines.first?.contains("cannot stand in a location; it belongs in a virtual host's file")
                == true)
    }

    @Test("keep what they said when they break, and shut the host where that is not known and they may guard it")
    func broken() {
        var files = MemoryFiles(["vhost.d/a.org_location": "client_max_body_size 2;"])
        let good = build(files)
        files["vhost.d/a.org_location"] = .bytes(Array("client_max_body_size 3; oops;".utf8))
        let kept = build(files, after: good)
        #expect(sizes(kept) == [2, 2])
        #expect(sizes(build(files, after: kept)) == [2, 2])
        #expect(kept.host("a.org")?.shut == nil)
        #expect(build(files).host("a.org")?.shut == nil)
        #expect(sizes(build(files)) == [1 << 20, 1 << 20])
        files["vhost.d/a.org_location"] = .bytes(Array("deny all; oops;".utf8))
        #expect(build(files).host("a.org")?.shut?.status == 503)
        #expect(build(files, after: good).host("a.org")?.shut == nil)
    }

    @Test("cannot pass requests elsewhere, as the location passes them to containers already")
    func passing() {
        let snapshot = build(MemoryFiles(["vhost.d/a.org_location": "proxy_pass http://10.0.0.1;"]))
        #expect(snapshot.lines.first?.contains("passes its requests to containers already") == true)
    }

    @Test("take the place of a location where their name says so")
    func overrides() {
        let digest = SHA1.hex("/app/")
        let files = MemoryFiles([
            "vhost.d/a.org_\(digest)_location_override": "location /app/ { proxy_pass http://a.org-\(digest); }",
            "vhost.d/a.org_location_override": "location / { client_max_body_size 7; proxy_pass http://a.org/x/; }",
        ])
        let snapshot = build(files)
        let locations = snapshot.host("a.org")?.locations ?? []
        #expect(locations.map(\.match) == [.prefix("/"), .prefix("/app/")])
        #expect(locations.map(\.settings.maxBodySize) == [7, 1 << 20])
        #expect(locations.map(\.destination) == ["/x/", nil])
        #expect(locations.map { $0.upstream?.backends.map(\.origin) } == [["web"], ["app"]])
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test(
        "that take a location's place keep what they said when they break, and else shut the host where they may guard it"
    )
    func brokenOverrides() {
        let name = "vhost.d/a.org_location_override"
        var files = MemoryFiles([name: "location / { client_max_body_size 2; }"])
        let good = build(files)
        files[name] = .bytes(Array("location / { deny all; oops; }".utf8))
        #expect(sizes(build(files, after: good)) == [2, 1 << 20])
        #expect(build(files).host("a.org")?.shut?.status == 503)
        files[name] = .bytes(Array("client_max_body_size 3;".utf8))
        let misplaced = build(files)
        #expect(misplaced.lines.first?.contains("cannot stand in a file that replaces a location") == true)
        #expect(misplaced.host("a.org")?.shut == nil)
    }

    @Test("protect a path by a file in htpasswd that is named like it, before that of the host")
    func passwords() {
        let path = SHA1.hex("/app/")
        let both = build(MemoryFiles(passwordFiles: ["a.org", "a.org_\(path)"])).host("a.org")?.locations ?? []
        #expect(
            both.map(\.settings.authentication?.file) == [
                "/etc/nginx/htpasswd/a.org", "/etc/nginx/htpasswd/a.org_\(path)",
            ])
        #expect(
            both.compactMap(\.settings.authentication).map { written($0.realm) } == [
                ["Restricted a.org"], ["Restricted a.org/app/"],
            ])
        let own = build(MemoryFiles(passwordFiles: ["a.org_\(path)"])).host("a.org")?.locations ?? []
        #expect(own.map { $0.settings.authentication == nil } == [true, false])
    }

    @Test("take realm and password file from the host's file where they give one of them alone")
    func realms() {
        let snapshot = build(
            MemoryFiles([
                "vhost.d/a.org": "auth_basic R; auth_basic_user_file p;",
                "vhost.d/a.org_\(SHA1.hex("/app/"))_location": "auth_basic S;",
                "vhost.d/a.org_location": "auth_basic off;",
            ]))
        let locations = snapshot.host("a.org")?.locations ?? []
        #expect(locations.map(\.settings.authentication?.file) == [nil, "/etc/nginx/p"])
        #expect(locations.last?.settings.authentication.map { written($0.realm) } == ["S"])
    }

    @Test("of wildcard hosts are named literally, of regular expressions by their digest, of others by either form")
    func names() {
        let regex = "~^(www|web)\\d*\\.r\\.org$"
        let file = SHA1.hex(regex)
        let files = MemoryFiles(
            [
                "vhost.d/*.w.org": "client_max_body_size 1;", "vhost.d/\(file)": "client_max_body_size 2;",
                "vhost.d/\(file)_location": "send_timeout 2;", "vhost.d/bücher.org": "client_max_body_size 3;",
                "vhost.d/bücher.org_location": "send_timeout 3;", "vhost.d/192.168.0.1": "client_max_body_size 4;",
                "vhost.d/[fd00::1]": "client_max_body_size 5;",
            ],
            passwordFiles: ["*.w.org", file, "bücher.org"])
        let names = ["*.w.org", regex, "bücher.org", "192.168.0.1", "[fd00::1]"].joined(separator: ",")
        let snapshot = build(files, [makeContainer("web", ["VIRTUAL_HOST": names])])
        let hosts = ["x.w.org", "web2.r.org", "xn--bcher-kva.org", "192.168.0.1", "[fd00::1]"].map { snapshot.host($0) }
        #expect(hosts.map { $0?.settings.maxBodySize } == [1, 2, 3, 4, 5])
        #expect(hosts.map { $0?.settings.clientSendTimeout } == [60, 2, 3, 60, 60].map { .seconds($0) })
        #expect(
            hosts.map { $0?.settings.authentication.map { written($0.realm) } } == [
                ["Restricted *.w.org"], ["Restricted access"], ["Restricted xn--bcher-kva.org"], nil, nil,
            ])
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("named like a regular expression itself are for nobody")
    func regexFile() {
        let snapshot = build(MemoryFiles(["vhost.d/~^a": "proxy_pass http://10.0.0.1;"]), [])
        #expect(snapshot.hosts.isEmpty)
        #expect(snapshot.diagnostics.map(\.severity) == [.warning])
    }
}
