import Bytes
import HTTP
import Testing

@Suite("A session of HTTP/2")
struct HTTP2SessionTests {
    /// A server that answers each request when it is whole, with interim head, body and trailers.
    private static func server(_ limits: HTTP2Limits = HTTP2Limits()) -> HTTP2Peer {
        let server = HTTP2Peer(.server, limits)
        server.react = { [unowned server] event in
            switch event {
            case .head(let stream, endsStream: true), .ended(let stream), .trailers(let stream):
                server.respond(103, on: stream)
                server.respond(endsStream: false, on: stream)
                stream.trailers.add("X-Sum", "42")
                server.send("answer to \(stream.id)", isLast: true, on: stream)
            default: break
            }
        }
        return server
    }

    /// The frames of a client that sends a GET, and a POST with body and trailers.
    private static func requests() -> [UInt8] {
        let client = HTTP2Peer(.client)
        client.request("GET", "/one")
        guard let post = client.request("POST", "/two", endsStream: false) else { return [] }
        client.send("first ", on: post)
        post.trailers.add("X-Client", "sum")
        client.send("second", isLast: true, on: post)
        return client.take()
    }

    private static let seenByServer = [
        "settings", "1 GET /one whole", "3 POST /two", "3 data first second", "3 trailers true x-client: sum\r\n",
    ]

    private static let seenByClient = [
        "1 interim 103", "1 200", "1 data answer to 1", "1 trailers true x-sum: 42\r\n", "1 closed noError",
        "3 interim 103", "3 200", "3 data answer to 3", "3 trailers true x-sum: 42\r\n", "3 closed noError",
    ]

    @Test("serves after a rest as before, and rests only when nothing is under way")
    func rests() {
        let server = Self.server()
        let client = HTTP2Peer(.client)
        for number in 1...3 {
            client.forgetLog()
            client.request("GET", "/")
            server.session.rest()
            let request = client.take()
            server.give(Array(request.dropLast()))
            server.session.rest()
            server.give(Array(request.suffix(1)))
            server.session.rest()
            HTTP2Peer.exchange(server, client)
            let id = 2 * number - 1
            #expect(client.log.suffix(5).contains("\(id) data answer to \(id)"))
            server.session.rest()
            client.session.rest()
        }
    }

    @Test("reads requests the same, however their bytes are cut")
    func requestsCut() {
        let bytes = Self.requests()
        for split in 0...bytes.count {
            let server = HTTP2Peer(.server)
            server.give(Array(bytes[..<split]))
            server.give(Array(bytes[split...]))
            #expect(server.log == Self.seenByServer, "cut at \(split)")
        }
        let server = HTTP2Peer(.server)
        server.give(bytes, by: 1)
        #expect(server.log == Self.seenByServer)
    }

    @Test("reads a head that comes in as many frames as it may, byte by byte")
    func continuations() {
        // GET / of https://a, with a name of eight bytes of which each has a frame of its own.
        let block: [UInt8] = [0x82, 0x87, 0x84, 0x41, 0x01] + Array("a".utf8)
        let name: [UInt8] = [0x00, 0x01] + Array("x".utf8) + [0x04] + Array("long".utf8)
        var bytes = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
        bytes += [0, 0, UInt8(block.count), 1, 1, 0, 0, 0, 1] + block
        for (index, byte) in name.enumerated() {
            bytes += [0, 0, 1, 9, index == name.count - 1 ? 4 : 0, 0, 0, 0, 1, byte]
        }
        for size in [1, 4, .max] {
            let server = HTTP2Peer(.server)
            server.give(bytes, by: size)
            #expect(server.log == ["settings", "1 GET / whole"], "by \(size)")
        }
    }

    @Test("reads answers the same, however their bytes are cut")
    func answersCut() {
        func run(_ cut: (HTTP2Peer, [UInt8]) -> Void) -> [String] {
            let client = HTTP2Peer(.client)
            let server = Self.server()
            client.request("GET", "/one")
            client.request("GET", "/three")
            server.give(client.take())
            cut(client, server.take())
            return client.log.filter { $0 != "settings" }.sorted()
        }
        let whole = run { $0.give($1) }
        #expect(whole == Self.seenByClient.sorted())
        var length = 0
        _ = run { length = $1.count + 0 * $0.log.count }
        for split in 0...length {
            let log = run {
                $0.give(Array($1[..<split]))
                $0.give(Array($1[split...]))
            }
            #expect(log == whole, "cut at \(split)")
        }
        #expect(run { $0.give($1, by: 1) } == whole)
    }

    @Test("sends as much as the windows allow, and the rest when they are opened")
    func windows() {
        var limits = HTTP2Limits()
        limits.streamWindow = 100_000
        let client = HTTP2Peer(.client, limits)
        let server = HTTP2Peer(.server)
        client.takesBodies = false
        var answered: HTTP2Stream?
        server.react = { [unowned server] event in
            guard case .head(let stream, _) = event else { return }
            answered = stream
            server.respond(endsStream: false, on: stream)
            server.send(String(repeating: "x", count: 250_000), isLast: true, on: stream)
        }
        var received = 0
        client.react = { if case .data(let stream, let piece) = $0 { received += piece.count + 0 * Int(stream.id) } }
        let stream = client.request()
        HTTP2Peer.exchange(client, server)
        #expect(received == 100_000)
        #expect(answered.map { server.session.sendWindow(of: $0) } == 0)
        #expect(answered?.hasKept == true)
        #expect(stream?.unconsumedCount == 100_000)
        if let stream { client.session.growWindow(of: stream, to: 200_000) }
        HTTP2Peer.exchange(client, server)
        #expect(received == 200_000)
        if let stream { client.session.consume(150_000, on: stream) }
        HTTP2Peer.exchange(client, server)
        #expect(received == 250_000)
        #expect(server.log.contains("1 drained"))
        #expect(server.log.last == "1 closed noError")
    }

    @Test("fills the output up to its limit, and goes on when it was emptied")
    func outputLimit() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        server.react = { [unowned server] event in
            guard case .head(let stream, _) = event else { return }
            server.respond(endsStream: false, on: stream)
            server.send(String(repeating: "x", count: 60_000), isLast: true, on: stream)
        }
        client.request()
        client.request()
        server.give(client.take())
        var rounds = 0
        while true {
            let bytes = server.take(limit: 20_000)
            guard !bytes.isEmpty else { break }
            rounds += 1
            #expect(bytes.count < 20_000 + 16_384 + 100)
            client.give(bytes)
        }
        #expect(rounds >= 4)
        #expect(client.log.filter { $0.hasSuffix("ended") }.sorted() == ["1 ended", "3 ended"])
    }

    @Test("lets streams take turns, a large answer does not hold a small one up")
    func turns() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        server.react = { [unowned server] event in
            guard case .head(let stream, _) = event else { return }
            server.respond(endsStream: false, on: stream)
            server.send(String(repeating: "x", count: stream.id == 1 ? 200_000 : 10), isLast: true, on: stream)
        }
        client.request()
        client.request()
        server.give(client.take())
        client.give(server.take(limit: 50_000))
        #expect(client.log.contains("3 ended"))
        #expect(!client.log.contains("1 ended"))
    }

    @Test("asks for no more of a request that was answered before its end")
    func earlyAnswer() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        server.react = { [unowned server] event in
            switch event {
            case .head(let stream, _): server.respond(413, on: stream)
            case .answered(let stream): server.session.reset(stream, .noError)
            default: break
            }
        }
        let stream = client.request("POST", endsStream: false)
        if let stream { client.send("some", on: stream) }
        HTTP2Peer.exchange(client, server)
        #expect(client.log == ["1 drained", "settings", "1 413 whole", "1 closed noError"])
        #expect(server.log == ["settings", "1 POST /", "1 data some", "1 answered", "1 closed noError"])
    }

    @Test("keeps the client's direction of a tunnel open when its own has ended")
    func tunnel() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        server.react = { [unowned server] event in
            guard case .head(let stream, _) = event else { return }
            stream.isTunnel = true
            server.respond(endsStream: false, on: stream)
            server.send("bye", isLast: true, on: stream)
        }
        guard let stream = client.request("POST", endsStream: false) else {
            Issue.record("no stream")
            return
        }
        HTTP2Peer.exchange(client, server)
        #expect(client.log == ["settings", "1 200", "1 data bye", "1 ended"])
        client.send("still here", isLast: true, on: stream)
        HTTP2Peer.exchange(client, server)
        #expect(server.log.suffix(3) == ["1 data still here", "1 ended", "1 closed noError"])
    }

    @Test("tells of a stream that was reset by either side")
    func resets() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        var open: [Int32: HTTP2Stream] = [:]
        server.react = { if case .head(let stream, _) = $0 { open[stream.id] = stream } }
        let one = client.request("POST", endsStream: false)
        client.request("POST", endsStream: false)
        HTTP2Peer.exchange(client, server)
        if let one { client.session.reset(one, .cancel) }
        if let three = open[3] { server.session.reset(three, .internalError) }
        HTTP2Peer.exchange(client, server)
        #expect(server.log.suffix(2).sorted() == ["1 closed cancel", "3 closed internalError"])
        #expect(client.log.suffix(2).sorted() == ["1 closed cancel", "3 closed internalError"])
        #expect(server.session.streams.isEmpty)
        #expect(client.session.streams.isEmpty)
    }

    @Test("returns the connection's credit for what nobody took")
    func abandonedInput() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        server.takesBodies = false
        for _ in 0..<20 {
            guard let stream = client.request("POST", endsStream: false) else { continue }
            client.send(String(repeating: "x", count: 200_000), on: stream)
            HTTP2Peer.exchange(client, server)
            client.session.reset(stream, .cancel)
            HTTP2Peer.exchange(client, server)
        }
        #expect(server.log.filter { $0.hasSuffix("closed cancel") }.count == 20)
        #expect(server.log.filter { $0.contains("data") }.allSatisfy { $0.utf8.count > 200_000 })
    }

    @Test("returns the connection's credit apart from that of its streams, so that one does not hold up another")
    func separateCredit() {
        var limits = HTTP2Limits()
        limits.streamWindow = 60_000
        limits.connectionWindow = 70_000
        let client = HTTP2Peer(.client, limits)
        let server = HTTP2Peer(.server)
        client.takesBodies = false
        server.react = { [unowned server] event in
            guard case .head(let stream, _) = event else { return }
            server.respond(endsStream: false, on: stream)
            server.send(String(repeating: "x", count: 100_000), isLast: true, on: stream)
        }
        var received: [Int32: Int] = [:]
        client.react = { [unowned client] event in
            guard case .data(let stream, let piece) = event else { return }
            received[stream.id, default: 0] += piece.count
            client.session.consumeOnConnection(piece.count)
        }
        let first = client.request()
        client.request()
        HTTP2Peer.exchange(client, server)
        #expect(received == [1: 60_000, 3: 60_000])
        #expect(first?.unconsumedCount == 60_000)
        if let first { client.session.consumeOnStream(60_000, first) }
        HTTP2Peer.exchange(client, server)
        #expect(received == [1: 100_000, 3: 60_000])
    }

    @Test("ends without losing what is under way")
    func drain() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        var open: [HTTP2Stream] = []
        server.react = { if case .head(let stream, _) = $0 { open.append(stream) } }
        client.request("GET", "/under-way")
        HTTP2Peer.exchange(client, server)
        server.session.giveNotice()
        server.session.ping(7)
        // It crosses the notice.
        client.request("GET", "/crossing")
        HTTP2Peer.exchange(client, server)
        #expect(server.log.suffix(2).sorted() == ["3 GET /crossing whole", "pong 7"])
        #expect(client.log.last == "goaway 2147483647 noError")
        server.session.goAway()
        HTTP2Peer.exchange(client, server)
        #expect(client.log.last == "goaway 3 noError")
        #expect(client.request() == nil)
        #expect(!server.session.isOver)
        for stream in open { server.respond(on: stream) }
        HTTP2Peer.exchange(client, server)
        #expect(
            client.log.suffix(4).sorted() == ["1 200 whole", "1 closed noError", "3 200 whole", "3 closed noError"])
        #expect(server.session.isOver)
        #expect(client.session.isOver)
    }

    @Test("answers a breach of the protocol with a GOAWAY, and is over")
    func breach() {
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server)
        HTTP2Peer.exchange(client, server)
        // DATA on stream 0 (RFC 9113 §6.1).
        server.give([0, 0, 1, 0, 0, 0, 0, 0, 0, 65])
        client.give(server.take())
        #expect(client.log.last == "goaway 0 protocolError")
        #expect(server.session.isOver)
    }

    @Test("is of no use to a client that speaks something else")
    func badPreface() {
        let server = HTTP2Peer(.server)
        server.give(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        #expect(server.session.isBroken)
        #expect(server.session.isOver)
    }

    @Test("resets a stream whose head or length is malformed, and serves the others")
    func malformed() {
        let client = HTTP2Peer(.client)
        let server = Self.server()
        var block = HTTP2FieldBlock()
        block.add(":method", "POST")
        block.add(":scheme", "https")
        block.add(":authority", "app.test")
        block.add(":path", "/")
        block.add("content-length", "3")
        guard let stream = client.session.submitRequest(&block, endsStream: false, owner: nil) else {
            Issue.record("no stream")
            return
        }
        client.send("12345", isLast: true, on: stream)
        client.request()
        HTTP2Peer.exchange(client, server)
        #expect(client.log.contains("1 closed protocolError"))
        #expect(server.log.contains("1 closed protocolError"))
        #expect(!server.log.contains("1 ended"))
        #expect(client.log.contains("3 200"))
    }

    @Test("lets no more streams be open than its limit says")
    func concurrency() {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 2
        let client = HTTP2Peer(.client)
        let server = HTTP2Peer(.server, limits)
        var open: [HTTP2Stream] = []
        server.react = { if case .head(let stream, _) = $0 { open.append(stream) } }
        HTTP2Peer.exchange(client, server)
        #expect(client.session.permittedStreamCount == 2)
        for _ in 0..<3 { client.request() }
        HTTP2Peer.exchange(client, server)
        #expect(open.count == 2)
        server.respond(on: open[0])
        HTTP2Peer.exchange(client, server)
        #expect(open.count == 3)
    }
}
