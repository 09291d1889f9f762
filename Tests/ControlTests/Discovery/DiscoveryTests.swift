import Net
import Routing
import Testing

@testable import Control

@Suite("What another process tells of the engine", .timeLimit(.minutes(10)))
struct DiscoveryTests {
    private let loop: EventLoop
    private let source = ScriptedSource()
    private let lines = LogLines()
    private let changes = Counter()
    private let discovery: Discovery

    private final class Counter {
        var count = 0
    }

    /// Another process, as far as the socket shows it.
    private final class ScriptedSource: DiscoverySource {
        var opened: ((consuming FileDescriptor) -> Void)?
        private var end: FileDescriptor?

        func start() {}

        /// A new process has been started.
        func open() throws {
            let (own, other) = try SocketPair(.stream).release()
            end = FileDescriptor(owning: other)
            let socket = FileDescriptor(owning: own)
            opened?(socket)
        }

        func close() { end = nil }

        func send(_ messages: DiscoveryMessage...) throws {
            try send(messages)
        }

        func send(_ messages: [DiscoveryMessage]) throws {
            var bytes: [UInt8] = []
            for message in messages.map(\.encoded) {
                bytes += withUnsafeBytes(of: UInt32(message.count).bigEndian) { Array($0) } + message
            }
            try send(bytes)
        }

        func send(_ bytes: [UInt8]) throws {
            guard let raw = end?.raw else { throw MessageError.cutOff }
            let count = try bytes.withUnsafeBytes { try Socket.send(raw, $0) }
            #expect(count == bytes.count)
        }
    }

    init() throws {
        loop = try EventLoop()
        discovery = Discovery(
            try ServedFolder().settings(docker: "unix:///nowhere"), from: source, limit: 3, on: loop, log: lines.logger
        ) { [changes] in changes.count += 1 }
        discovery.start()
        try source.open()
    }

    private func container(_ id: String, host: String = "a.example") -> DiscoveryMessage {
        .container(Container(id: id, name: id, environment: ["VIRTUAL_HOST": host]), isRoutable: true)
    }

    private func state(isSynchronized: Bool = true) -> DiscoveryMessage {
        var state = DiscoveryState()
        state.isSynchronized = isSynchronized
        state.isReady = isSynchronized
        return .state(state)
    }

    private func wait(for ids: [String]) throws {
        try loop.wait(for: "the containers \(ids)") { discovery.routable.map(\.id) == ids }
    }

    @Test("counts as one change what belongs together")
    func batch() throws {
        try source.send(container("b"), container("a"))
        try wait(for: ["a", "b"])
        #expect(changes.count == 0)
        #expect(!discovery.isReady)
        try source.send(state())
        try loop.wait(for: "the state") { discovery.isSynchronized }
        #expect(changes.count == 1)
        try source.send(container("a"), state())
        loop.settle()
        #expect(changes.count == 1, "the same once more is no change")
        try source.send(.removed(id: "a"), state())
        try wait(for: ["b"])
        loop.settle()
        #expect(changes.count == 2)
    }

    @Test("reads several ports of a container from its environment")
    func multiports() throws {
        let text = #"{"a.example": {"/": {"port": 80}}}"#
        try source.send(
            .container(
                Container(id: "a", name: "", environment: ["VIRTUAL_HOST_MULTIPORTS": text]), isRoutable: true))
        try wait(for: ["a"])
        #expect(discovery.routable[0].multiports != nil)
    }

    @Test("keeps its containers when the process ends, until a new one knows them all")
    func restart() throws {
        try source.send(container("a"), container("b"), state())
        try loop.wait(for: "the first process") { discovery.isSynchronized }
        source.close()
        try loop.wait(for: "the end") { !lines.lines.isEmpty }
        #expect(lines.lines[0].hasPrefix("error The process that follows the Docker engine has ended"))
        #expect(discovery.routable.map(\.id) == ["a", "b"])
        #expect(discovery.isSynchronized && discovery.isReady)
        try source.open()
        try source.send(state(isSynchronized: false), container("b"), container("c"))
        try wait(for: ["a", "b", "c"])
        try source.send(state())
        try wait(for: ["b", "c"])
    }

    @Test(
        "believes nothing more of a process that sends what is no message",
        arguments: [[0, 0, 0, 1, 9], [0, 0x40, 0, 1], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0]] as [[UInt8]])
    func garbage(bytes: [UInt8]) throws {
        try source.send(container("a"), state())
        try loop.wait(for: "the process") { discovery.isSynchronized }
        try source.send(bytes)
        try loop.wait(for: "the end") { !lines.lines.isEmpty }
        #expect(lines.lines[0].contains("a message"))
        #expect(discovery.routable.map(\.id) == ["a"])
    }

    @Test("knows no more containers than may run")
    func limit() throws {
        try source.send(container("a"), container("b"), container("c"), state())
        try wait(for: ["a", "b", "c"])
        try source.send(container("b", host: "b.example"), state())
        try loop.wait(for: "the change") { discovery.routable[1].environment["VIRTUAL_HOST"] == "b.example" }
        try source.send(container("one more"))
        try loop.wait(for: "the end") { !lines.lines.isEmpty }
        #expect(discovery.running.map(\.id) == ["a", "b", "c"])
    }

    @Test("writes the lines of the process to its own log")
    func log() throws {
        try source.send(.log(.warning, "one\ntwo"))
        try loop.wait(for: "the line") { !lines.lines.isEmpty }
        #expect(lines.lines == [#"warning one\ntwo"#])
    }
}
