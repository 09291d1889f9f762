import Bytes
import Proxy
import Routing
import Testing

@Suite("proxy_next_upstream", .timeLimit(.minutes(10)))
struct NextUpstreamTests {
    private func answer(_ status: Int) throws -> ScriptedBackend {
        try .answering("HTTP/1.1 \(status) X\r\nContent-Length: 3\r\n\r\n\(status)")
    }

    private func proxy(
        _ first: ScriptedBackend, _ second: ScriptedBackend, _ conditions: NextUpstream.Conditions, tries: Int = 0,
        timeout: Duration = .zero
    ) throws -> TestProxy {
        let host = VirtualHost.forwarding("red.test", to: [first.endpoint, second.endpoint]) { settings in
            settings.nextUpstream.conditions = conditions
            settings.nextUpstream.tries = tries
            settings.nextUpstream.timeout = timeout
        }
        let proxy = try TestProxy([host])
        proxy.backends = [first, second]
        return proxy
    }

    @Test(
        "sends a request to another backend for the statuses that it names, as long as there is one",
        arguments: [
            ([.status503], 503, 200, "GET", 200), ([.status404], 404, 200, "GET", 200),
            ([.status429, .error], 429, 200, "PUT", 200), ([.status500], 503, 200, "GET", 503),
            ([.error, .timeout], 503, 200, "GET", 503), ([.status503], 503, 503, "GET", 503),
            ([.status503], 503, 200, "POST", 503), ([.status503, .nonIdempotent], 503, 200, "POST", 200),
        ] as [(NextUpstream.Conditions, Int, Int, String, Int)])
    func statuses(
        _ conditions: NextUpstream.Conditions, _ first: Int, _ second: Int, _ method: String, _ expected: Int
    ) throws {
        let proxy = try proxy(answer(first), answer(second), conditions)
        let found = try proxy.get("/", method: method)
        #expect(found.status == expected)
        #expect(found.text == "\(expected)")
    }

    @Test("leaves what one does not find to the others, and does not take it for a failure")
    func missing() throws {
        let (first, second) = (try answer(404), try answer(200))
        let proxy = try proxy(first, second, [.status404])
        for _ in 1...4 { #expect(try proxy.get("/").status == 200) }
        #expect(first.log.current.requests.count >= 2)
        #expect(proxy.passedOver.isEmpty)
    }

    @Test("asks no more than it may, and nobody at all where it is off")
    func bounds() throws {
        #expect(try proxy(answer(503), answer(200), [.status503], tries: 1).get("/").status == 503)
        #expect(try proxy(answer(503), answer(200), [.status503], tries: 2).get("/").status == 200)
        #expect(try proxy(answer(503), answer(200), [.status503], timeout: .seconds(60)).get("/").status == 200)
        let gone = try answer(200)
        gone.stop()
        #expect(try proxy(gone, answer(200), []).get("/").status == 502)
        #expect(try proxy(gone, answer(200), [.error]).get("/").status == 200)
    }

    @Test("asks another one for an answer that is not valid where it says so")
    func garbage() throws {
        let garbage = try ScriptedBackend.answering("garbage\r\n\r\n")
        #expect(try proxy(garbage, answer(200), [.error]).get("/").status == 502)
        #expect(try proxy(garbage, answer(200), [.error, .invalidHeader]).get("/").status == 200)
    }
}
