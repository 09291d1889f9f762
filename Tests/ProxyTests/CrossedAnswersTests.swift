import Bytes
import Net
import Routing
import TestSupport
import Testing

/// Many clients at once over few kept connections, with both sides breaking off whenever they like.
@Suite("Crossed answers", .timeLimit(.minutes(10)))
struct CrossedAnswersTests {
    /// Answers with what was asked for, in a random form; now and then it closes, resets or cuts an answer short.
    private static func backend(_ seed: UInt64) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            var generator = SplitMix64(seed: seed &+ UInt64(connection.number))
            while true {
                let request = try connection.receiveRequest()
                let path = request.startLine.split(separator: " ")[1]
                let text =
                    "\(path)\(request.text)"
                    + String(repeating: ".", count: Int.random(in: 0..<3000, using: &generator))
                switch Int.random(in: 0..<12, using: &generator) {
                case 0: return
                case 1: return connection.stream.reset()
                case 2:
                    return try connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count + 1)\r\n\r\n\(text)")
                case 3:
                    return try connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
                    )
                case 4, 5, 6:
                    let size = String(text.utf8.count, radix: 16)
                    try connection.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n\(text)\r\n0\r\n\r\n")
                case 7: return try connection.send("HTTP/1.0 200 OK\r\n\r\n\(text)")
                default: try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
                }
            }
        }
    }

    private struct Tally: Sendable {
        var whole = 0
        var failed = 0
        var crossed: [String] = []
        var finished = 0
    }

    /// One client that asks for paths of its own, and breaks off now and then.
    private static func run(_ number: Int, _ endpoint: Endpoint, _ tally: Watched<Tally>) {
        var generator = SplitMix64(seed: UInt64(number))
        var client: TestStream?
        for round in 0..<100 {
            do {
                let current = try client ?? TestStream.connect(to: endpoint)
                client = current
                let path = "/\(number)-\(round)-"
                let body = Bool.random(using: &generator) ? "body\(number)" : ""
                let method = body.isEmpty ? "GET" : "PUT"
                try current.send(
                    "\(method) \(path) HTTP/1.1\r\nHost: registry.test\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                )
                if Int.random(in: 0..<20, using: &generator) == 0 {
                    current.reset()
                    client = nil
                    continue
                }
                let answer = try current.receiveResponse()
                tally.update { tally in
                    if answer.status == 200, answer.text.hasPrefix("\(path)\(body)") {
                        tally.whole += 1
                    } else if answer.status == 502 {
                        tally.failed += 1
                    } else {
                        tally.crossed.append("\(path): \(answer.head) \(answer.text.prefix(30))")
                    }
                }
                if answer["Connection"] == "close" { client = nil }
            } catch {
                tally.update { $0.failed += 1 }
                client = nil
            }
        }
        tally.update { $0.finished += 1 }
    }

    @Test("are never given, whatever breaks", arguments: [1, 2] as [Int])
    func crossed(_ workers: Int) throws {
        let backends = try [Self.backend(1), Self.backend(2)]
        let proxy = try TestProxy(to: backends, workers: workers)
        let tally = Watched(Tally())
        let endpoint = proxy.endpoint
        let threads = (0..<12).map { number in
            Thread.start(name: "client-\(number)") { Self.run(number, endpoint, tally) }
        }
        for thread in threads { thread.join() }
        let result = tally.current
        #expect(result.crossed.isEmpty)
        #expect(result.whole > 300)
        withExtendedLifetime(proxy) {}
    }

    @Test("nor does any mixture of bytes from a client bring the proxy down, or reach a backend broken")
    func mutatedRequests() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend])
        let seed = Array(
            ("GET /a HTTP/1.1\r\nHost: registry.test\r\nConnection: keep-alive, X\r\nX: y\r\n\r\n"
                + "PUT /b?c HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"
                + "POST /c HTTP/1.0\r\nHost: registry.test\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"
                + "PUT /d HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: u\r\n\r\n")
                .utf8)
        var generator = SplitMix64(seed: 3)
        for _ in 0..<600 {
            let client = try proxy.connect()
            try? client.send(generator.mutated(seed, alphabet: Array("\r\n\0 :,;0Aa/\t".utf8)))
            client.halfClose()
            _ = try? client.receiveToEnd()
        }
        #expect(try proxy.answer(to: plainGet).status == 200)
        let log = backend.log.current
        #expect(log.requests.count > 600)
        for request in log.requests {
            #expect(request.startLine.hasSuffix(" HTTP/1.1"))
            #expect(request.values("Host").count == 1)
            #expect(request.values("Content-Length").count + request.values("Transfer-Encoding").count <= 1)
        }
        #expect(log.faults.allSatisfy { $0.contains("closed behind") || $0.contains("after") || $0.contains("reset") })
    }

    @Test("nor any mixture of bytes from a backend; what the client gets is HTTP all the same")
    func mutatedResponses() throws {
        let seeds = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\nX: y\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: u\r\n\r\n",
            "HTTP/1.0 404 Not Found\r\nServer: x\r\n\r\nhello",
        ].map { Array($0.utf8) }
        let backend = try ScriptedBackend { connection in
            var generator = SplitMix64(seed: UInt64(connection.number))
            _ = try connection.receiveRequest()
            let seed = seeds.randomElement(using: &generator) ?? []
            try connection.stream.send(generator.mutated(seed, alphabet: Array("\r\n\0 :,;0Aa/\t".utf8)))
        }
        let proxy = try TestProxy(to: [backend])
        var whole = 0
        for _ in 0..<600 {
            if (try? proxy.answer(to: "POST / HTTP/1.1\r\nHost: registry.test\r\n\r\n")) != nil { whole += 1 }
        }
        #expect(whole > 300)
        #expect(try proxy.answer(to: "GET / HTTP/1.1\r\nHost: other.test\r\n\r\n").status == 503)
    }
}
