import Bytes
import Testing

@testable import Routing

@Suite("Files of conf.d")
struct GlobalFilesTests {
    private func build(_ files: MemoryFiles, after previous: RoutingSnapshot? = nil) -> RoutingSnapshot {
        let place = ProxyPlace.container(
            id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))])
        return SnapshotBuilder.build(
            SnapshotInputs(
                containers: [makeContainer("web", ["VIRTUAL_HOST": "a.org"])], place: place, files: files,
                previous: previous))
    }

    private func settings(_ snapshot: RoutingSnapshot) -> LocationSettings? { snapshot.host("a.org")?.settings }

    @Test("hold for every host that does not say otherwise, all of them as one level")
    func inheritance() {
        let snapshot = build(
            MemoryFiles([
                "conf.d/b.conf": "client_max_body_size 2; add_header B b;",
                "conf.d/a.conf": "add_header A a; send_timeout 3;",
                "conf.d/c.txt": "oops;", "vhost.d/a.org": "client_max_body_size 5;",
                "vhost.d/s.org": "proxy_pass http://10.0.0.1;",
            ]))
        #expect(settings(snapshot)?.addedHeaders.map(\.name.text) == ["A", "B"])
        #expect(settings(snapshot)?.maxBodySize == 5)
        #expect(snapshot.host("s.org")?.settings.maxBodySize == 2)
        #expect(snapshot.host("s.org")?.settings.clientSendTimeout == .seconds(3))
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("add fields of requests to those that are sent by default, or that proxy.conf sets")
    func requestHeaders() {
        var files = MemoryFiles(["conf.d/a.conf": "proxy_set_header X-A a;"])
        let names = settings(build(files))?.requestHeaders?.map(\.name.text)
        #expect(
            names == [
                "Host", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port",
                "X-Forwarded-Ssl", "X-Original-URI", "X-A",
            ])
        files["proxy.conf"] = .bytes(Array("proxy_set_header Host b;".utf8))
        #expect(settings(build(files))?.requestHeaders?.map(\.name.text) == ["Host", "X-A"])
        files["vhost.d/a.org"] = .bytes(Array("proxy_set_header Host c;".utf8))
        #expect(settings(build(files))?.requestHeaders?.map(\.name.text) == ["Host"])
    }

    @Test("declare groups, variables and formats of logs for the files of hosts")
    func declarations() {
        let snapshot = build(
            MemoryFiles([
                "conf.d/a.conf": """
                upstream pool { server 10.0.0.1; server 10.0.0.2; }
                map $http_x $side { default left; ~*^r(?<rest>.*)$ "right $rest"; x y; \\default z; }
                log_format short "$host"; limit_req_zone $remote_addr zone=slow:1m rate=1r/s;
                """,
                "vhost.d/a.org":
                    "limit_req zone=slow; add_header X-Side $side; access_log a.log short; location /p { proxy_pass http://pool; }",
                "vhost.d/a.org_location": "add_header Y $side;", "vhost.d/s.org": "proxy_pass http://pool;",
            ]))
        #expect(snapshot.lines.filter { $0.contains("error") } == [])
        let location = snapshot.host("a.org")?.locations.first { $0.match == .prefix("/p") }
        #expect(location?.upstream?.backends.count == 2)
        #expect(snapshot.host("s.org")?.locations.first?.upstream?.backends.count == 2)
    }

    @Test("that break keep what they said, alone, and else shut every host where they may guard them")
    func broken() {
        var files = MemoryFiles(["conf.d/a.conf": "send_timeout 1;", "conf.d/b.conf": "client_max_body_size 2;"])
        let good = build(files)
        files["conf.d/a.conf"] = .bytes(Array("send_timeout 3;".utf8))
        files["conf.d/b.conf"] = .bytes(Array("client_max_body_size 4; oops;".utf8))
        let kept = build(files, after: good)
        #expect(settings(kept)?.clientSendTimeout == .seconds(3))
        #expect(settings(kept)?.maxBodySize == 2)
        #expect(settings(build(files, after: kept))?.maxBodySize == 2)
        #expect(kept.lines.contains { $0.contains("b.conf: error: its last good version stays in use") })
        #expect(settings(build(files))?.maxBodySize == 1 << 20)
        #expect(build(files).host("a.org")?.shut == nil)
        files["conf.d/b.conf"] = .bytes(Array("deny all; oops;".utf8))
        #expect(build(files).host("a.org")?.shut?.status == 503)
        #expect(build(files, after: good).host("a.org")?.shut == nil)
    }

    @Test("leave out default.conf, which nginx-proxy writes")
    func generated() {
        let snapshot = build(MemoryFiles(["conf.d/default.conf": "server { oops }"]))
        #expect(snapshot.diagnostics.map(\.severity) == [.note])
    }

    @Test(
        "say what does not belong there, and what to do instead",
        arguments: [
            (
                "server { listen 80; }",
                ":1:1: error: server is not supported in a file for all hosts; write its directives into vhost.d/HOST, "
                    + "where HOST is its server_name; with proxy_pass or a location there the host needs no container"
            ),
            (
                "location / { }",
                ":1:1: error: location cannot stand in a file for all hosts; it belongs in a virtual host's file or a location"
            ),
            (
                "return 404;",
                ":1:1: error: return cannot stand in a file for all hosts; it belongs in a virtual host's file or a location"
            ),
            (
                "send_timeout 1; send_timeout 2;",
                ":1:17: error: send_timeout stands here for the second time; it is already set in line 1; remove one of the two"
            ),
            ("map $host { a b; }", ":1:1: error: map has 1 argument; write map TEXT $NAME { … }"),
            (
                "map $host $host { a b; }",
                ":1:11: error: $host is Portico's own variable, which cannot be set; give your variable another name"
            ),
            ("map $host $a { a; }", ":1:16: error: a line of a map has two words; write TEXT VALUE;"),
            ("map $host $a { a b; a c; }", ":1:21: error: \"a\" stands here for the second time"),
            (
                "map $host $a { hostnames; }",
                ":1:16: error: names with * are not supported in a map; write a regular expression such as ~\\.example\\.org$"
            ),
            ("map $nope $a { }", ":1:5: error: unknown variable $nope"),
        ])
    func faults(_ text: String, _ expected: String) {
        let snapshot = build(MemoryFiles(["conf.d/a.conf": text]))
        #expect(snapshot.lines.first == "/etc/nginx/conf.d/a.conf\(expected)")
    }

    @Test("choose the backend by a map, whose values are known beforehand")
    func choice() {
        let snapshot = build(
            MemoryFiles([
                "conf.d/a.conf": "map $cookie_side $side { default 10.0.0.1; b 10.0.0.2:81; }",
                "vhost.d/a.org": "location /x { proxy_pass http://$side; }",
            ]))
        let choice = snapshot.host("a.org")?.locations.first?.choice
        #expect(choice?.candidates.map(\.address.text) == ["http://10.0.0.1", "http://10.0.0.2:81"])
    }
}
