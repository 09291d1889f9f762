import Logging
import Net
import Routing
import Testing

@testable import Control

@Suite("Following an engine with filters", .timeLimit(.minutes(10)))
struct FilteredContainersTests {
    private static let ownIdentifier = String(repeating: "5e", count: 32)
    private let folder: TemporaryFolder
    private let loop: EventLoop
    private let docker: FakeDocker
    private let lines = LogLines()

    init() throws {
        folder = try TemporaryFolder()
        loop = try EventLoop()
        docker = try FakeDocker(on: loop, path: folder.path("docker.sock"))
    }

    private func client(_ filters: String) throws -> DockerClient {
        DockerClient(
            .at(.unix(path: folder.path("docker.sock"))), filters: try ContainerFilters(filters),
            own: OwnContainer(cgroup: "/docker/\(Self.ownIdentifier)"), on: loop,
            resolver: try NameResolver(on: loop), log: lines.logger, changed: {})
    }

    private func hosts(_ client: DockerClient) -> [String] { client.table.routable.map(\.id) }

    @Test("leaves out what they do not let in, of the list as of the events")
    func filtered() throws {
        docker.admitted = ["a", "c"]
        docker.start("a", host: "a.example", tells: false)
        docker.start("b", host: "b.example", tells: false)
        let client = try client("label=public")
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
        #expect(hosts(client) == ["a"])
        #expect(docker.filters["label"] == ["public"])
        #expect(docker.filters["status"] == ["running"])
        docker.start("c", host: "c.example")
        docker.start("d", host: "d.example")
        try loop.wait(for: "the third") { hosts(client) == ["a", "c"] }
        try loop.wait(for: "the fourth") { client.table.container("d") != nil }
        #expect(hosts(client) == ["a", "c"])
    }

    @Test("asks again when something about a container has changed")
    func changedVerdict() throws {
        docker.admitted = []
        docker.start("a", host: "a.example", tells: false)
        let client = try client("health=healthy")
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
        #expect(hosts(client).isEmpty)
        docker.admitted = ["a"]
        docker.emit("health_status: healthy", "a")
        try loop.wait(for: "the container") { hosts(client) == ["a"] }
        docker.admitted = []
        docker.emit("health_status: unhealthy", "a")
        try loop.wait(for: "its absence") { hosts(client).isEmpty }
    }

    @Test("asks once more a moment later, because engines tell of a change before they list by it")
    func lateVerdict() throws {
        docker.admitted = []
        docker.start("a", host: "a.example", tells: false)
        let client = try client("network=front")
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
        docker.emit("health_status: healthy", "a")
        let count = docker.requests.count
        try loop.wait(for: "the question") { docker.requests.count > count }
        docker.admitted = ["a"]
        try loop.wait(for: "the container") { hosts(client) == ["a"] }
    }

    @Test("knows its own container although they leave it out")
    func ownContainer() throws {
        docker.admitted = []
        docker.start(Self.ownIdentifier, host: "", tells: false)
        let client = try client("label=public")
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
        guard case .container(Self.ownIdentifier, _) = client.place else {
            Issue.record("\(client.place)")
            return
        }
    }

    @Test("lets nobody in where the engine refuses them, and says so once")
    func refused() throws {
        docker.start("a", host: "a.example", tells: false)
        docker.start("b", host: "b.example", tells: false)
        let client = try client("refused=x")
        client.start()
        try loop.wait(for: "the first list") { client.isSynchronized }
        #expect(hosts(client).isEmpty)
        #expect(lines.lines.count { $0.contains("DOCKER_CONTAINER_FILTERS") && $0.contains("invalid filter") } == 1)
    }
}
