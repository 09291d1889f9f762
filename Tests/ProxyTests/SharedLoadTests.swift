import Bytes
import Routing
import Testing

@Suite("Several backends", .timeLimit(.minutes(10)))
struct SharedLoadTests {
    private func backends(_ count: Int) throws -> [ScriptedBackend] {
        try (0..<count).map { number in
            try .answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)")
        }
    }

    private func answers(_ proxy: TestProxy, _ count: Int, _ request: String = plainGet) throws -> [String: Int] {
        let client = try proxy.connect()
        var answers: [String: Int] = [:]
        for _ in 1...count {
            try client.send(request)
            let answer = try client.receiveResponse()
            answers[answer.status == 200 ? answer.text : "\(answer.status)", default: 0] += 1
        }
        return answers
    }

    @Test("share the load evenly")
    func even() throws {
        #expect(try answers(TestProxy(to: backends(3)), 30) == ["0": 10, "1": 10, "2": 10])
    }

    @Test("share the load by their weight")
    func weighted() throws {
        let backends = try backends(2)
        var host = VirtualHost.forwarding("registry.test", to: backends.map(\.endpoint))
        host.locations[0].upstream?.backends[1].weight = 4
        #expect(try answers(TestProxy([host]), 50) == ["0": 10, "1": 40])
        withExtendedLifetime(backends) {}
    }

    @Test(
        "step in for one that refuses, whatever the request",
        arguments: [
            plainGet, "POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\n\r\nabc",
        ])
    func refused(_ request: String) throws {
        let backends = try backends(3)
        backends[1].stop()
        let counts = try answers(TestProxy(to: backends), 30, request)
        #expect(counts["1"] == nil)
        #expect((counts["0"] ?? 0) + (counts["2"] ?? 0) == 30)
    }

    @Test("are all tried before the client is told that none answers")
    func allRefuse() throws {
        let backends = try backends(3)
        for backend in backends { backend.stop() }
        let proxy = try TestProxy(to: backends)
        #expect(try answers(proxy, 3) == ["502": 3])
    }

    @Test(
        "step in for one that has seen the request only where it may be repeated; that one is then left alone",
        arguments: [
            (plainGet, ["0": 4]),
            ("POST / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 0\r\n\r\n", ["502": 1, "0": 3]),
        ])
    func seen(_ request: String, _ expected: [String: Int]) throws {
        let broken = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let proxy = try TestProxy(to: [broken] + backends(1))
        #expect(try answers(proxy, 4, request) == expected)
    }

    @Test("are used again as soon as they are back")
    func back() throws {
        let backends = try backends(1)
        let proxy = try TestProxy(to: backends)
        #expect(try answers(proxy, 1) == ["0": 1])
        backends[0].stop()
        try backends[0].disconnect()
        #expect(try answers(proxy, 1) == ["502": 1])
        let again = try ScriptedBackend(at: backends[0].endpoint) { connection in
            while true {
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n9")
            }
        }
        #expect(try answers(proxy, 2) == ["9": 2])
        withExtendedLifetime(again) {}
    }
}
