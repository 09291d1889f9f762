import Bytes
import Proxy
import Routing
import Testing

@Suite("Changes while requests run", .timeLimit(.minutes(10)))
struct WorkerTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"

    /// A backend that sends the second half of its answer when told.
    private func halting(_ gate: Signal) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                try connection.send(Self.head + "abc")
                try gate.pass()
                try connection.send("def")
            }
        }
    }

    @Test("a request that runs keeps its route when the configuration changes, the next one has the new route")
    func newRoute() throws {
        let gate = Signal()
        let old = try halting(gate)
        let new = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [old])
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try client.receive(through: "abc")
        try proxy.serve([.forwarding("registry.test", to: [new.endpoint])])
        gate.open()
        #expect(try client.receive(3) == Array("def".utf8))
        try client.send(plainGet)
        #expect(try client.receiveResponse().text == "ok")
        try old.waitUntilEnded(1)
    }

    @Test("a request that runs survives the removal of its host")
    func hostRemoved() throws {
        let gate = Signal()
        let backend = try halting(gate)
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try client.receive(through: "abc")
        try proxy.serve([])
        gate.open()
        #expect(try client.receive(3) == Array("def".utf8))
        try client.send(plainGet)
        #expect(try client.receiveResponse().status == 503)
        try backend.waitUntilEnded(1)
    }

    @Test("an upload goes on through changes")
    func upload() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 6\r\n\r\nabc")
        _ = try backend.log.wait(for: "a connection") { $0.connectionCount == 1 }
        try proxy.serve([])
        try client.send("def")
        #expect(try client.receiveResponse().text == "ok")
        #expect(try backend.requests(1)[0].text == "abcdef")
    }

    @Test("idle connections to a backend that is routed to no more are closed, others are kept")
    func retired() throws {
        let kept = try ScriptedBackend.answering()
        let dropped = try ScriptedBackend.answering()
        let hosts = [
            VirtualHost.forwarding("kept.test", to: [kept.endpoint]),
            .forwarding("dropped.test", to: [dropped.endpoint]),
        ]
        let proxy = try TestProxy(hosts)
        for name in ["kept", "dropped"] {
            #expect(try proxy.answer(to: "GET / HTTP/1.1\r\nHost: \(name).test\r\n\r\n").status == 200)
        }
        try proxy.serve([hosts[0]])
        try dropped.waitUntilEnded(1)
        #expect(try proxy.answer(to: "GET / HTTP/1.1\r\nHost: kept.test\r\n\r\n").status == 200)
        #expect(kept.log.current.connectionCount == 1)
        try proxy.serve(hosts)
        #expect(try proxy.answer(to: "GET / HTTP/1.1\r\nHost: dropped.test\r\n\r\n").status == 200)
    }

    @Test("changed limits hold for the next request of a connection")
    func limits() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        let request = "PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\nabc"
        try client.send(request)
        #expect(try client.receiveResponse().status == 200)
        try proxy.serve([.forwarding("registry.test", to: [backend.endpoint]) { $0.maxBodySize = 2 }])
        try client.send(request)
        #expect(try client.receiveResponse().status == 413)
    }

    @Test("many changes under load fail no request", arguments: [1, 2])
    func underLoad(_ workers: Int) throws {
        let backends = try [ScriptedBackend.answering(), .answering()]
        let proxy = try TestProxy(to: backends, workers: workers)
        let clients = try (1...8).map { _ in try proxy.connect() }
        for round in 1...50 {
            for client in clients { try client.send(plainGet) }
            try proxy.serve([.forwarding("registry.test", to: [backends[round % 2].endpoint])])
            for client in clients { #expect(try client.receiveResponse().text == "ok") }
        }
    }

    // MARK: Draining

    @Test("draining closes idle connections at once, refuses new ones and ends when none is left")
    func drainIdle() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend], workers: 2)
        let fresh = try proxy.connect()
        let used = try proxy.connect()
        try used.send(plainGet)
        _ = try used.receiveResponse()
        proxy.drain()
        #expect(try fresh.receiveToEnd().isEmpty)
        #expect(try used.receiveToEnd().isEmpty)
        #expect(used.end == .closed)
        try proxy.waitUntilEnded()
        #expect(throws: TestFault.self) { try proxy.connect() }
        try backend.waitUntilEnded(1)
    }

    @Test("draining lets a request that runs end, says that the connection closes, and takes no other")
    func drainRunning() throws {
        let gate = Signal()
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try gate.pass()
            try connection.send(Self.head + "abcdef")
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try backend.requests(1)
        let idle = try proxy.connect()
        proxy.drain()
        try idle.waitForEnd()
        #expect(throws: TestFault.self) { try proxy.connect() }
        gate.open()
        let answer = try client.receiveResponse()
        #expect(answer.text == "abcdef")
        #expect(answer["Connection"] == "close")
        try client.waitForEnd()
        client.close()
        try proxy.waitUntilEnded()
    }

    @Test("draining lets an answer that was begun end, and an upload")
    func drainBegun() throws {
        let gate = Signal()
        let proxy = try TestProxy(to: [halting(gate)])
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try client.receive(through: "abc")
        let uploading = try proxy.connect()
        try uploading.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\n")
        let idle = try proxy.connect()
        proxy.drain()
        try idle.waitForEnd()
        try uploading.send("abc")
        gate.open()
        #expect(try client.receive(3) == Array("def".utf8))
        #expect(try uploading.receiveResponse().text == "abcdef")
        client.close()
        uploading.close()
        try proxy.waitUntilEnded()
    }

    @Test("draining lets a slow client take the rest of an answer that is whole already")
    func drainSlowClient() throws {
        let text = String(repeating: "x", count: 100_000)
        let backend = try ScriptedBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n\(text)")
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect(receiveBuffer: 4096)
        try client.send(plainGet)
        _ = try client.receive(through: "\r\n\r\n")
        let idle = try proxy.connect()
        proxy.drain()
        try idle.waitForEnd()
        #expect(try client.receive(100_000).count == 100_000)
        client.close()
        try proxy.waitUntilEnded()
    }

    @Test("stopping ends the workers whatever runs, and lets no answer pass for a whole one")
    func stop() throws {
        let gate = Signal()
        let client = try TestProxy(to: [halting(gate)]).connect()
        try client.send("GET / HTTP/1.0\r\nHost: registry.test\r\n\r\n")
        _ = try client.receive(through: "abc")
        client.proxy = nil
        #expect(try client.waitForEnd() == .reset)
        gate.open()
    }

    @Test("a port that is taken is named")
    func portTaken() throws {
        let proxy = try TestProxy([])
        let error = #expect(throws: ListenError.self) {
            try TestProxy([]) { $0.httpAddresses = [proxy.endpoint] }
        }
        #expect(error?.address == proxy.endpoint)
    }
}
