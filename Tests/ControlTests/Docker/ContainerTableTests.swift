import Bytes
import Net
import Routing
import Testing

@testable import Control

@Suite("The table of containers")
struct ContainerTableTests {
    private typealias Effect = ContainerTable.Effect

    private let start = Instant(nanoseconds: 1_000_000_000)

    private func answer(
        _ id: String, host: String? = "a.example", isRunning: Bool = true, stopSignal: Int? = nil,
        networks: [String] = ["front"]
    ) throws -> InspectedContainer {
        var answer = try InspectedContainer(json: Array(#"{"Id":"\#(id)"}"#.utf8))
        if let host { answer.container.environment = ["VIRTUAL_HOST": host] }
        answer.container.networks = networks.map { NetworkAttachment($0, ipv4: IPAddress("10.0.0.1")) }
        answer.isRunning = isRunning
        answer.stopSignal = stopSignal.map { DockerEvent.Signal(number: $0) }
        return answer
    }

    private func running(_ answers: InspectedContainer...) throws -> ContainerTable {
        var table = ContainerTable()
        for answer in answers {
            let id = answer.container.id
            _ = table.apply(.started(id: id), now: start)
            _ = table.inspected(id, revision: try #require(table.revision(of: id)), answer)
        }
        return table
    }

    @Test("asks about a container that starts, and then routes to it")
    func starts() throws {
        var table = ContainerTable()
        #expect(table.apply(.started(id: "x"), now: start) == Effect(inspect: ["x"]))
        #expect(table.routable.isEmpty)
        let revision = try #require(table.revision(of: "x"))
        #expect(table.inspected("x", revision: revision, try answer("x")) == Effect(isChanged: true))
        #expect(table.routable.map(\.id) == ["x"])
    }

    @Test("waits with QUIT for what stops a container that is not known yet", arguments: [true, false])
    func quitBeforeAnswer(isKnown: Bool) throws {
        var table = ContainerTable()
        if isKnown { _ = table.apply(.started(id: "x"), now: start) }
        _ = table.apply(.signalled(id: "x", signal: .quit), now: start)
        let revision = try #require(table.revision(of: "x"))
        _ = table.inspected("x", revision: revision, try answer("x"))
        #expect(table.routable.map(\.id) == ["x"])
    }

    @Test("leaves containers that ask for no host alone")
    func uninterested() throws {
        var table = try running(answer("x", host: nil))
        #expect(table.routable.isEmpty)
        #expect(table.apply(.stopped(id: "x"), now: start) == Effect())
    }

    @Test(
        "takes a container out at its end",
        arguments: [
            DockerEvent.stopped(id: "x"), .signalled(id: "x", signal: .init(number: 15)),
            .signalled(id: "x", signal: .init(number: 9)), .signalled(id: "x", signal: .init(number: 2)),
        ])
    func ends(event: DockerEvent) throws {
        var table = try running(answer("x"), answer("y"))
        #expect(table.apply(event, now: start) == Effect(isChanged: true))
        #expect(table.routable.map(\.id) == ["y"])
        #expect(table.apply(event, now: start) == Effect())
    }

    @Test("leaves a container out that was told to stop before it was known")
    func unknownEnds() throws {
        var table = ContainerTable()
        #expect(table.apply(.signalled(id: "x", signal: .init(number: 10)), now: start) == Effect())
        #expect(table.revision(of: "x") == nil)
        #expect(table.apply(.signalled(id: "x", signal: .init(number: 15)), now: start) == Effect(inspect: ["x"]))
        #expect(table.listed(["x"], isComplete: true, mark: table.mark, now: start).news == [])
        let revision = try #require(table.revision(of: "x"))
        #expect(table.inspected("x", revision: revision, try answer("x")) == Effect())
        #expect(table.routable.isEmpty)
        #expect(table.apply(.signalled(id: "y", signal: .init(number: 9)), now: start) == Effect(inspect: ["y"]))
        #expect(table.inspected("y", revision: try #require(table.revision(of: "y")), nil) == Effect())
        #expect(table.revision(of: "y") == nil)
    }

    @Test("keeps a container that only got a message", arguments: [1, 10, 12, 17, 28])
    func otherSignals(number: Int) throws {
        var table = try running(answer("x"))
        #expect(table.apply(.signalled(id: "x", signal: .init(number: number)), now: start) == Effect())
        #expect(table.routable.map(\.id) == ["x"])
    }

    @Test("takes the container's own stop signal for an end")
    func ownStopSignal() throws {
        var table = try running(answer("x", stopSignal: 28))
        #expect(table.apply(.signalled(id: "x", signal: .init(number: 28)), now: start) == Effect(isChanged: true))
    }

    @Test("does not let a late answer bring a stopped container back")
    func lateAnswer() throws {
        var table = ContainerTable()
        _ = table.apply(.started(id: "x"), now: start)
        let revision = try #require(table.revision(of: "x"))
        _ = table.apply(.stopped(id: "x"), now: start)
        #expect(table.inspected("x", revision: revision, try answer("x")) == Effect())
        #expect(table.routable.isEmpty)
    }

    @Test("does not take the answer of before a restart for one of after it")
    func restart() throws {
        var table = ContainerTable()
        _ = table.apply(.started(id: "x"), now: start)
        let old = try #require(table.revision(of: "x"))
        _ = table.apply(.stopped(id: "x"), now: start)
        _ = table.apply(.started(id: "x"), now: start)
        #expect(table.inspected("x", revision: old, try answer("x")) == Effect(inspect: ["x"]))
        #expect(table.routable.isEmpty)
    }

    @Test("keeps what it knows of a running container when its start is told once more")
    func repeatedStart() throws {
        var table = try running(answer("x"))
        #expect(table.apply(.started(id: "x"), now: start) == Effect(inspect: ["x"]))
        #expect(table.routable.map(\.id) == ["x"])
    }

    @Test("asks anew about a container that starts after it was told to stop")
    func startAfterStop() throws {
        var table = try running(answer("x"))
        _ = table.apply(.signalled(id: "x", signal: .init(number: 15)), now: start)
        #expect(table.apply(.started(id: "x"), now: start) == Effect(inspect: ["x"]))
        #expect(table.routable.isEmpty)
        let revision = try #require(table.revision(of: "x"))
        #expect(table.inspected("x", revision: revision, try answer("x")) == Effect(isChanged: true))
    }

    @Test("brings a container back that was started again while nobody listened")
    func unheardRestart() throws {
        var table = try running(answer("x"))
        _ = table.apply(.signalled(id: "x", signal: .init(number: 15)), now: start)
        var later = try answer("x")
        later.started = "2026-01-31T13:00:00Z"
        let revision = try #require(table.revision(of: "x"))
        #expect(table.inspected("x", revision: revision, later) == Effect(isChanged: true))
        #expect(table.routable.map(\.id) == ["x"])
    }

    @Test("leaves a stopping container out whatever is said of it")
    func stopping() throws {
        var table = try running(answer("x"))
        _ = table.apply(.signalled(id: "x", signal: .init(number: 15)), now: start)
        let revision = try #require(table.revision(of: "x"))
        #expect(table.inspected("x", revision: revision, try answer("x", host: "b.example")) == Effect())
        let soon = start + .seconds(59)
        #expect(!table.listed(["x"], isComplete: true, mark: table.mark, now: soon).effect.isChanged)
        #expect(table.routable.isEmpty)
    }

    @Test("brings back a container that outlived its stop signal")
    func survivor() throws {
        var table = try running(answer("x"))
        _ = table.apply(.signalled(id: "x", signal: .init(number: 15)), now: start)
        let (effect, _) = table.listed(["x"], isComplete: true, mark: table.mark, now: start + .seconds(60))
        #expect(effect == Effect(inspect: ["x"], isChanged: true))
        #expect(table.routable.map(\.id) == ["x"])
    }

    @Test("takes out what does not run or is gone when it is asked about", arguments: [true, false])
    func gone(isKnown: Bool) throws {
        var table = try running(answer("x"))
        let revision = try #require(table.revision(of: "x"))
        let answer = isKnown ? try answer("x", isRunning: false) : nil
        #expect(table.inspected("x", revision: revision, answer) == Effect(isChanged: true))
        #expect(table.count == 0)
    }

    @Test("records what the health check says")
    func health() throws {
        var table = try running(answer("x"))
        let effect = table.apply(.health(id: "x", status: "unhealthy"), now: start)
        #expect(effect == Effect(inspect: ["x"], isChanged: true))
        #expect(table.routable.map(\.health) == [.unhealthy])
    }

    @Test("gives up an address as soon as its network is left, and asks for the rest")
    func networks() throws {
        var table = try running(answer("x", networks: ["back", "front"]))
        #expect(table.apply(.networkJoined(id: "x"), now: start) == Effect(inspect: ["x"]))
        let left = table.apply(.networkLeft(id: "x", network: "front"), now: start)
        #expect(left == Effect(inspect: ["x"], isChanged: true))
        #expect(table.routable.first?.networks.map(\.name) == ["back"])
    }

    @Test("ignores networks and health of what does not run")
    func unknown() {
        var table = ContainerTable()
        for event in [
            DockerEvent.networkJoined(id: "x"), .networkLeft(id: "x", network: "n"),
            .health(id: "x", status: "healthy"),
            .stopped(id: "x"),
        ] {
            #expect(table.apply(event, now: start) == Effect())
        }
        #expect(table.count == 0)
    }

    @Test("follows a list in both directions")
    func list() throws {
        var table = try running(answer("x"), answer("y"))
        let (effect, news) = table.listed(["y", "z"], isComplete: true, mark: table.mark, now: start)
        #expect(effect == Effect(inspect: ["y", "z"], isChanged: true))
        #expect(news == ["x", "z"])
        #expect(table.routable.map(\.id) == ["y"])
        #expect(table.revision(of: "z") != nil)
    }

    @Test("learns nothing from a list that says what is known")
    func sameList() throws {
        var table = try running(answer("x"))
        let (effect, news) = table.listed(["x"], isComplete: true, mark: table.mark, now: start)
        #expect(effect == Effect(inspect: ["x"]))
        #expect(news.isEmpty)
    }

    @Test("believes an event over an older list")
    func eventDuringList() throws {
        var table = try running(answer("x"))
        let mark = table.mark
        _ = table.apply(.started(id: "new"), now: start)
        _ = table.listed(["x"], isComplete: true, mark: mark, now: start)
        #expect(table.revision(of: "new") != nil)
    }

    @Test("forgets nobody for an incomplete list")
    func incompleteList() throws {
        var table = try running(answer("x"))
        _ = table.listed([], isComplete: false, mark: table.mark, now: start)
        #expect(table.routable.map(\.id) == ["x"])
    }

    @Test("is bounded")
    func bound() {
        var table = ContainerTable()
        for number in 0..<(ContainerTable.limit + 10) { _ = table.apply(.started(id: "\(number)"), now: start) }
        #expect(table.count == ContainerTable.limit)
    }
}
