import Foundation
import Net
import Testing

@testable import Control

/// Runs a scripted engine on a loop of its own while the survey asks it from the test's thread.
private final class EngineThread: @unchecked Sendable {
    // Written before the thread starts, and read by it alone afterwards, but for the mailbox, which is made for that.
    let path: String
    private let stop: Mailbox<Void>
    private let ended = DispatchSemaphore(value: 0)

    init(path: String, containers: [String: String]) throws {
        self.path = path
        stop = try Mailbox()
        let started = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            defer { ended.signal() }
            do {
                let loop = try EventLoop()
                let engine = try FakeDocker(on: loop, path: path)
                engine.containers = containers
                try loop.receive(from: stop) { _ in loop.stop() }
                started.signal()
                loop.run()
                try engine.stop()
            } catch {
                started.signal()
            }
        }
        started.wait()
    }

    func end() {
        stop.post(())
        ended.wait()
    }
}

@Suite("Looking at a host that runs nginx-proxy", .timeLimit(.minutes(10)))
struct MigrationTests {
    private let served: ServedFolder

    init() throws { served = try ServedFolder() }

    private var options: ServeOptions {
        var options = ServeOptions()
        options.certificates = served.folder.path("certs")
        options.virtualHosts = served.folder.path("vhost.d")
        options.passwords = served.folder.path("passwords")
        options.docker = "none"
        return options
    }

    private func report(
        _ environment: [String: String] = [:], container: String? = nil, engine containers: [String: String]? = nil
    ) throws -> MigrationReport {
        var options = options
        guard let containers else {
            return try Migration.report(options, container: container, environment: Environment(environment))
        }
        let engine = try EngineThread(path: served.folder.path("docker.sock"), containers: containers)
        defer { engine.end() }
        options.docker = "unix://\(engine.path)"
        return try Migration.report(options, container: container, environment: Environment(environment))
    }

    private static func container(
        _ id: String, image: String, environment: [String] = [], labels: [String: String] = [:], extra: String = ""
    ) throws -> String {
        let env = String(decoding: try JSONEncoder().encode(environment), as: UTF8.self)
        let labels = String(decoding: try JSONEncoder().encode(labels), as: UTF8.self)
        return """
            {"Id": "\(id)", "Name": "/\(id)", "Created": "2026-01-01T00:00:00Z",
             "Config": {"Image": "\(image)", "Env": \(env), "Labels": \(labels), "ExposedPorts": {"80/tcp": {}}},
             "State": {"Running": true}, \(extra)
             "NetworkSettings": {"Ports": {"443/tcp": [{"HostIp": "0.0.0.0", "HostPort": "5043"}]},
              "Networks": {"front": {"IPAddress": "172.18.0.9", "Gateway": "172.18.0.1"}}}}
            """
    }

    /// With these, the defaults of both are the same.
    private let settled = ["TRUST_DOWNSTREAM_PROXY": "false"]

    @Test("finds nothing to be done where nothing differs")
    func nothing() throws {
        try served.folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        let report = try report(settled)
        #expect(report.hosts == [.init(name: "a.example", findings: [])])
        #expect(report.findings.filter { $0.weight != .note } == [])
        #expect(report.exitCode == 0)
        #expect(report.text.contains("\na.example\n  as before\n"))
        #expect(report.text.hasSuffix("\n1 host, 0 errors, 0 differences\n"))
    }

    @Test("names the default that is another")
    func trust() throws {
        let report = try report()
        #expect(report.findings.contains { $0.text.hasPrefix("TRUST_DOWNSTREAM_PROXY is not set") })
        #expect(report.exitCode == 1)
    }

    @Test("names what a file says and Portico does not do, with its place")
    func directives() throws {
        let path = served.folder.path("vhost.d/a.example")
        try served.folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;\n  perl_set $x y;")
        let report = try report(settled)
        let findings = report.hosts.flatMap(\.findings) + report.findings
        #expect(findings.contains { $0.weight == .error && $0.text.hasPrefix("\(path):2:3: ") })
        #expect(report.exitCode == 2)
    }

    @Test("says that a setting cannot be used, and goes on with the rest")
    func badSetting() throws {
        try served.folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        let report = try report(settled.merging(["HTTPS_METHOD": "maybe"]) { $1 })
        #expect(report.findings.first?.text.hasPrefix("HTTPS_METHOD: 'maybe'") == true)
        #expect(report.hosts.count == 1)
        #expect(report.exitCode == 2)
    }

    @Test("says which passwords have the oldest hash, without showing it")
    func passwords() throws {
        try served.folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        try served.folder.write("htpasswd/a.example", "bob:rl0uE3w1Hn7zA\n")
        let report = try report(settled)
        let finding = try #require(report.hosts.first?.findings.first)
        #expect(finding.weight == .note)
        #expect(finding.text.hasPrefix("\(served.folder.path("htpasswd/a.example")): only the first 8 characters"))
        #expect(!report.text.contains("rl0uE3"))
    }

    @Test("takes the settings of the container that it finds by its image, and its place among the networks")
    func container() throws {
        let report = try report(
            settled,
            engine: [
                "proxy0000000": Self.container(
                    "proxy0000000", image: "nginxproxy/nginx-proxy:1.6",
                    environment: ["TRUST_DOWNSTREAM_PROXY=false", "ENABLE_HTTP3=true", "PATH=/bin"],
                    extra: #""Mounts": [{"Source": "/srv/nginx.tmpl", "Destination": "/app/nginx.tmpl"}],"#),
                "app": Self.container(
                    "app", image: "app",
                    environment: ["VIRTUAL_HOST=app.example, APP2.example", "VIRTUAL_PROTO=uwsgi"],
                    labels: ["com.github.nginx-proxy.nginx-proxy.http3.enable": "true"]),
            ])
        #expect(report.proxy == "proxy0000000 (nginxproxy/nginx-proxy:1.6)")
        let general = report.findings.map(\.text)
        #expect(general.contains("ENABLE_HTTP3=true has no effect: clients speak HTTP/2 and HTTP/1.1"))
        #expect(general.contains { $0.hasPrefix("clients that come by the port 5043 have it in Host") })
        #expect(general.contains { $0.hasPrefix("/app/nginx.tmpl is mounted and has no effect") })
        #expect(report.hosts.map(\.name) == ["app.example", "app2.example"])
        for host in report.hosts {
            #expect(host.findings.contains { $0.weight == .error && $0.text.contains("uwsgi") }, "\(host.name)")
            #expect(host.findings.contains { $0.text.contains("label http3.enable has no effect") }, "\(host.name)")
        }
        #expect(report.exitCode == 2)
    }

    @Test("takes the container that it is told, and says when there is none")
    func named() throws {
        let containers = ["mine": try Self.container("mine", image: "own/proxy", environment: ["NO_COLOR=1"])]
        #expect(try report(settled, container: "mine", engine: containers).proxy == "mine (own/proxy)")
        let none = try report(settled, container: "yours", engine: containers)
        #expect(none.proxy == nil)
        #expect(none.findings.contains { $0.weight == .error && $0.text == "no container named yours runs" })
    }

    @Test("says when the engine cannot be asked")
    func noEngine() throws {
        var options = options
        options.docker = "unix://\(served.folder.path("none.sock"))"
        let report = try Migration.report(options, container: nil, environment: Environment(settled))
        #expect(report.findings.contains { $0.weight == .error && $0.text.contains("not known: not reached") })
    }
}
