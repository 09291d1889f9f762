import Bytes
import Foundation
import Testing

@testable import Routing

@Suite("The debug endpoint")
struct DebugEndpointTests {
    private struct Source: VariableSource {
        func append(_ variable: Variable, to buffer: inout ByteBuffer) {
            if variable == .host { buffer.append("a.org") }
        }
    }

    private static let label = "com.github.nginx-proxy.nginx-proxy.debug-endpoint"

    private func build(
        _ containers: [Container], files: MemoryFiles? = nil, _ change: (inout RoutingSettings) -> Void = { _ in }
    ) -> RoutingSnapshot {
        var settings = RoutingSettings()
        settings.httpPorts = [80]
        settings.httpsPorts = [443]
        settings.debugGlobals = [.init("enable_debug_endpoint", .string("true"))]
        change(&settings)
        return SnapshotBuilder.build(
            SnapshotInputs(
                containers: containers, settings: settings, files: files, certificateNames: ["a.org"]))
    }

    private func location(_ snapshot: RoutingSnapshot, _ host: String) -> Location? {
        snapshot.host(host)?.locations.first { $0.match == .exact("/nginx-proxy-debug") }
    }

    private func report(_ snapshot: RoutingSnapshot, _ host: String) throws -> [String: Any] {
        guard case .json(let template)? = try #require(location(snapshot, host)).settings.returned?.content else {
            Issue.record("no JSON")
            return [:]
        }
        var text = ByteBuffer()
        template.append(to: &text, from: Source())
        return try #require(JSONSerialization.jsonObject(with: Data(text.readable)) as? [String: Any])
    }

    @Test("is there for all hosts, or for those that ask for it, or not for those that do not want it")
    func whom() {
        let containers = [
            makeContainer("on", ["VIRTUAL_HOST": "on.org"], labels: [Self.label: "true"]),
            makeContainer("off", ["VIRTUAL_HOST": "off.org"], last: 6, labels: [Self.label: "false"]),
            makeContainer("silent", ["VIRTUAL_HOST": "silent.org"], last: 7),
        ]
        let single = build(containers)
        #expect(location(single, "on.org") != nil)
        #expect(location(single, "off.org") == nil)
        #expect(location(single, "silent.org") == nil)
        let global = build(containers) { $0.showsDebugEndpoint = true }
        #expect(location(global, "off.org") == nil)
        #expect(location(global, "silent.org") != nil)
    }

    @Test("shows what nginx-proxy shows: settings of all, the request, and the host with its paths and containers")
    func content() throws {
        var many = makeContainer("many", [:], last: 6, created: 2)
        var route = Multiport(host: "a.org", path: "/api/")
        route.port = "9000"
        route.destination = "/"
        many.multiports = .routes([route])
        let snapshot = build([
            makeContainer(
                "one",
                [
                    "VIRTUAL_HOST": "a.org", "SSL_POLICY": "", "EXTERNAL_HTTPS_PORT": "8443",
                    "NETWORK_ACCESS": "internal",
                ],
                created: 1, labels: [Self.label: "1"]), many,
        ])
        let report = try report(snapshot, "a.org")
        #expect((report["global"] as? [String: String]) == ["enable_debug_endpoint": "true"])
        #expect((report["request"] as? [String: String])?["host"] == "a.org")
        let vhost = try #require(report["vhost"] as? [String: Any])
        #expect(vhost["hostname"] as? String == "a.org")
        #expect(vhost["cert"] as? String == "a.org")
        #expect(vhost["cert_ok"] as? Bool == true)
        #expect(vhost["https_method"] as? String == "redirect")
        #expect(vhost["enable_debug_endpoint"] as? Bool == true)
        #expect(vhost["external_http_port"] as? String == "80")
        #expect(vhost["external_https_port"] as? String == "8443")
        let paths = try #require(vhost["paths"] as? [String: [String: Any]])
        #expect(Set(paths.keys) == ["/", "/api/"])
        #expect(paths["/"]?["network_tag"] as? String == "internal")
        #expect(paths["/"]?["backends"] as? [String] == ["172.17.0.5:80"])
        #expect((paths["/"]?["ports"] as? [String: [[String: String]]]) == ["legacy": [["Name": "one"]]])
        #expect((paths["/api/"]?["ports"] as? [String: [[String: String]]]) == ["9000": [["Name": "many"]]])
        #expect(paths["/api/"]?["dest"] as? String == "/")
        #expect(paths["/api/"]?["proto"] as? String == "http")
    }

    @Test("keeps what containers write harmless, whatever that is")
    func hostileText() throws {
        let snapshot = build([
            makeContainer(
                "odd",
                ["VIRTUAL_HOST": #"~^(a|b")\.org$"#, "VIRTUAL_PATH": #"~ ^/"\\x$host"#, "NETWORK_ACCESS": "\"}"],
                labels: [Self.label: "true"])
        ])
        let host = try #require(snapshot.hosts.first)
        let vhost = try #require(try report(snapshot, "a.org")["vhost"] as? [String: Any])
        #expect(vhost["hostname"] as? String == host.name.text)
        #expect(vhost["is_regexp"] as? Bool == true)
        let paths = try #require(vhost["paths"] as? [String: [String: Any]])
        #expect(paths[#"~ ^/"\\x$host"#]?["network_tag"] as? String == "\"}")
    }

    @Test("gives way to a file that answers every request by itself")
    func returningFile() {
        let files = MemoryFiles(["vhost.d/a.org": "return 204;"])
        let snapshot = build(
            [makeContainer("one", ["VIRTUAL_HOST": "a.org"], labels: [Self.label: "true"])], files: files)
        #expect(location(snapshot, "a.org") == nil)
    }

    @Test(
        "SERVER_TOKENS holds for the whole host, unless its file says otherwise",
        arguments: [
            ("off", "", false), ("on", "", true), ("build", "", true), ("off", "server_tokens on;", true),
            ("nonsense", "", true),
        ])
    func serverTokens(row: (variable: String, file: String, isShown: Bool)) {
        let snapshot = build(
            [makeContainer("one", ["VIRTUAL_HOST": "a.org", "SERVER_TOKENS": row.variable])],
            files: MemoryFiles(["vhost.d/a.org": row.file]))
        #expect(snapshot.host("a.org")?.settings.serverTokens == row.isShown)
        #expect(snapshot.lines.count == (row.variable == "nonsense" ? 1 : 0))
    }
}
