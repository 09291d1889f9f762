import Bytes
import Net
import Routing
import Testing

@Suite("A request whose backend fails", .timeLimit(.minutes(10)))
struct RetryTests {
    /// A port on which nobody listens.
    private static func closedPort() throws -> Endpoint {
        let socket = try Socket.listen(on: .ip(Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)))
        return try #require(Socket.localEndpoint(socket.raw))
    }

    /// A host whose first turn is that of the first backend.
    private func proxy(
        _ backends: [Endpoint], _ settings: (inout LocationSettings) -> Void = { _ in }
    ) throws -> TestProxy {
        try TestProxy([.forwarding("registry.test", to: backends, settings)])
    }

    private func request(_ method: String, body: String = "") -> String {
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        return "\(method) /v2/ HTTP/1.1\r\nHost: registry.test\r\n\(length)\r\n\(body)"
    }

    @Test("is sent to the next one when the connection is refused, whatever its method", arguments: ["GET", "POST"])
    func refused(_ method: String) throws {
        let good = try ScriptedBackend.answering()
        let proxy = try proxy([Self.closedPort(), good.endpoint])
        for _ in 0..<4 { #expect(try proxy.answer(to: request(method, body: "hello")).text == "ok") }
        #expect(try good.requests(4).map(\.text) == ["hello", "hello", "hello", "hello"])
        // Once refused, it is not asked again.
        #expect(proxy.passedOver == ["the backend refused the connection"])
        #expect(proxy.failures.isEmpty)
    }

    @Test("is sent to the next one when the first closes without an answer and doing it twice does no harm")
    func closed() throws {
        let bad = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let good = try ScriptedBackend.answering()
        let proxy = try proxy([bad.endpoint, good.endpoint])
        #expect(try proxy.answer(to: request("GET")).text == "ok")
        #expect(try bad.requests(1).count == 1)
        #expect(try proxy.answer(to: request("PUT")).text == "ok")
        #expect(bad.log.current.requests.count == 1)
    }

    @Test("is sent to the next one with the end of a body that had nothing else", arguments: ["", "X-Sum: 1\r\n"])
    func emptyBody(trailers: String) throws {
        let bad = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let good = try ScriptedBackend.answering()
        let proxy = try proxy([bad.endpoint, good.endpoint])
        let answer = try proxy.answer(
            to: "PUT /v2/ HTTP/1.1\r\nHost: registry.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(trailers)\r\n")
        #expect(answer.text == "ok")
        #expect(try bad.requests(1).count == 1)
        #expect(try good.requests(1)[0].trailers.count == (trailers.isEmpty ? 0 : 1))
    }

    @Test("is not sent twice where that may do harm", arguments: ["POST", "PATCH"])
    func notRepeated(_ method: String) throws {
        let bad = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let good = try ScriptedBackend.answering()
        let proxy = try proxy([bad.endpoint, good.endpoint])
        #expect(try proxy.answer(to: request(method)).status == 502)
        #expect(good.log.current.connectionCount == 0)
        // The failure counts all the same.
        #expect(try proxy.answer(to: request(method)).text == "ok")
    }

    @Test("is not sent twice once a part of its body has gone")
    func bodySent() throws {
        let bad = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let good = try ScriptedBackend.answering()
        let proxy = try proxy([bad.endpoint, good.endpoint])
        #expect(try proxy.answer(to: request("PUT", body: "hello")).status == 502)
        #expect(good.log.current.connectionCount == 0)
    }

    @Test("is sent to the next one when the first does not answer in time")
    func silent() throws {
        let bad = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.waitForEnd()
        }
        let good = try ScriptedBackend.answering()
        let proxy = try proxy([bad.endpoint, good.endpoint]) { $0.readTimeout = .milliseconds(50) }
        #expect(try proxy.answer(to: request("GET")).text == "ok")
        #expect(proxy.passedOver == ["the backend did not answer in time"])
    }

    @Test("is told what the last one did when all fail, and all are asked again the next time")
    func allFail() throws {
        let bad = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let worse = try ScriptedBackend { connection in _ = try connection.receiveRequest() }
        let proxy = try proxy([bad.endpoint, worse.endpoint])
        for count in 1...3 {
            #expect(try proxy.answer(to: request("GET")).status == 502)
            #expect(try bad.requests(count).count == count)
            #expect(try worse.requests(count).count == count)
        }
    }

    @Test("asks the only one again and again")
    func single() throws {
        let backend = try ScriptedBackend(
            { connection in _ = try connection.receiveRequest() },
            { connection in
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            })
        let proxy = try TestProxy(to: [backend])
        #expect(try proxy.answer(to: plainGet).status == 502)
        #expect(try proxy.answer(to: plainGet).text == "ok")
    }

    @Test("is not repeated once its answer has begun")
    func cut() throws {
        let bad = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
        }
        let good = try ScriptedBackend.answering()
        let client = try proxy([bad.endpoint, good.endpoint]).connect()
        try client.send(request("GET"))
        #expect(try client.waitForEnd() == .reset)
        #expect(good.log.current.connectionCount == 0)
    }
}
