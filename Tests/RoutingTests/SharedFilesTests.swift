import Bytes
import Testing

@testable import Routing

@Suite("Files that speak of all hosts")
struct SharedFilesTests {
    private func build(
        _ files: [String: String], _ environment: [String: String] = [:], previous: RoutingSnapshot? = nil,
        labels: [String: String] = [:]
    ) -> RoutingSnapshot {
        let place = ProxyPlace.container(
            id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))])
        var environment = environment
        environment["VIRTUAL_HOST"] = "a.org"
        return SnapshotBuilder.build(
            SnapshotInputs(
                containers: [
                    makeContainer("a", environment, labels: labels),
                    makeContainer("b", ["VIRTUAL_HOST": "b.org"], last: 6),
                ], place: place, files: MemoryFiles(files), previous: previous))
    }

    private func passes(_ snapshot: RoutingSnapshot, _ address: String, host: String = "a.org") -> Bool? {
        snapshot.host(host)?.settings.accessRules.verdict(for: IPAddress(address))
    }

    // MARK: network_internal.conf

    @Test(
        "let clients of private networks alone in where that is asked for",
        arguments: [
            ("127.0.0.1", true), ("10.255.0.1", true), ("172.16.0.1", true), ("172.31.255.255", true),
            ("192.168.1.1", true), ("fc00::1", true), ("fdff::1", true), ("172.32.0.1", false), ("192.0.2.1", false),
            ("2001:db8::1", false), ("fe80::1", false),
        ])
    func privateNetworks(address: String, isLetIn: Bool) {
        let snapshot = build([:], ["NETWORK_ACCESS": "internal"])
        #expect(passes(snapshot, address) == isLetIn)
        #expect(passes(snapshot, address, host: "b.org") == nil)
        #expect(snapshot.host("a.org")?.endpoints == ["172.17.0.5:80"])
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("are asked for by a label too, and not by external")
    func label() {
        let name = "com.github.nginx-proxy.nginx-proxy.network-access"
        #expect(passes(build([:], labels: [name: "internal"]), "192.0.2.1") == false)
        #expect(passes(build([:], labels: [name: "external"]), "192.0.2.1") == nil)
    }

    @Test("let in whom network_internal.conf names, in place of what the host's file says")
    func ownList() {
        let files = ["network_internal.conf": "allow 192.0.2.0/24; deny all;", "vhost.d/a.org": "allow all;"]
        let snapshot = build(files, ["NETWORK_ACCESS": "internal"])
        #expect(passes(snapshot, "192.0.2.9") == true)
        #expect(passes(snapshot, "10.0.0.1") == false)
        #expect(passes(build(files), "10.0.0.1") == true)
    }

    @Test("let nobody in while the list is broken, unless it was in order before")
    func brokenList() {
        let asked = ["NETWORK_ACCESS": "internal"]
        let broken = build(["network_internal.conf": "alow all;"], asked)
        #expect(passes(broken, "10.0.0.1") == false)
        #expect(broken.diagnostics.map(\.severity) == [.error])
        let good = build(["network_internal.conf": "allow 192.0.2.0/24; deny all;"], asked)
        let kept = build(["network_internal.conf": "alow all;"], asked, previous: good)
        #expect(passes(kept, "192.0.2.9") == true)
    }

    @Test("are never the private networks where a list is there that cannot be used")
    func listAfterNone() {
        let asked = ["NETWORK_ACCESS": "internal"]
        let none = build([:], asked)
        #expect(passes(none, "10.0.0.1") == true)
        let more = ["network_internal.conf": "allow 192.0.2.0/24; deny all; add_header X 1;"]
        #expect(passes(build(more, asked, previous: none), "10.0.0.1") == false)
    }

    @Test("let nobody in where a broken list was never asked for before")
    func listNobodyAskedFor() {
        let broken = ["network_internal.conf": "allow 192.0.2.0/24; deny all; oops;"]
        let unasked = build(broken)
        #expect(passes(build(broken, ["NETWORK_ACCESS": "internal"], previous: unasked), "10.0.0.1") == false)
    }

    @Test(
        "let nobody in by a list that says anything else, or nothing",
        arguments: [
            "", "auth_basic X; auth_basic_user_file p;", "allow all; auth_request /x;", "allow all; satisfy any;",
            "allow all; if ($http_x = \"\") { return 403; }", "allow all; return 403;",
        ])
    func listWithMore(text: String) {
        let snapshot = build(["network_internal.conf": text], ["NETWORK_ACCESS": "internal"])
        #expect(passes(snapshot, "10.0.0.1") == false)
        #expect(snapshot.diagnostics.contains { $0.severity == .error })
    }

    @Test("add addresses to those of conf.d, as they stand on one level")
    func addressesOfBoth() {
        let snapshot = build(["conf.d/a.conf": "deny 203.0.113.7;", "proxy.conf": "deny 198.51.100.9;"])
        #expect(passes(snapshot, "203.0.113.7") == false)
        #expect(passes(snapshot, "198.51.100.9") == false)
        #expect(passes(snapshot, "192.0.2.1") != false)
    }

    @Test("let internal clients alone in where NETWORK_ACCESS cannot be read")
    func unreadable() {
        let snapshot = build([:], ["NETWORK_ACCESS": "intern"])
        #expect(passes(snapshot, "192.0.2.1") == false)
        #expect(snapshot.diagnostics.map(\.severity) == [.error])
    }

    // MARK: proxy.conf

    @Test("replace the fields of forwarded requests, until the host's file replaces them again")
    func proxyFile() throws {
        let files = [
            "proxy.conf": """
            proxy_http_version 1.1; proxy_set_header Host $host$host_port; proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $proxy_connection; proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_x_forwarded_for;
            proxy_set_header X-Forwarded-Host $proxy_x_forwarded_host;
            proxy_set_header X-Forwarded-Proto $proxy_x_forwarded_proto;
            proxy_set_header X-Forwarded-Ssl $proxy_x_forwarded_ssl;
            proxy_set_header X-Forwarded-Port $proxy_x_forwarded_port;
            proxy_set_header X-Original-URI $request_uri; proxy_set_header Proxy "";
            proxy_read_timeout 900;
            """,
            "vhost.d/b.org": "proxy_set_header Host b; proxy_send_timeout 5;",
        ]
        let snapshot = build(files)
        let a = try #require(snapshot.host("a.org")?.settings)
        #expect(a.requestHeaders?.first?.name == "Host")
        #expect(a.requestHeaders?.first?.value.pieces == [.variable(.host), .variable(.hostPort)])
        #expect(a.requestHeaders?.contains { $0.name == "X-Original-URI" } == true)
        #expect(a.readTimeout == .seconds(900))
        let b = try #require(snapshot.host("b.org")?.settings)
        #expect(b.requestHeaders?.map(\.name) == ["Host"])
        #expect(b.readTimeout == .seconds(900))
        #expect(b.sendTimeout == .seconds(5))
        #expect(!snapshot.diagnostics.contains { $0.severity == .error })
    }

    @Test("change nothing while they are broken")
    func brokenProxyFile() {
        let never = build(["proxy.conf": "proxy_set_header X y; proxy_read_timeout x;"])
        #expect(never.host("a.org")?.settings.requestHeaders == nil)
        #expect(never.host("a.org")?.shut == nil)
        #expect(never.diagnostics.filter { $0.severity == .error }.count == 2)
        let good = build(["proxy.conf": "proxy_read_timeout 5;"])
        let kept = build(["proxy.conf": "proxy_read_timeout x;"], previous: good)
        #expect(kept.host("a.org")?.settings.readTimeout == .seconds(5))
        let again = build(["proxy.conf": "proxy_read_timeout x;"], previous: kept)
        #expect(again.host("a.org")?.settings.readTimeout == .seconds(5))
    }

    @Test("shut every host where they are broken and may say who may come in")
    func shut() {
        let snapshot = build(["proxy.conf": "deny 10.0.0.0/99;"])
        #expect(snapshot.host("a.org")?.shut?.status == 503)
        #expect(snapshot.host("b.org")?.shut?.status == 503)
    }
}
