import Bytes
import Dispatch
import Testing

@testable import Routing

/// Containers, files and what else a snapshot is built of, which change at random.
private struct ChangingWorld {
    private var generator: SeededGenerator
    private var containers: [String: Container] = [:]
    private var files = MemoryFiles()
    private var certificates: Set<String> = []
    private var names: [String: [IPAddress]] = [:]
    /// What the last step has changed, by path or pattern.
    private(set) var changes: Set<String> = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// The inputs as they are now.
    func inputs(after previous: RoutingSnapshot?) -> SnapshotInputs {
        var settings = RoutingSettings()
        settings.defaultHost = "b.test"
        var inputs = SnapshotInputs(
            containers: containers.values.sorted { $0.id < $1.id },
            place: .container(
                id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))]),
            settings: settings, files: files, certificateNames: certificates, resolvedNames: names, previous: previous)
        inputs.fileChanges = changes
        return inputs
    }

    /// Changes one thing or several.
    mutating func step() {
        changes = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0: toggle("c.test", in: &certificates)
            case 1: togglePasswords()
            case 2: names["backend.internal"] = pick([[], [IPAddress("10.1.1.1")!], [IPAddress("10.1.1.2")!]])
            case 3: write("conf.d/\(pick(["a", "b"])).conf", pick(Self.globalTexts))
            case 4: write(pick(["proxy.conf", "network_internal.conf"]), pick(Self.sharedTexts))
            case 5: write(pick(["snippets/a.conf", "snippets/b.conf", "common.conf"]), pick(Self.snippets))
            case 6...12: write("vhost.d/\(pick(Self.fileNames))", pick(Self.texts))
            default: changeContainer()
            }
        }
    }

    private mutating func changeContainer() {
        let name = pick(["one", "two", "three", "four", "five", "six"])
        guard Int.random(in: 0..<4, using: &generator) > 0 else {
            containers[name] = nil
            return
        }
        var environment = ["VIRTUAL_HOST": pick(Self.hosts)]
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let (variable, value) = pick(Self.variables)
            environment[variable] = value
        }
        containers[name] = makeContainer(
            name, environment, last: Int.random(in: 3...9, using: &generator),
            created: Int64.random(in: 1...4, using: &generator),
            labels: pick([[:], ["com.docker.compose.project": "p"], ["com.docker.compose.project": "q"]]),
            health: pick([.none, .healthy, .starting, .unhealthy]))
    }

    private mutating func write(_ name: String, _ text: String?) {
        let path = "/etc/nginx/\(name)"
        let before = files.contents[path]
        files.contents[path] = text.map { .bytes(Array($0.utf8)) }
        guard files.contents[path] != before else { return }
        changes.insert(path)
        guard before == nil || text == nil else { return }
        if name.hasPrefix("vhost.d/") { changes.insert(files.hostFolder) }
        if name.hasPrefix("conf.d/") { changes.insert("/etc/nginx/conf.d/*.conf") }
        if name.hasPrefix("snippets/") { changes.insert("/etc/nginx/snippets/*.conf") }
    }

    private mutating func togglePasswords() {
        var names = Set(files.passwordFileNames)
        toggle(pick(["a.test", "b.test"]), in: &names)
        files.passwordFileNames = names.sorted()
        changes.insert(files.passwordFolder)
    }

    private func toggle(_ name: String, in set: inout Set<String>) {
        if set.remove(name) == nil { set.insert(name) }
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &generator)! }

    private static let hosts = [
        "a.test", "b.test", "c.test", "a.test,b.test", "*.a.test", "b.*", "~^x\\d+\\.test$", ".c.test", "not a name",
        "",
        "d.test,extra.test",
    ]
    private static let variables = [
        ("VIRTUAL_PATH", "/api"), ("VIRTUAL_PATH", "nonsense"), ("VIRTUAL_PROTO", "https"), ("VIRTUAL_PROTO", "gopher"),
        ("VIRTUAL_PORT", "81"), ("CERT_NAME", "c.test"), ("HTTPS_METHOD", "nohttps"), ("NETWORK_ACCESS", "internal"),
        ("EXTERNAL_HTTP_PORT", "8080"), ("EXTERNAL_HTTPS_PORT", "8080"), ("VIRTUAL_DEST", "/x"), ("HSTS", "off"),
    ]
    private static let fileNames = [
        "a.test", "b.test", "c.test", "B.test", "e.test", "*.a.test", "default", "default_location", "a.test_location",
        "a.test_\(SHA1.hex("/api"))_location", "b.test_location_override", "f.test_location", "bad name", "~odd",
        SHA1.hex("~^x\\d+\\.test$"), "README",
    ]
    private static let texts: [String?] = [
        nil, nil, "proxy_pass http://10.0.0.1:80;", "proxy_pass http://backend.internal:8080;",
        "client_max_body_size 4m;", "server_name extra.test b.test; proxy_pass http://10.0.0.2;",
        "location /x { proxy_pass http://b.test; }", "location /y { proxy_pass http://a.test; }",
        "location / { proxy_pass http://b.test-\(SHA1.hex("/api")); }",
        "auth_basic r; auth_basic_user_file htpasswd/x;", "include snippets/*.conf;",
        "include common.conf; return 204;", "client_max_body_size;", "deny all; nonsense here;",
        "proxy_pass http://127.0.0.1:8080;", "add_header X-A $kind;",
    ]
    private static let snippets: [String?] = [
        nil, "client_max_body_size 7m;", "add_header X-B 1;", "allow 10.0.0.1; deny all;", "}",
    ]
    private static let globalTexts: [String?] = [
        nil, "map $host $kind { default a; }", "client_max_body_size 2m;", "nonsense;",
    ]
    private static let sharedTexts: [String?] = [
        nil, "allow 10.0.0.0/8; deny all;", "client_body_timeout 9s;", "nonsense;",
    ]
}

@Suite("Snapshots after changes")
struct SnapshotChangesTests {
    @Test("come to what they would have come to without those before", arguments: 0..<12)
    func changes(seed: Int) {
        var world = ChangingWorld(seed: UInt64(seed))
        var builder = SnapshotBuilder()
        var previous: RoutingSnapshot?
        for number in 0..<40 {
            world.step()
            let inputs = world.inputs(after: previous)
            let snapshot = builder.build(inputs)
            let fresh = SnapshotBuilder.build(inputs)
            let place: Comment = "step \(number)"
            #expect(snapshot.hosts.map(\.name) == fresh.hosts.map(\.name), place)
            for (host, other) in zip(snapshot.hosts, fresh.hosts) where host != other {
                Issue.record("\(host.name) differs at step \(number)")
            }
            #expect(snapshot.defaultHost == fresh.defaultHost, place)
            let lines = (snapshot.lines, fresh.lines)
            #expect(lines.0.filter { !lines.1.contains($0) } == [], place)
            #expect(lines.1.filter { !lines.0.contains($0) } == [], place)
            if lines.0 != lines.1, let (a, b) = zip(lines.0, lines.1).first(where: { $0 != $1 }) {
                Issue.record("another order at step \(number): \(a) and \(b)")
            }
            #expect(snapshot.leftOut == fresh.leftOut, place)
            #expect(snapshot.unresolvedNames == fresh.unresolvedNames, place)
            #expect(snapshot.passwordFiles == fresh.passwordFiles, place)
            #expect(snapshot.externalPorts == fresh.externalPorts, place)
            #expect(snapshot.internalRules == fresh.internalRules, place)
            for name in ["a.test", "b.test", "x1.test", "y.a.test", "b.example", "extra.test", "c.test", "z.c.test"] {
                #expect(snapshot.host(name)?.name == fresh.host(name)?.name, place)
            }
            for (index, host) in snapshot.hosts.enumerated() {
                guard let earlier = previous?.hosts.index(named: host.name) else { continue }
                let isSame = previous?.hosts.object(at: earlier) === snapshot.hosts.object(at: index)
                #expect(isSame == (previous?.hosts[earlier] == host), "\(host.name) at step \(number)")
            }
            previous = snapshot
        }
    }

    @Test("come to the same where files are compiled ahead, several at once")
    func ahead() {
        let texts = [
            "proxy_pass http://10.0.0.1;", "include common.conf; return 204;", "client_max_body_size;",
            "deny all; nonsense here;", "include snippets/*.conf; proxy_pass http://10.0.0.2;",
            "client_max_body_size 4m;",
            "location /x { proxy_pass http://h0.test; }", "add_header X-A $kind; proxy_pass http://10.0.0.1;",
        ]
        var files = MemoryFiles([
            "snippets/a.conf": "add_header X-B 1;", "conf.d/a.conf": "map $host $kind { default a; }",
            "vhost.d/default": "client_max_body_size 9m;",
        ])
        for number in 0..<600 {
            files["vhost.d/h\(number).test"] = .bytes(Array(texts[number % texts.count].utf8))
        }
        var inputs = SnapshotInputs(
            containers: ["h5.test", "h13.test,other.test"].map { makeContainer($0, ["VIRTUAL_HOST": $0]) }, files: files
        )
        let expected = SnapshotBuilder.build(inputs)
        inputs.concurrently = { count, body in DispatchQueue.concurrentPerform(iterations: count, execute: body) }
        let snapshot = SnapshotBuilder.build(inputs)
        #expect(Array(snapshot.hosts) == Array(expected.hosts))
        #expect(snapshot.lines == expected.lines)
        #expect(snapshot.leftOut == expected.leftOut)
    }

    @Test("share what directives set among all hosts that say the same, wherever their requests go")
    func sharing() throws {
        let header = "add_header X-A b; "
        let snapshot = SnapshotBuilder.build(
            SnapshotInputs(
                files: MemoryFiles([
                    "vhost.d/a.test": header + "proxy_pass http://10.0.0.1;",
                    "vhost.d/b.test": header + "proxy_pass http://10.0.0.2;",
                    "vhost.d/c.test": "proxy_pass http://10.0.0.2;",
                ])))
        let shared = try ["a.test", "b.test", "c.test"].map { try #require(snapshot.host($0)).locations[0].shared }
        #expect(shared[0] === shared[1])
        #expect(shared[0] !== shared[2])
        #expect(snapshot.host("a.test")?.sharedSurroundings === shared[0])
    }

    @Test("leave every host alone that has not changed")
    func objects() throws {
        var files = MemoryFiles()
        for number in 0..<100 { files["vhost.d/h\(number).test"] = .bytes(Array("proxy_pass http://10.0.0.1;".utf8)) }
        var builder = SnapshotBuilder()
        let first = builder.build(SnapshotInputs(files: files))
        files["vhost.d/h5.test"] = .bytes(Array("proxy_pass http://10.0.0.2;".utf8))
        var inputs = SnapshotInputs(files: files, previous: first)
        inputs.fileChanges = ["/etc/nginx/vhost.d/h5.test"]
        let second = builder.build(inputs)
        var changed: [String] = []
        second.hosts.compare(with: first.hosts, new: { changed.append(second.hosts[$0].name.text) })
        #expect(changed == ["h5.test"])
        #expect(second.table.isCopy(of: first.table))
        #expect(second.host("h5.test")?.endpoints == ["10.0.0.2:80"])
    }
}
