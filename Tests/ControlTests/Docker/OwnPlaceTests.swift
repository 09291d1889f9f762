import Bytes
import Net
import Routing
import Testing

@testable import Control

@Suite("Where Portico runs")
struct OwnPlaceTests {
    private static let id = String(repeating: "ab", count: 32)
    private var place = OwnPlace(OwnContainer(cgroup: "/docker/\(id)"))
    private var table = ContainerTable()

    private mutating func add(
        _ id: String, networks: [String], _ change: (inout InspectedContainer) -> Void = { _ in }
    )
        throws
    {
        var answer = try InspectedContainer(json: Array(#"{"Id":"\#(id)"}"#.utf8))
        answer.isRunning = true
        answer.container.networks = networks.map { NetworkAttachment($0) }
        change(&answer)
        _ = table.apply(.started(id: id), now: .now)
        place.consider(answer, in: table)
        _ = table.inspected(id, revision: try #require(table.revision(of: id)), answer)
    }

    @Test("is the host as long as no container is the own one")
    mutating func host() throws {
        try add("other", networks: ["front"])
        #expect(place.place(in: table) == .host)
    }

    @Test("is the own container with its networks")
    mutating func container() throws {
        try add(Self.id, networks: ["front", "back"])
        place.internalNetworks = ["back"]
        let networks = [NetworkAttachment("front"), NetworkAttachment("back", isInternal: true)]
        #expect(place.place(in: table) == .container(id: Self.id, networks: networks))
    }

    @Test("is the host with host networking")
    mutating func hostNetworking() throws {
        try add(Self.id, networks: ["host"])
        #expect(place.place(in: table) == .host)
    }

    @Test("has the networks of the container whose networks it shares")
    mutating func sharedNetworks() throws {
        try add("owner", networks: ["front"])
        try add(Self.id, networks: []) { $0.networkOwner = "owner" }
        #expect(place.place(in: table) == .container(id: Self.id, networks: [NetworkAttachment("front")]))
    }

    @Test("goes by the label only where nothing better is known")
    mutating func label() throws {
        let labelled = { (answer: inout InspectedContainer) in
            answer.container.labels = [OwnContainer.defaultLabel: ""]
        }
        try add("first", networks: ["a"], labelled)
        try add("second", networks: ["b"], labelled)
        #expect(place.place(in: table) == .container(id: "first", networks: [NetworkAttachment("a")]))
        _ = table.apply(.stopped(id: "first"), now: .now)
        try add("third", networks: ["c"], labelled)
        #expect(place.place(in: table) == .container(id: "third", networks: [NetworkAttachment("c")]))
        try add(Self.id, networks: ["front"])
        #expect(place.place(in: table) == .container(id: Self.id, networks: [NetworkAttachment("front")]))
    }
}
