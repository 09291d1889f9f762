import Bytes
import Routing
import Testing

@Suite("Connections to backends", .timeLimit(.minutes(10)))
struct UpstreamKeepaliveTests {
    private func host(_ backend: ScriptedBackend, _ keepalive: UpstreamKeepalive) -> VirtualHost {
        var host = VirtualHost.forwarding("registry.test", to: [backend.endpoint])
        host.locations[0].upstream?.keepalive = keepalive
        return host
    }

    @Test("are kept where nothing else is asked for")
    func automatic() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy([host(backend, .automatic)])
        for _ in 0..<3 { #expect(try proxy.answer(to: plainGet).text == "ok") }
        #expect(backend.log.current.connectionCount == 1)
        #expect(try backend.requests(3).allSatisfy { $0["Connection"] == nil })
    }

    @Test("are closed behind each answer where they are not to be kept, and the backend is told")
    func disabled() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy([host(backend, .disabled)])
        for _ in 0..<3 { #expect(try proxy.answer(to: plainGet).text == "ok") }
        try backend.waitUntilEnded(3)
        #expect(try backend.requests(3).allSatisfy { $0.values("Connection") == ["close"] })
    }

    @Test("are kept up to the number that is asked for")
    func limited() throws {
        let gate = Signal()
        let backend = try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                if connection.number < 3 { try gate.pass() }
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
        }
        let proxy = try TestProxy([host(backend, .limit(2))])
        let clients = try (0..<3).map { _ in try proxy.connect() }
        for client in clients { try client.send(plainGet) }
        _ = try backend.requests(3)
        gate.open()
        for client in clients { #expect(try client.receiveResponse().text == "ok") }
        try backend.waitUntilEnded(1)
        #expect(try proxy.answer(to: plainGet).text == "ok")
        #expect(backend.log.current.connectionCount == 3)
        #expect(backend.log.current.endedCount == 1)
    }

    @Test(
        "are not kept to a backend of HTTP/1.0, whatever it says, because it may serve one connection at a time",
        arguments: [
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok",
        ])
    func oldBackend(_ answer: String) throws {
        let turn = Watched(0)
        let backend = try ScriptedBackend { connection in
            // Whoever comes second waits until the first has been let go.
            try turn.wait(for: "connection \(connection.number)") { $0 == connection.number }
            _ = try connection.receiveRequest()
            try connection.send(answer)
            try connection.waitForEnd()
            turn.update { $0 += 1 }
        }
        let proxy = try TestProxy([host(backend, .automatic)], workers: 2)
        let clients = try (0..<6).map { _ in try proxy.connect() }
        for client in clients { try client.send(plainGet) }
        for client in clients { #expect(try client.receiveResponse().text == "ok") }
        for client in clients { try client.send(plainGet) }
        for client in clients { #expect(try client.receiveResponse().text == "ok") }
        #expect(backend.log.current.connectionCount == 12)
    }

    @Test("share requests as the upstream says, the client's address deciding")
    func addresses() throws {
        let red = try ScriptedBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nred")
        let blue = try ScriptedBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nblue")
        var host = VirtualHost.forwarding("registry.test", to: [red.endpoint, blue.endpoint])
        host.locations[0].upstream?.balancing = .clientAddress
        let proxy = try TestProxy([host])
        let first = try proxy.answer(to: plainGet).text
        for _ in 0..<5 { #expect(try proxy.answer(to: plainGet).text == first) }
        host.locations[0].upstream?.balancing = .hash(Template(pieces: [.variable(.args)]))
        try proxy.serve([host])
        let answers = try (0..<20).map { number in
            let request = "GET /?\(number) HTTP/1.1\r\nHost: registry.test\r\n\r\n"
            let text = try proxy.answer(to: request).text
            #expect(try proxy.answer(to: request).text == text)
            return text
        }
        #expect(Set(answers) == ["red", "blue"])
    }

    @Test("go to the backend with the fewest requests under way")
    func leastConnections() throws {
        let gate = Signal()
        let slow = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try gate.pass()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow")
        }
        let fast = try ScriptedBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfast")
        var host = VirtualHost.forwarding("registry.test", to: [slow.endpoint, fast.endpoint])
        host.locations[0].upstream?.balancing = .leastConnections
        let proxy = try TestProxy([host])
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try slow.requests(1)
        for _ in 0..<4 { #expect(try proxy.answer(to: plainGet).text == "fast") }
        gate.open()
        #expect(try client.receiveResponse().text == "slow")
    }
}
