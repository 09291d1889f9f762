import Bytes
import Logging
import Net
import Routing
import Testing

@testable import Control

@Suite("Following an engine", .timeLimit(.minutes(10)))
struct DockerClientTests {
    private let folder: TemporaryFolder
    private let loop: EventLoop
    private let docker: FakeDocker
    private let client: DockerClient
    private let changes = Counter()

    private static let ownIdentifier = String(repeating: "5e", count: 32)

    private final class Counter {
        var count = 0
    }

    init() throws {
        folder = try TemporaryFolder()
        loop = try EventLoop()
        docker = try FakeDocker(on: loop, path: folder.path("docker.sock"))
        client = try Self.client(.at(.unix(path: folder.path("docker.sock"))), on: loop) { [changes] in
            changes.count += 1
        }
    }

    private static func client(
        _ target: Settings.Docker, security: EngineSecurity? = nil, filters: ContainerFilters? = nil,
        pace: DockerClient.Pace = .init(), on loop: EventLoop, log: Logger? = nil,
        changed: @escaping () -> Void = {}
    ) throws -> DockerClient {
        DockerClient(
            target, security: security, filters: filters, own: OwnContainer(cgroup: "/docker/\(ownIdentifier)"),
            pace: pace, on: loop,
            resolver: try NameResolver(on: loop), log: log ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            changed: changed)
    }

    /// A client for which all waiting is short.
    private func hastyClient(_ change: (inout DockerClient.Pace) -> Void) throws -> DockerClient {
        var pace = DockerClient.Pace()
        change(&pace)
        return try Self.client(.at(.unix(path: folder.path("docker.sock"))), pace: pace, on: loop)
    }

    private var hosts: [String: String] {
        var hosts: [String: String] = [:]
        for container in client.table.routable { hosts[container.id] = container.environment["VIRTUAL_HOST"] }
        return hosts
    }

    private func synchronize() throws {
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
    }

    @Test("attaches to the events before it lists and inspects")
    func order() throws {
        docker.start("a", host: "a.example", tells: false)
        try synchronize()
        #expect(docker.requests.prefix(2) == ["/version", "/events"])
        #expect(Set(docker.requests.dropFirst(2)) == ["/networks", "/containers/json", "/containers/a/json"])
        #expect(hosts == ["a": "a.example"])
    }

    @Test("speaks the engine's own version, so that one which refuses old versions works")
    func version() throws {
        docker.version = "1.99"
        docker.oldestVersion = 99
        docker.start("a", host: "a.example", tells: false)
        try synchronize()
        #expect(hosts == ["a": "a.example"])
    }

    @Test("follows starts and ends, however the stream is cut", arguments: [1, 2, 3, 7, 100, 65_536])
    func cutStream(chunkSize: Int) throws {
        docker.chunkSize = chunkSize
        try synchronize()
        docker.start("a", host: "a.example")
        docker.start("b", host: "b.example")
        docker.end("a")
        docker.start("c", host: "c.example")
        try loop.wait(for: "the containers") { hosts == ["b": "b.example", "c": "c.example"] }
    }

    @Test("sends no new requests to a container from its kill event on")
    func kill() throws {
        docker.start("a", host: "a.example", tells: false)
        try synchronize()
        docker.emit("kill", "a", #","signal":"1""#)
        loop.settle()
        #expect(hosts == ["a": "a.example"])
        docker.emit("kill", "a", #","signal":"15""#)
        try loop.wait(for: "the end") { hosts.isEmpty }
    }

    @Test("does not know at once where a container is that comes back")
    func restart() throws {
        docker.start("a", host: "a.example", tells: false)
        try synchronize()
        docker.emit("die", "a")
        docker.start("a", host: "a.example", address: "172.18.0.9")
        try loop.wait(for: "the new address") {
            client.table.routable.first?.networks.first?.ipv4 == IPAddress("172.18.0.9")
        }
    }

    @Test("is not held up by a container that the engine does not answer for")
    func hangingInspection() throws {
        docker.start("hung", host: "hung.example", tells: false)
        docker.hanging = ["/containers/hung/json"]
        client.start()
        try loop.wait(for: "the question") { docker.requests.contains("/containers/hung/json") }
        docker.start("a", host: "a.example")
        try loop.wait(for: "the other container") { hosts == ["a": "a.example"] }
        docker.hanging = []
        docker.emit("start", "hung")
        try loop.wait(for: "the hung container") { hosts.count == 2 }
    }

    @Test("keeps places free for what an event asks for")
    func manyHangingInspections() throws {
        for number in 0..<50 {
            docker.start("hung\(number)", host: "hung.example", tells: false)
            docker.hanging.insert("/containers/hung\(number)/json")
        }
        client.start()
        try loop.wait(for: "the questions") { docker.connections.count > InspectionQueue.ordinaryWidth }
        docker.start("a", host: "a.example")
        try loop.wait(for: "the other container") { hosts == ["a": "a.example"] }
        let hanging = docker.requests.filter { $0.contains("hung") }.count
        #expect(hanging == InspectionQueue.ordinaryWidth)
    }

    @Test("does not wait for a container that ends before the engine has answered for it")
    func endOfHangingInspection() throws {
        docker.start("hung", host: "hung.example", tells: false)
        docker.hanging = ["/containers/hung/json"]
        client.start()
        try loop.wait(for: "the question") { docker.requests.contains("/containers/hung/json") }
        docker.end("hung")
        try loop.wait(for: "the first round") { client.isSynchronized }
    }

    @Test(
        "goes on after text that is no event",
        arguments: [
            "garbage\n", "{\"a\":\n", "{\"Type\":\"container\",\n", "null\n\n", "{}\n", "[[[[\n", "\u{0}\u{1}\n",
            "{\"status\":\"start\",\"id\":\"x\n", "}{\n",
        ])
    func garbage(text: String) throws {
        try synchronize()
        docker.send(text)
        docker.start("a", host: "a.example")
        try loop.wait(for: "the container") { hosts == ["a": "a.example"] }
        #expect(docker.streams.count == 1)
    }

    @Test("survives an event of 4 MiB")
    func largeEvent() throws {
        try synchronize()
        docker.emit("exec_create: x", "a", #","command":"\#(String(repeating: "x", count: 4 << 20))""#)
        docker.start("a", host: "a.example")
        try loop.wait(for: "the container") { hosts == ["a": "a.example"] }
        #expect(docker.streams.count == 1)
    }

    @Test("survives 10,000 events of containers that are gone")
    func vanished() throws {
        try synchronize()
        for number in 0..<10_000 { docker.emit("start", "gone\(number)") }
        docker.start("a", host: "a.example")
        try loop.wait(for: "the container") { hosts == ["a": "a.example"] }
        try loop.wait(for: "the others to be forgotten") { client.table.count == 1 }
        #expect(docker.streams.count == 1)
    }

    @Test("does not let one odd container hide the others", arguments: ["", "{}", "[]", "{\"Id\":", "null", "\u{fe}"])
    func oddContainer(json: String) throws {
        docker.containers["odd"] = json
        docker.start("a", host: "a.example", tells: false)
        client.start()
        try loop.wait(for: "the other container") { hosts == ["a": "a.example"] }
        try loop.wait(for: "the first round") { client.isSynchronized }
    }

    @Test("takes what it can from an odd list, and forgets nobody for it")
    func oddList() throws {
        docker.start("a", host: "a.example", tells: false)
        try synchronize()
        docker.containers["b"] = FakeDocker.container("b", host: "b.example")
        docker.list = #"[7, {"Id":7}, {"Id":"b"}]"#
        client.reconcileNow()
        try loop.wait(for: "the container that can be read") { hosts == ["a": "a.example", "b": "b.example"] }
    }

    @Test("works behind a proxy that forbids to list networks")
    func noNetworks() throws {
        docker.networks = nil
        docker.start("a", host: "a.example", tells: false)
        try synchronize()
        #expect(hosts == ["a": "a.example"])
    }

    @Test("finds its own container, and which of its networks are internal")
    func place() throws {
        docker.networks = #"[{"Name":"in","Internal":true},{"Name":7},{"Name":"out","Internal":false},{}]"#
        docker.containers[Self.ownIdentifier] = FakeDocker.container(Self.ownIdentifier, host: "", network: "in")
        try synchronize()
        let attachment = NetworkAttachment(
            "in", ipv4: IPAddress("172.18.0.2"), gateway: IPAddress("172.18.0.1"), isInternal: true)
        let place = ProxyPlace.container(id: Self.ownIdentifier, networks: [attachment])
        try loop.wait(for: "the place") { client.place == place }
        let count = changes.count
        docker.containers[Self.ownIdentifier] = FakeDocker.container(Self.ownIdentifier, host: "", network: "out")
        docker.send(
            #"{"Type":"network","Action":"connect","Actor":{"ID":"n","Attributes":{"container":"\#(Self.ownIdentifier)"}}}"#
        )
        try loop.wait(for: "the other network") { client.place != place }
        #expect(changes.count > count)
    }

    @Test("stands on the host when the engine knows nothing of it")
    func host() throws {
        docker.start("a", host: "a.example", tells: false)
        try synchronize()
        #expect(client.place == .host)
    }

    @Test("keeps its containers while the engine is away, and is right again afterwards")
    func restartOfEngine() throws {
        docker.start("a", host: "a.example", tells: false)
        docker.start("b", host: "b.example", tells: false)
        try synchronize()
        try docker.stop()
        docker.containers = [:]
        loop.settle()
        #expect(hosts == ["a": "a.example", "b": "b.example"])
        docker.start("b", host: "b.example", address: "172.18.0.7", tells: false)
        docker.start("c", host: "c.example", tells: false)
        try docker.listen()
        try loop.wait(for: "the engine's return") { hosts == ["b": "b.example", "c": "c.example"] }
        try loop.wait(for: "the new address") {
            client.table.routable.first?.networks.first?.ipv4 == IPAddress("172.18.0.7")
        }
        docker.start("d", host: "d.example")
        try loop.wait(for: "an event of the new stream") { hosts.count == 3 }
    }

    @Test("attaches again when the stream of events ends")
    func endOfStream() throws {
        try synchronize()
        docker.containers["a"] = FakeDocker.container("a", host: "a.example")
        docker.closeStreams()
        try loop.wait(for: "the container that started in between") { hosts == ["a": "a.example"] }
        #expect(docker.streams.count == 1)
    }

    @Test("hears of a container that was told to stop while the stream of events was lost, or before there was one")
    func unheardStop() throws {
        docker.start("a", host: "a.example", tells: false)
        docker.start("b", host: "b.example", tells: false)
        docker.start("c", host: "c.example", tells: false)
        docker.emit("kill", "a", #","signal":"15""#)
        try synchronize()
        #expect(hosts == ["b": "b.example", "c": "c.example"])
        docker.closeStreams()
        docker.emit("kill", "b", #","signal":"15""#)
        try loop.wait(for: "the end") { hosts == ["c": "c.example"] }
        #expect(docker.streams.count == 1)
    }

    @Test("waits for an engine that comes later")
    func lateEngine() throws {
        try docker.stop()
        client.start()
        loop.settle()
        #expect(!client.isSynchronized)
        docker.start("a", host: "a.example", tells: false)
        try docker.listen()
        try loop.wait(for: "the engine") { hosts == ["a": "a.example"] }
    }

    @Test(
        "tries again after answers that are no HTTP, cut or refused",
        arguments: [
            "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{]x",
        ], ["/version", "/events", "/containers/json"])
    func oddHTTP(answer: String, path: String) throws {
        docker.start("a", host: "a.example", tells: false)
        docker.raw[path] = answer
        client.start()
        try loop.wait(for: "the odd answer") { docker.requests.contains(path) }
        loop.settle()
        docker.raw = [:]
        for connection in docker.connections.values { connection.close() }
        try loop.wait(for: "a good answer") { hosts == ["a": "a.example"] }
    }

    @Test("ends every connection when it is told to stop")
    func stop() throws {
        try synchronize()
        client.stop()
        try loop.wait(for: "the connections to close") { docker.connections.isEmpty }
    }

    @Test("notices a stream of events that has gone silent, and attaches anew")
    func deafStream() throws {
        let client = try hastyClient {
            $0.reconcile = .milliseconds(50)
            $0.event = .milliseconds(50)
        }
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
        let stream = docker.streams.first
        docker.start("a", host: "a.example", tells: false)
        try loop.wait(for: "the container that only the list tells of") { client.table.routable.count == 1 }
        try loop.wait(for: "another stream") { docker.streams.first.map { $0 !== stream } ?? false }
        try loop.wait(for: "peace") { client.isSettled && docker.streams.count == 1 }
        #expect(client.table.routable.count == 1)
        client.stop()
    }

    @Test("connects anew when the engine does not answer", arguments: ["/version", "/events", "/containers/json"])
    func hangingAnswers(path: String) throws {
        let client = try hastyClient {
            $0.answer = .milliseconds(50)
            $0.pause = .milliseconds(50)
        }
        docker.start("a", host: "a.example", tells: false)
        docker.hanging = [path]
        client.start()
        try loop.wait(for: "two tries") { docker.requests.filter { $0 == path }.count >= 2 }
        docker.hanging = []
        try loop.wait(for: "the container") { client.table.routable.count == 1 }
        client.stop()
    }

    @Test("asks again about a container that got no answer")
    func retries() throws {
        let client = try hastyClient { $0.answer = .milliseconds(50) }
        docker.start("a", host: "a.example", tells: false)
        docker.hanging = ["/containers/a/json"]
        client.start()
        try loop.wait(for: "a first round without it") { client.isSynchronized }
        docker.hanging = []
        try loop.wait(for: "the container") { client.table.routable.count == 1 }
        client.stop()
    }

    @Test("does not take a connection that breaks for an answer about a container")
    func brokenInspection() throws {
        let client = try hastyClient { $0.answer = .milliseconds(50) }
        docker.start("a", host: "a.example", tells: false)
        docker.breaking = ["/containers/a/json"]
        client.start()
        try loop.wait(for: "the second question") {
            docker.requests.filter { $0 == "/containers/a/json" }.count == 2
        }
        #expect(!client.isSynchronized)
        docker.breaking = []
        try loop.wait(for: "the first round") { client.isSynchronized }
        #expect(client.table.routable.count == 1)
        client.stop()
    }

    @Test("reaches an engine over TCP by name")
    func tcp() throws {
        let relay = try Socket.listen(on: .ip(Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)))
        let port = try #require(Socket.localEndpoint(relay.raw)?.port)
        let client = try Self.client(.at(.tcp(host: "localhost", port: port)), on: loop)
        docker.start("a", host: "a.example", tells: false)
        client.start()
        try loop.wait(for: "the container") {
            if let accepted = try Socket.accept(relay.raw) { try docker.take(accepted.unpack()) }
            return client.table.routable.count == 1
        }
        client.stop()
    }
}
