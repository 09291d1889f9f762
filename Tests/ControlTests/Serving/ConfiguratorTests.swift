import Bytes
import Net
import Proxy
import Routing
import Testing

@testable import Control

@Suite("Keeping the configuration true", .timeLimit(.minutes(10)))
struct ConfiguratorTests {
    private let served: ServedFolder
    private let loop: EventLoop
    private let docker: FakeDocker
    private let lines = LogLines()
    private let published = Published()
    private var folder: TemporaryFolder { served.folder }

    private final class Published {
        var configurations: [ServingConfiguration] = []
    }

    init() throws {
        served = try ServedFolder()
        loop = try EventLoop()
        docker = try FakeDocker(on: loop, path: served.folder.path("docker.sock"))
    }

    private func start(docker: String? = nil) throws -> Configurator {
        let settings = try served.settings(docker: docker ?? "unix://" + folder.path("docker.sock"))
        let configurator = try Configurator(settings, on: loop, log: lines.logger) { [published] in
            published.configurations.append($0)
        }
        configurator.start()
        return configurator
    }

    private var hosts: [String]? { published.configurations.last?.snapshot.hosts.map(\.name.text) }

    private func wait(for expected: [String]) throws {
        try loop.wait(for: "the hosts \(expected)") { hosts == expected }
    }

    @Test("publishes nothing before the engine has said what runs")
    func first() throws {
        docker.start("a", host: "a.example", tells: false)
        docker.start("b", host: "b.example", tells: false)
        let configurator = try start()
        defer { configurator.stop() }
        try loop.wait(for: "the first configuration") { !published.configurations.isEmpty }
        #expect(hosts == ["a.example", "b.example"])
        #expect(configurator.docker.isSynchronized)
    }

    @Test("does not wait for an engine that is not there")
    func noEngine() throws {
        try docker.stop()
        try folder.write("vhost.d/s.example", "proxy_pass http://127.0.0.1:5000;")
        let configurator = try start()
        defer { configurator.stop() }
        try wait(for: ["s.example"])
        #expect(lines.lines.filter { $0.contains("No Docker engine") }.count == 1)
        docker.start("a", host: "a.example", tells: false)
        try docker.listen()
        try wait(for: ["a.example", "s.example"])
    }

    @Test("asks no engine where none is wanted")
    func none() throws {
        let configurator = try start(docker: "none")
        defer { configurator.stop() }
        try wait(for: [])
        #expect(docker.requests.isEmpty)
        #expect(lines.lines.isEmpty)
    }

    @Test("follows containers, files and password files")
    func changes() throws {
        let configurator = try start()
        defer { configurator.stop() }
        try wait(for: [])
        docker.start("a", host: "a.example")
        try wait(for: ["a.example"])
        try folder.replace("vhost.d/s.example", "proxy_pass http://127.0.0.1:5000;")
        try wait(for: ["a.example", "s.example"])
        docker.emit("kill", "a", #","signal":"15""#)
        try wait(for: ["s.example"])
        try folder.replace("htpasswd/s.example", "bob:{PLAIN}x\n")
        try loop.wait(for: "the password file") { published.configurations.last?.passwordFiles.count == 1 }
        try folder.remove("vhost.d/s.example")
        try wait(for: [])
    }

    @Test("never lets half a file win")
    func halfFile() throws {
        try folder.write("vhost.d/s.example", "proxy_pass http://127.0.0.1:5000;\ndeny all;\n")
        let configurator = try start(docker: "none")
        defer { configurator.stop() }
        try wait(for: ["s.example"])
        let writer = try SlowWriter(folder.path("vhost.d/s.example"))
        writer.write("proxy_pass http://127.0.0.1:5001;\n")
        // The watcher's patience ends while the file is open, with half of its rules in it.
        let end = Instant.now + FolderWatcher.patience + .milliseconds(200)
        while Instant.now < end { loop.turn(limit: .milliseconds(10)) }
        #expect(published.configurations.count == 1)
        writer.write("deny all;\n")
        writer.close()
        try loop.wait(for: "the whole file") { published.configurations.count > 1 }
        for configuration in published.configurations {
            #expect(configuration.snapshot.hosts[0].locations[0].settings.accessRules.count == 1)
        }
    }

    @Test("says each diagnostic once")
    func diagnostics() throws {
        try folder.write("vhost.d/s.example", "nonsense on;")
        let configurator = try start()
        defer { configurator.stop() }
        try loop.wait(for: "the first configuration") { !published.configurations.isEmpty }
        let count = published.configurations.count
        docker.start("a", host: "a.example")
        try loop.wait(for: "another configuration") { published.configurations.count > count }
        #expect(lines.lines.filter { $0.contains("s.example:1:1") }.count == 1)
    }

    @Test("looks up the names of backends before it serves")
    func names() throws {
        try folder.write("vhost.d/s.example", "proxy_pass http://localhost:5000;")
        let configurator = try start(docker: "none")
        defer { configurator.stop() }
        try wait(for: ["s.example"])
        let upstream = published.configurations[0].snapshot.hosts[0].locations[0].upstream
        #expect(upstream?.backends.contains { $0.endpoint.address.isLoopback } == true)
    }

    @Test("reads everything again when it is told to")
    func readAgain() throws {
        let configurator = try start()
        defer { configurator.stop() }
        try wait(for: [])
        let count = published.configurations.count
        let questions = docker.requests.count
        configurator.readAgain()
        try loop.wait(for: "another configuration") { published.configurations.count > count }
        try loop.wait(for: "another list") { docker.requests.count > questions }
    }

    @Test("builds few configurations for many events")
    func burst() throws {
        let configurator = try start()
        defer { configurator.stop() }
        try wait(for: [])
        let names = (100..<200).map { "h\($0).example" }
        for name in names { docker.start(name, host: name) }
        try wait(for: names)
        #expect(published.configurations.count < names.count)
    }

    @Test("reports what is routed now")
    func report() throws {
        docker.start("a", host: "a.example", tells: false)
        let configurator = try start()
        defer { configurator.stop() }
        try wait(for: ["a.example"])
        let report = configurator.report
        #expect(
            report?.hosts.first?.locations.first?.backends == [.init(address: "172.18.0.2:80", origin: "a", weight: 1)])
        #expect(report?.docker.contains("API 1.50, 1 containers run") == true)
    }
}
