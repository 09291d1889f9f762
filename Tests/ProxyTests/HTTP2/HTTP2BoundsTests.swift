import Bytes
import HTTP
import Net
import Proxy
import Testing

@Suite("Bounds of clients of HTTP/2", .timeLimit(.minutes(10)))
struct HTTP2BoundsTests {
    /// A proxy with such bounds before a backend that answers nothing.
    private static func proxy(
        _ bound: (inout HTTP2Limits) -> Void, timeout: Duration = .seconds(60)
    ) throws -> (TestProxy, ScriptedBackend) {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(
            to: [backend],
            configure: {
                bound(&$0.http2Limits)
                $0.clientHeaderTimeout = timeout
            })
        return (proxy, backend)
    }

    private static func abuses(of proxy: TestProxy) -> [HTTP2Abuse] {
        proxy.reports.current.compactMap { if case .abused(let abuse, _) = $0 { abuse } else { nil } }
    }

    @Test("end the connection with ENHANCE_YOUR_CALM, free every backend, and are reported once")
    func resets() throws {
        let (proxy, backend) = try Self.proxy {
            $0.resets = 3
            $0.resetsPerSecond = 0
        }
        let client = try proxy.connectHTTP2()
        let waiting = try (0..<5).map { _ in try client.request() }
        _ = try backend.requests(5)
        for answer in waiting.prefix(4) { try client.reset(answer) }
        try client.receive(until: "the end") { client.goAway != nil }
        #expect(client.goAway?.code == .enhanceYourCalm)
        try backend.waitUntilEnded(5)
        try client.receiveToEnd()
        try proxy.reports.wait(for: "the report") { reports in
            reports.contains { if case .abused = $0 { true } else { false } }
        }
        #expect(Self.abuses(of: proxy) == [.resets])
        // Another connection of the same client is as good as any.
        let other = try proxy.connectHTTP2()
        _ = try other.request()
        _ = try backend.requests(6)
        #expect(other.goAway == nil)
    }

    @Test("end a client that never reads, too, and free its backends")
    func unread() throws {
        let (proxy, backend) = try Self.proxy {
            $0.glitches = 50
            $0.glitchesPerSecond = 0
        }
        let client = try proxy.connectHTTP2(receiveBuffer: 4096)
        _ = try client.request()
        _ = try backend.requests(1)
        for number in 0..<60 { client.session.ping(UInt64(number)) }
        try client.flush()
        try backend.waitUntilEnded(1)
        #expect(Self.abuses(of: proxy) == [.glitches])
    }

    @Test(
        "hold for the time to a first request, however far it has come",
        arguments: ["nothing", "preface", "half a head"])
    func firstHead(_ stage: String) throws {
        let (proxy, _) = try Self.proxy({ _ in }, timeout: .milliseconds(50))
        let stream = try proxy.connect()
        let opening = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        switch stage {
        case "preface": try stream.send(opening)
        case "half a head": try stream.send(opening + [0, 1, 0, 1, 4, 0, 0, 0, 1, 0x82])
        default: break
        }
        _ = try stream.receiveToEnd()
    }
}
