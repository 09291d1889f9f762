import Bytes
import Testing

@testable import Routing

@Suite("Locations of files beside those of containers")
struct FileLocationsTests {
    private func build(
        _ text: String, passwordFiles: [String] = [], _ environment: [String: String] = [:],
        labels: [String: String] = [:], others: [String: String] = [:]
    ) -> RoutingSnapshot {
        let place = ProxyPlace.container(
            id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))])
        var files = MemoryFiles(others, passwordFiles: passwordFiles)
        files["vhost.d/a.org"] = .bytes(Array(text.utf8))
        let environment = environment.merging(["VIRTUAL_HOST": "a.org"]) { first, _ in first }
        return SnapshotBuilder.build(
            SnapshotInputs(
                containers: [
                    makeContainer("web", environment, labels: labels),
                    makeContainer("app", ["VIRTUAL_HOST": "a.org", "VIRTUAL_PATH": "/app/"], last: 6, created: 6),
                ], place: place, files: files))
    }

    private func locations(_ snapshot: RoutingSnapshot) -> [String: Location] {
        Dictionary(
            (snapshot.host("a.org")?.locations ?? []).map { ($0.match.text, $0) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test("stand beside them, and inherit from the file as a whole")
    func inheritance() {
        let snapshot = build(
            "client_max_body_size 5; add_header A a; add_header B b; send_timeout 7;"
                + "location /x/ { client_max_body_size 6; location /x/y/ { add_header C c; } }")
        let found = locations(snapshot)
        #expect(Set(found.keys) == ["/x/", "/x/y/", "/", "/app/"])
        #expect(found["/x/"]?.settings.maxBodySize == 6)
        #expect(found["/x/y/"]?.settings.maxBodySize == 6)
        #expect(found["/x/y/"]?.settings.clientSendTimeout == .seconds(7))
        #expect(found["/x/"]?.settings.addedHeaders.map(\.name.text) == ["A", "B"])
        #expect(found["/x/y/"]?.settings.addedHeaders.map(\.name.text) == ["C"])
        #expect(found["/x/y/"]?.parent == 0)
        #expect(found["/app/"]?.settings.maxBodySize == 5)
        #expect(found["/x/"]?.isProxied == false)
    }

    @Test("pass requests to groups, to containers by the name of their upstream, and to addresses")
    func passes() {
        let digest = SHA1.hex("/app/")
        let found = locations(
            build(
                """
                upstream pool { server 10.0.0.1; server 10.0.0.2:81; least_conn; }
                location /a { proxy_pass http://pool/; }
                location /b { proxy_pass http://a.org; }
                location /c { proxy_pass http://a.org-\(digest)/x; }
                location /d { proxy_pass https://10.0.0.3; }
                set $b 10.0.0.4; location /e { proxy_pass http://$b:8080; }
                """))
        #expect(found["/a"]?.upstream?.backends.map(\.endpoint.description) == ["10.0.0.1:80", "10.0.0.2:81"])
        #expect(found["/a"]?.upstream?.balancing == .leastConnections)
        #expect(found["/a"]?.destination == "/")
        #expect(found["/b"]?.upstream?.backends.map(\.origin) == ["web"])
        #expect(found["/b"]?.upstream == found["/"]?.upstream)
        #expect(found["/c"]?.upstream?.backends.map(\.origin) == ["app"])
        #expect(found["/d"]?.upstream?.tls != nil)
        #expect(
            found["/e"]?.choice?.candidates.map(\.upstream.backends.first?.endpoint.description) == ["10.0.0.4:8080"])
        #expect(found["/e"]?.upstream == nil)
    }

    @Test("have no limit to bodies where they lead to a registry and none is set")
    func registry() {
        let image = ["VIRTUAL_PORT": "5000", "REGISTRY_HTTP_ADDR": ":5000"]
        let text =
            "location /v2/ { proxy_pass http://a.org; } location /x { proxy_pass http://a.org; client_max_body_size 1m; }"
        let found = locations(build(text, image))
        let isRegistry = found["/"]?.settings.hostsRegistry ?? false
        #expect(found["/v2/"]?.settings.hostsRegistry == isRegistry)
        #expect(found["/v2/"]?.settings.maxBodySize == (isRegistry ? nil : 1 << 20))
        #expect(found["/x"]?.settings.maxBodySize == 1 << 20)
    }

    @Test("take the place of a container's location under its protection, and say so")
    func replacing() {
        let snapshot = build(
            "location / { proxy_pass http://a.org; }", passwordFiles: ["a.org"], ["NETWORK_ACCESS": "internal"])
        let found = locations(snapshot)
        #expect(found["/"]?.settings.authentication?.file == "/etc/nginx/htpasswd/a.org")
        #expect(found["/"]?.settings.accessRules.verdict(for: IPAddress("192.0.2.1")) == false)
        #expect(snapshot.host("a.org")?.locations.count == 2)
        #expect(snapshot.lines.first?.contains("location / takes the place of that of the container web") == true)
    }

    @Test(
        "are protected by the password file of their host where the location around them is", arguments: [true, false])
    func protectedInside(isReplacing: Bool) {
        let inner = """
            location /in { proxy_pass http://a.org; }
            location /own { proxy_pass http://a.org; auth_basic Own; }
            location /off { proxy_pass http://a.org; auth_basic off; }
            limit_except GET { auth_basic Write; }
            """
        let snapshot =
            isReplacing
            ? build("location / { proxy_pass http://a.org; \(inner) }", passwordFiles: ["a.org"])
            : build("", passwordFiles: ["a.org"], others: ["vhost.d/a.org_location": inner])
        let found = locations(snapshot)
        let asked = { (name: String) in found[name]?.settings.authentication }
        #expect(asked("/in") == asked("/") && asked("/in")?.file == "/etc/nginx/htpasswd/a.org")
        #expect(asked("/own") == Authentication(realm: Template(literal: "Own"), file: "/etc/nginx/htpasswd/a.org"))
        #expect(found["/off"] != nil && asked("/off") == nil)
        let writing = found["/"]?.exception.flatMap { snapshot.host("a.org")?.locations[$0.location] }
        #expect(
            writing?.settings.authentication
                == Authentication(realm: Template(literal: "Write"), file: "/etc/nginx/htpasswd/a.org"))
    }

    @Test("say where the password file of their host does not protect them")
    func unprotected() {
        let text = """
            location /a { proxy_pass http://a.org; }
            location /b { proxy_pass http://a.org; auth_basic off; }
            location /c { proxy_pass http://a.org; deny all; }
            location /d { auth_basic x; auth_basic_user_file passwords/d; }
            location @e { proxy_pass http://a.org; }
            """
        let snapshot = build(text, passwordFiles: ["a.org"])
        #expect(
            snapshot.lines == [
                "/etc/nginx/vhost.d/a.org:1:1: warning: /etc/nginx/htpasswd/a.org does not protect location /a, as in "
                    + "nginx-proxy; add auth_basic \"Restricted\"; and auth_basic_user_file /etc/nginx/htpasswd/a.org; "
                    + "to it, or auth_basic off;"
            ])
        #expect(snapshot.passwordFiles == ["/etc/nginx/htpasswd/a.org", "/etc/nginx/passwords/d"])
    }

    @Test("inherit realm and password file one by one")
    func authentication() {
        let found = locations(
            build(
                "auth_basic R; auth_basic_user_file p; location /a { auth_basic S; } location /b { auth_basic off; }"
                    + "location /a/c { auth_basic_user_file q; }"))
        #expect(found["/a"]?.settings.authentication?.file == "/etc/nginx/p")
        #expect(found["/a"]?.settings.authentication.map { written($0.realm) } == ["S"])
        #expect(found["/b"]?.settings.authentication == nil)
        #expect(found["/a/c"]?.settings.authentication?.file == "/etc/nginx/q")
    }

    @Test("lead from ifs and limit_except to insides that pass requests on as they do")
    func blocks() {
        let snapshot = build(
            """
            location /a/ { proxy_pass http://10.0.0.1/b/; deny 10.0.0.9;
              if ($request_method = OPTIONS) { add_header Allow all; return 204; }
              limit_except GET { deny all; } }
            location /c { proxy_pass http://10.0.0.1; if ($arg_x) { return 403; } }
            """)
        let all = snapshot.host("a.org")?.locations ?? []
        let location = locations(snapshot)["/a/"]
        #expect(location?.blocks.count == 1)
        #expect(location?.exception?.methods == ["GET"])
        let inner = location.map { all[$0.blocks[0]] }
        #expect(inner?.match == .block)
        #expect(inner?.upstream == location?.upstream)
        #expect(inner?.destination == "/b/")
        #expect(inner?.base == "/a/")
        #expect(inner?.settings.addedHeaders.count == 1)
        let others = location?.exception.map { all[$0.location] }
        #expect(others?.settings.accessRules.count == 1)
        #expect(locations(snapshot)["/c"]?.blocks.isEmpty == true)
        #expect(locations(snapshot)["/c"]?.steps.count == 1)
    }

    @Test("are a host without any container")
    func alone() {
        let files = MemoryFiles(["vhost.d/s.org": "location /x { proxy_pass http://10.0.0.1; }"])
        let host = SnapshotBuilder.build(SnapshotInputs(files: files)).host("s.org")
        #expect(host?.locations.map(\.match.text) == ["/x", "/"])
        #expect(host?.locations.last?.settings.returned?.status == 404)
    }

    @Test("know in files for locations what the host's file sets")
    func variables() {
        let good = build("set $x y;", others: ["vhost.d/a.org_location": "add_header X $x;"])
        #expect(good.diagnostics.isEmpty)
        let bad = build("", others: ["vhost.d/a.org_location": "add_header X $x;"])
        #expect(bad.lines.first?.contains("unknown variable $x") == true)
    }
}
