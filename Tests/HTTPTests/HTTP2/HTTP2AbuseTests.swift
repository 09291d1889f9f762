import Bytes
import HTTP
import Testing

@Suite("A session of HTTP/2 whose client oversteps its bounds")
struct HTTP2AbuseTests {
    /// A server that does nothing by itself, and a client that has taken its settings.
    private static func pair(_ limits: HTTP2Limits = HTTP2Limits()) -> (client: HTTP2Peer, server: HTTP2Peer) {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server, limits)
        HTTP2Peer.exchange(client, server)
        return (client, server)
    }

    private static func open(_ client: HTTP2Peer, _ add: (inout HTTP2FieldBlock) -> Void = { _ in }) -> HTTP2Stream? {
        var block = HTTP2FieldBlock()
        block.add(":method", "GET")
        block.add(":scheme", "https")
        block.add(":authority", "app.test")
        block.add(":path", "/")
        add(&block)
        return client.session.submitRequest(&block, endsStream: true, owner: nil)
    }

    private static func openAndReset(_ client: HTTP2Peer, _ server: HTTP2Peer) {
        let stream = open(client)
        // A request that was not sent yet would just be dropped.
        server.give(client.take())
        if let stream { client.session.reset(stream, .cancel) }
        HTTP2Peer.exchange(client, server)
    }

    @Test("is ended for resets, and says so")
    func rapidReset() {
        let (client, server) = Self.pair()
        for number in 1...200 {
            Self.openAndReset(client, server)
            #expect(server.session.abuse == nil, "after \(number)")
        }
        Self.openAndReset(client, server)
        #expect(server.session.abuse == .resets)
        #expect(server.session.isOver)
        #expect(client.log.contains { $0.hasPrefix("goaway") && $0.hasSuffix("enhanceYourCalm") })
    }

    @Test("lets a client reset as many as it likes in as much time as that takes")
    func slowResets() {
        let (client, server) = Self.pair()
        for _ in 0..<300 {
            server.now += 40_000_000
            Self.openAndReset(client, server)
        }
        #expect(server.session.abuse == nil)
    }

    @Test("is ended for resets that the client provokes, and not for those that are this side's doing")
    func provokedResets() {
        for (code, abuse) in [
            (HTTP2ErrorCode.protocolError, HTTP2Abuse.resets), (.refusedStream, .resets), (.streamClosed, .resets),
            (.flowControlError, .resets), (.noError, nil), (.internalError, nil), (.cancel, nil),
        ] {
            let (client, server) = Self.pair()
            server.react = { [unowned server] in
                if case .head(let stream, _) = $0 { server.session.reset(stream, code) }
            }
            for _ in 0...200 {
                _ = Self.open(client)
                HTTP2Peer.exchange(client, server)
            }
            #expect(server.session.abuse == abuse, "\(code)")
        }
    }

    @Test("counts heads that were refused as resets")
    func refusedHeads() {
        let (_, server) = Self.pair()
        for _ in 0..<200 { server.session.refusedHead() }
        #expect(server.session.abuse == nil)
        server.session.refusedHead()
        #expect(server.session.abuse == .resets)
        #expect(!server.take().isEmpty)
        #expect(server.session.isOver)
    }

    @Test("stops unpacking a head that grows without end, and forgets none of the table's fields")
    func bomb() {
        var limits = HTTP2Limits()
        limits.headBytes = 20_000
        let (client, server) = Self.pair(limits)
        let line = Array("x-bomb: \(String(repeating: "y", count: 3000))\r\n".utf8)
        func fields(_ count: Int) -> (inout HTTP2FieldBlock) -> Void {
            { block in for _ in 0..<count { line.withUnsafeBytes { block.addLines($0) } } }
        }
        _ = Self.open(client, fields(5))
        HTTP2Peer.exchange(client, server)
        #expect(server.session.abuse == nil)
        #expect(server.log.contains("1 GET / whole"))
        _ = Self.open(client, fields(7))
        HTTP2Peer.exchange(client, server)
        #expect(server.session.abuse == .headBytes)
        #expect(!server.log.contains { $0.hasPrefix("3 ") && $0.hasSuffix("whole") })
        #expect(client.log.contains { $0.hasPrefix("goaway") && $0.hasSuffix("enhanceYourCalm") })
    }

    @Test("goes on for clients whose requests are answered, whatever else they send for them")
    func honest() {
        let (client, server) = Self.pair()
        server.react = { [unowned server] event in
            guard case .head(let stream, _) = event else { return }
            server.respond(endsStream: false, on: stream)
            server.send(String(repeating: "x", count: 2_000), isLast: true, on: stream)
        }
        for number in 0..<1500 {
            _ = Self.open(client)
            client.session.ping(UInt64(number))
            client.session.ping(UInt64(number))
            HTTP2Peer.exchange(client, server)
        }
        #expect(server.session.abuse == nil)
        #expect(client.log.count { $0.hasSuffix("closed noError") } == 1500)
    }

    @Test("does not judge backends, which are the operator's own")
    func clientSide() {
        // Its answers are judged in turn.
        var limits = HTTP2Limits()
        limits.glitches = 10_000
        let (client, server) = Self.pair(limits)
        for number in 0..<3000 {
            server.session.ping(UInt64(number))
            HTTP2Peer.exchange(client, server)
        }
        #expect(client.session.abuse == nil)
        #expect(!client.session.isOver)
    }
}
