import Bytes
import Testing

@testable import Routing

@Suite("Snapshots of files")
struct SnapshotBuilderFilesTests {
    private func build(
        _ files: MemoryFiles,
        _ containers: [Container] = [makeContainer("web", ["VIRTUAL_HOST": "a.org"])],
        resolved: [String: [IPAddress]] = [:],
        listening: Set<UInt16> = [],
        after previous: RoutingSnapshot? = nil
    ) -> RoutingSnapshot {
        var settings = RoutingSettings()
        settings.httpPorts = listening
        return SnapshotBuilder.build(
            SnapshotInputs(
                containers: containers, settings: settings, files: files, resolvedNames: resolved, previous: previous))
    }

    @Test("serves seed 004: a registry's container and its file, word for word")
    func seed004() throws {
        let files = MemoryFiles([
            "vhost.d/registry.example.com": """
            client_max_body_size 100m;
            auth_basic "Restricted";
            auth_basic_user_file /etc/nginx/passwords/registry.example.com;
            add_header Docker-Distribution-API-Version registry/2.0 always;

            """
        ])
        let registry = makeContainer(
            "registry",
            [
                "VIRTUAL_HOST": "registry.example.com",
                "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": "/registry",
            ], image: "registry:2.0", ports: [Container.Port(5000, isPublished: true)])
        let snapshot = SnapshotBuilder.build(
            SnapshotInputs(
                containers: [registry],
                place: .container(
                    id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))]),
                files: files, certificateNames: ["registry.example.com"]))
        let host = try #require(snapshot.host("registry.example.com"))
        #expect(host.endpoints == ["172.17.0.5:5000"])
        #expect(host.httpsMethod == .redirect)
        #expect(host.certificate == "registry.example.com")
        #expect(host.settings.maxBodySize == 100 << 20)
        #expect(host.settings.hostsRegistry)
        #expect(
            host.settings.authentication
                == Authentication(
                    realm: Template(literal: "Restricted"), file: "/etc/nginx/passwords/registry.example.com"))
        #expect(
            host.settings.addedHeaders == [
                AddedHeader(
                    name: "Docker-Distribution-API-Version", value: Template(literal: "registry/2.0"), always: true)
            ])
        #expect(host.settings.requestHeaders == nil)
        #expect(snapshot.passwordFiles == ["/etc/nginx/passwords/registry.example.com"])
        #expect(snapshot.diagnostics.map(\.severity) == [.warning], "the port is published, and no more is said")
    }

    @Test("takes the file of the host, else the stand-in, never both")
    func standIn() {
        let files = MemoryFiles([
            "vhost.d/A.org": "send_timeout 1;", "vhost.d/default": "send_timeout 2; proxy_read_timeout 3;",
        ])
        let snapshot = build(files, [makeContainer("web", ["VIRTUAL_HOST": "a.org,b.org"])])
        #expect(snapshot.host("a.org")?.settings.clientSendTimeout == .seconds(1))
        #expect(snapshot.host("a.org")?.settings.readTimeout == .seconds(60))
        #expect(snapshot.host("b.org")?.settings.readTimeout == .seconds(3))
    }

    @Test("makes a host of a file with backends or an answer of its own")
    func standAlone() {
        let files = MemoryFiles([
            "vhost.d/a.org": "proxy_pass http://10.0.0.1:81; proxy_pass http://10.0.0.2:81; server_name www.a.org;",
            "vhost.d/old.org": "return 301 https://a.org$request_uri;",
            "vhost.d/*.w.org": "proxy_pass http://10.0.0.3;",
            "vhost.d/[fd00::1]": "proxy_pass http://10.0.0.4;",
        ])
        let snapshot = build(files, [])
        #expect(snapshot.hosts.map(\.name.text) == ["*.w.org", "[fd00::1]", "a.org", "old.org"])
        #expect(snapshot.host("www.a.org")?.endpoints == ["10.0.0.1:81", "10.0.0.2:81"])
        #expect(snapshot.host("www.a.org")?.settings.maxBodySize == 1 << 20)
        #expect(
            snapshot.host("a.org")?.locations[0].upstream?.backends.first?.origin == "/etc/nginx/vhost.d/a.org:1")
        #expect(snapshot.host("old.org")?.settings.returned?.status == 301)
        #expect(snapshot.host("old.org")?.locations[0].upstream == nil)
        #expect(snapshot.host("x.w.org")?.endpoints == ["10.0.0.3:80"])
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("prefers the backends of the file to those of containers")
    func fileBeforeContainers() {
        let snapshot = build(MemoryFiles(["vhost.d/a.org": "proxy_pass http://10.0.0.1;"]))
        #expect(snapshot.host("a.org")?.endpoints == ["10.0.0.1:80"])
        #expect(snapshot.leftOut.map(\.reason) == [.replacedByFile("/etc/nginx/vhost.d/a.org")])
        #expect(snapshot.diagnostics.map(\.severity) == [.note])
    }

    @Test("adds weights of one address, and leaves out what is down")
    func weights() {
        let text = """
            upstream p { server 10.0.0.1 weight=2; server 10.0.0.1 weight=3; server 10.0.0.2; server 10.0.0.3 down; }
            proxy_pass http://p;
            """
        let upstream = build(MemoryFiles(["vhost.d/s.org": text]), []).host("s.org")?.locations[0].upstream
        #expect(upstream?.backends.map(\.weight) == [5, 1])
        #expect(upstream?.key == "s.org")
        #expect(upstream?.host == "p")
    }

    @Test("reaches the backends of a file over TLS by the name that it gives, else by the host's")
    func overTLS() {
        let files = MemoryFiles([
            "vhost.d/a.org": "proxy_pass https://10.0.0.1:8443;", "vhost.d/b.org": "proxy_pass https://in.b.org;",
            "vhost.d/c.org": """
            proxy_pass https://10.0.0.1; proxy_ssl_name x.org; proxy_ssl_verify on; proxy_ssl_trusted_certificate /ca;
            """,
        ])
        let snapshot = build(files, [], resolved: ["in.b.org": [IPAddress(ipv4: 0x0a00_0002)]])
        let a = snapshot.host("a.org")?.locations[0].upstream
        #expect(a?.tls == UpstreamTLS(serverName: "a.org", host: "a.org"))
        let b = snapshot.host("b.org")?.locations[0].upstream
        #expect(b?.tls == UpstreamTLS(serverName: "in.b.org", host: "b.org"))
        #expect(b?.port == 443)
        let c = snapshot.host("c.org")?.locations[0].upstream
        #expect(c?.tls == UpstreamTLS(serverName: "x.org", host: "c.org", authorities: "/ca"))
        #expect(b?.backends.map(\.endpoint.description) == ["10.0.0.2:443"])
    }

    @Test("shares requests as the group says that proxy_pass names")
    func groupPolicy() {
        let text = """
            upstream p { ip_hash; keepalive 0; server 10.0.0.1 max_fails=3 fail_timeout=5; server 10.0.0.2 backup; }
            proxy_pass http://p;
            """
        let upstream = build(MemoryFiles(["vhost.d/s.org": text]), []).host("s.org")?.locations[0].upstream
        #expect(upstream?.balancing == .clientAddress)
        #expect(upstream?.keepalive == .disabled)
        #expect(upstream?.backends.map(\.isBackup) == [false, true])
        #expect(upstream?.backends.first?.failures.limit == 3)
        #expect(upstream?.backends.first?.failures.time == .seconds(5))
    }

    @Test("looks names up among those resolved, and asks for the others")
    func names() {
        let files = MemoryFiles(["vhost.d/s.org": "proxy_pass http://One:5000; proxy_pass http://two;"])
        let none = build(files, [])
        #expect(none.unresolvedNames == ["one", "two"])
        #expect(none.host("s.org")?.endpoints == [])
        #expect(none.host("s.org")?.locations[0].upstream != nil)
        #expect(none.diagnostics.map(\.severity) == [.note, .note])
        let addresses = ["10.0.0.1", "10.0.0.2"].compactMap { IPAddress($0) }
        let some = build(files, [], resolved: ["one": addresses, "two": []])
        #expect(some.host("s.org")?.endpoints == ["10.0.0.1:5000", "10.0.0.2:5000"])
        #expect(some.unresolvedNames == ["two"])
        #expect(some.diagnostics.map(\.severity) == [.error])
    }

    @Test("warns of a backend that may be Portico itself")
    func itself() {
        let files = MemoryFiles(["vhost.d/s.org": "proxy_pass http://127.0.0.1:8080;"])
        #expect(build(files, [], listening: [8080]).diagnostics.map(\.severity) == [.warning])
        #expect(build(files, [], listening: [80]).diagnostics.isEmpty)
    }

    @Test("names files that no host uses, and only those")
    func unclaimed() {
        let files = MemoryFiles([
            "vhost.d/a.ogr": "send_timeout 1;", "vhost.d/default": "", "vhost.d/.swp": "x", "vhost.d/README.md": "x",
            "vhost.d/a.org~": "x", "vhost.d/not a host": "", "vhost.d/b.example": "send_timeout 1;",
        ])
        #expect(
            build(files).lines == [
                "/etc/nginx/vhost.d/not a host: warning: the file is used for no host: its name holds a space, which no "
                    + "host name has; a host name has letters, digits, - and _ in parts between dots",
                "/etc/nginx/vhost.d/a.ogr: warning: the file has no effect: no container claims this host; "
                    + "did you mean the host a.org?",
                "/etc/nginx/vhost.d/b.example: warning: the file has no effect: no container claims this host; "
                    + "name the file like a VIRTUAL_HOST, or add proxy_pass http://HOST:PORT; to it",
            ])
    }

    @Test("gives a name to one host only")
    func nameConflicts() {
        let files = MemoryFiles([
            "vhost.d/a.org": "server_name b.org x.org a.org;", "vhost.d/b.org": "server_name x.org;",
        ])
        let snapshot = build(files, [makeContainer("web", ["VIRTUAL_HOST": "a.org,b.org"])])
        #expect(snapshot.host("b.org")?.name == "b.org")
        #expect(snapshot.host("x.org")?.name == "a.org")
        #expect(snapshot.diagnostics.map(\.severity) == [.warning, .warning])
    }

    @Test("protects a host by a file of its name in htpasswd, unless its own file names another")
    func convention() throws {
        let none = MemoryFiles(passwordFiles: ["A.org"])
        #expect(
            build(none).host("a.org")?.settings.authentication
                == Authentication(
                    realm: Template(literal: "Restricted a.org"), file: "/etc/nginx/htpasswd/A.org"))
        let own = MemoryFiles(
            ["vhost.d/a.org": "auth_basic X; auth_basic_user_file passwords/p;"], passwordFiles: ["a.org"])
        #expect(build(own).host("a.org")?.settings.authentication?.file == "/etc/nginx/passwords/p")
        let realmOnly = MemoryFiles(["vhost.d/a.org": "auth_basic X;"], passwordFiles: ["a.org"])
        #expect(
            build(realmOnly).host("a.org")?.settings.authentication
                == Authentication(realm: Template(literal: "X"), file: "/etc/nginx/htpasswd/a.org"))
        let off = build(MemoryFiles(["vhost.d/a.org": "auth_basic off;"], passwordFiles: ["a.org"]))
        #expect(off.host("a.org")?.settings.authentication?.file == "/etc/nginx/htpasswd/a.org")
        #expect(off.diagnostics.map(\.severity) == [.warning])
        #expect(off.passwordFiles == ["/etc/nginx/htpasswd/a.org"])
    }

    @Test(
        "protects a path by a file of its name in htpasswd, and a host by one of its own, whatever stands further out")
    func nearestFile() throws {
        let root = "/etc/nginx/htpasswd/a.org_\(SHA1.hex("/"))"
        let demand = "auth_basic X; auth_basic_user_file passwords/p;"
        let file = { (files: [String: String], named: [String]) in
            build(MemoryFiles(files, passwordFiles: named)).host("a.org")?.settings.authentication?.file
        }
        let ofPath = "a.org_\(SHA1.hex("/"))"
        #expect(file(["vhost.d/a.org": demand], [ofPath]) == root)
        #expect(file(["conf.d/x.conf": demand], [ofPath, "a.org"]) == root)
        #expect(file(["conf.d/x.conf": demand], ["a.org"]) == "/etc/nginx/htpasswd/a.org")
        #expect(file(["proxy.conf": demand], ["a.org"]) == "/etc/nginx/htpasswd/a.org")
        #expect(file(["vhost.d/a.org_location": demand], [ofPath]) == "/etc/nginx/passwords/p")
        #expect(file(["conf.d/x.conf": demand], []) == "/etc/nginx/passwords/p")
    }

    @Test(
        "shuts a host where a folder stands in the place of a file for it, and only then",
        arguments: [
            ("a.org_location", true), ("a.org_location_override", true), ("default_location", true), ("default", true),
            ("b.org_location", false),
        ])
    func folders(name: String, isShut: Bool) {
        var files = MemoryFiles()
        files.hostFolders = [name]
        #expect((build(files).host("a.org")?.shut != nil) == isShut)
        files["vhost.d/a.org"] = .bytes(Array("send_timeout 5;".utf8))
        files["vhost.d/a.org_location"] = .bytes(Array("send_timeout 5;".utf8))
        // What is nearer counts.
        let isNearer = name.hasPrefix("default")
        #expect((build(files).host("a.org")?.shut != nil) == (isShut && !isNearer))
    }

    @Test("keeps what a file for locations said where a folder has taken its place")
    func folderInItsPlace() {
        let good = build(MemoryFiles(["vhost.d/a.org_location": "deny 192.0.2.1;"]))
        var files = MemoryFiles()
        files.hostFolders = ["a.org_location"]
        let kept = build(files, after: good)
        #expect(kept.host("a.org")?.shut == nil)
        #expect(kept.host("a.org")?.settings.accessRules.verdict(for: IPAddress("192.0.2.1")) == false)
    }

    @Test("asks for no password where half of the demand is missing, and says so")
    func halfAuthentication() {
        for text in ["auth_basic X;", "auth_basic_user_file p;"] {
            let snapshot = build(MemoryFiles(["vhost.d/a.org": text]))
            #expect(snapshot.host("a.org")?.settings.authentication == nil)
            #expect(snapshot.diagnostics.map(\.severity) == [.warning])
            #expect(snapshot.lines.first?.hasPrefix("/etc/nginx/vhost.d/a.org:1:1: warning: auth_basic") == true)
        }
    }

    @Test("keeps the last good version of a broken file, for as long as it is broken, while containers change")
    func lastGood() {
        var files = MemoryFiles(["vhost.d/a.org": "send_timeout 1; deny all;"])
        let good = build(files)
        files["vhost.d/a.org"] = .bytes(Array("send_timeout 2; deny al;".utf8))
        let broken = build(files, after: good)
        let later = build(files, [makeContainer("other", ["VIRTUAL_HOST": "a.org"], last: 9)], after: broken)
        for snapshot in [broken, later] {
            #expect(snapshot.host("a.org")?.shut == nil)
            #expect(snapshot.host("a.org")?.settings.clientSendTimeout == .seconds(1))
            #expect(snapshot.host("a.org")?.settings.accessRules.count == 1)
            #expect(snapshot.diagnostics.map(\.severity) == [.error, .note])
        }
        #expect(later.host("a.org")?.endpoints == ["172.17.0.9:80"])
        files["vhost.d/a.org"] = .bytes(Array("send_timeout 3;".utf8))
        let repaired = build(files, after: later)
        #expect(repaired.host("a.org")?.settings.clientSendTimeout == .seconds(3))
        #expect(repaired.diagnostics.isEmpty)
    }

    @Test(
        "shuts a host whose file is broken from the start and may say who may come in",
        arguments: [
            "auth_basic x; oops;", "alow all;", "oops; satisfy any;", "client_max_body_size \"1m;", "\u{0}",
            "include nope;", "location / { auth_basic x; oops; }", "client_max_body_size 1m auth_basic x;",
        ])
    func shut(text: String) {
        let snapshot = build(MemoryFiles(["vhost.d/a.org": text]))
        #expect(snapshot.host("a.org")?.shut?.status == 503)
        #expect(snapshot.host("a.org")?.shut?.diagnostic.severity == .error)
        #expect(snapshot.lines.last?.hasSuffix("answered with 503 until the file is in order (a.org)") == true)
    }

    @Test("serves without a file that is broken from the start and says nothing of access")
    func without() {
        let snapshot = build(MemoryFiles(["vhost.d/a.org": "oops; send_timeout 1;"]))
        #expect(snapshot.host("a.org")?.shut == nil)
        #expect(snapshot.host("a.org")?.settings.clientSendTimeout == .seconds(60))
        #expect(snapshot.lines.count == 2)
    }

    @Test("shuts a host whose file cannot be read")
    func unreadable() {
        var files = MemoryFiles()
        files["vhost.d/a.org"] = .unreadable("it is a folder")
        let snapshot = build(files)
        #expect(snapshot.host("a.org")?.shut?.status == 503)
        #expect(snapshot.lines.first == "/etc/nginx/vhost.d/a.org: error: the file cannot be read: it is a folder")
    }

    @Test("does not take another file's last good version for that of a new one")
    func newFile() {
        let before = build(MemoryFiles(["vhost.d/default": "send_timeout 1;"]))
        let files = MemoryFiles(["vhost.d/default": "send_timeout 1;", "vhost.d/a.org": "auth_basic x; oops;"])
        #expect(build(files, after: before).host("a.org")?.shut != nil)
    }

    @Test("touches no other host when a file is broken, and counts the hosts of a broken stand-in")
    func isolation() {
        let containers = [makeContainer("web", ["VIRTUAL_HOST": "a.org,b.org,c.org,d.org,e.org,f.org,g.org"])]
        let files = MemoryFiles(["vhost.d/default": "auth_basic x; oops;", "vhost.d/a.org": "send_timeout 1;"])
        let snapshot = build(files, containers)
        #expect(snapshot.hosts.filter { $0.shut == nil }.map(\.name.text) == ["a.org"])
        #expect(snapshot.diagnostics.count == 2)
        #expect(snapshot.lines.last?.hasSuffix("(b.org, c.org, d.org, e.org, f.org and 1 more)") == true)
    }

    @Test("shuts a host without containers whose file is broken, and keeps one that was good")
    func brokenStandAlone() {
        var files = MemoryFiles(["vhost.d/s.org": "proxy_pass http://10.0.0.1; oops;"])
        #expect(build(files, []).host("s.org")?.shut?.status == 503)
        files["vhost.d/s.org"] = .bytes(Array("proxy_pass http://10.0.0.1;".utf8))
        let good = build(files, [])
        files["vhost.d/s.org"] = .bytes(Array("proxy_pass http://10.0.0.2; oops;".utf8))
        let broken = build(files, [], after: good)
        #expect(broken.host("s.org")?.shut == nil)
        #expect(broken.host("s.org")?.endpoints == ["10.0.0.1:80"])
    }

    @Test("ends hostile files in a finding", arguments: HostileFiles.all)
    func hostile(file: HostileFiles) {
        var files = MemoryFiles()
        files["vhost.d/a.org"] = .bytes(file.bytes)
        let snapshot = build(files)
        #expect((snapshot.host("a.org")?.shut != nil) == file.shuts)
        #expect((1...40).contains(snapshot.diagnostics.count))
        #expect(snapshot.lines.allSatisfy { $0.utf8.count < 1000 })
        #expect(snapshot.diagnostics.allSatisfy { $0.rendered(source: file.bytes).utf8.count < 2000 })
    }
}

/// Files that nobody writes by accident.
struct HostileFiles: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]
    /// Whether the host is shut: where the file is made of words and none of them is about access, it is not.
    var shuts = true

    private init(_ description: String, _ text: String, times: Int = 1, shuts: Bool = true) {
        testDescription = description
        bytes = Array(repeatElement(Array(text.utf8), count: times).joined())
        self.shuts = shuts
    }

    static let all: [HostileFiles] = [
        HostileFiles("1 MB of {", "{", times: 1_000_000, shuts: false),
        HostileFiles("1 MB of }", "}", times: 1_000_000, shuts: false),
        HostileFiles("1 MB of NUL", "\0", times: 1_000_000),
        HostileFiles("a line of 10 MB", "0123456789", times: 1_000_000),
        HostileFiles("10 MB of white space", "          ", times: 1_000_000),
        HostileFiles("many open blocks", "a{", times: 100_000),
        HostileFiles("many quotes", "\" ", times: 100_000, shuts: false),
        HostileFiles("an open quote", "auth_basic \"x"),
        HostileFiles("many backslashes", "\\", times: 100_000),
        HostileFiles("many unknown directives", "a;", times: 100_000),
        HostileFiles("many words", "ab ", times: 100_000, shuts: false),
        HostileFiles("many near misses", "xllowy;", times: 10_000),
        HostileFiles("many fields", "proxy_set_header A b;", times: 2000, shuts: false),
        HostileFiles("many backends", "proxy_pass http://a;", times: 2000),
        HostileFiles("random bytes", seed: 3),
    ]

    private init(_ description: String, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        testDescription = description
        bytes = (0..<50_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
