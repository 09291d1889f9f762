import Bytes
import HTTP
import Proxy
import Routing
import Testing

@Suite("Ends of streams to backends", .timeLimit(.minutes(10)))
struct HTTP2UpstreamEndsTests {
    @Test("of a client that went away reach the backend, and touch no other stream")
    func cancelled() throws {
        let codes = Watched<[String]>([])
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let first = try server.next()
            try server.respond(to: first, body: "begun")
            let second = try server.next()
            try server.respond(to: second, body: "begun")
            try server.receive(until: "the first one's end") { first.code != nil }
            codes.update { $0 = ["\(first.code ?? .noError)", "\(second.code.map { "\($0)" } ?? "open")"] }
            try server.send(Array(" and ended".utf8), isLast: true, on: second)
            try connection.waitForEnd()
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let first = try client.request("POST", endsStream: false)
        try client.receive(until: "a beginning") { first.text == "begun" }
        let other = try proxy.connectHTTP2()
        let second = try other.request()
        try other.receive(until: "a beginning") { second.text == "begun" }
        try client.reset(first)
        #expect(try other.receive(second).text == "begun and ended")
        #expect(codes.current == ["cancel", "open"])
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test("of clients of HTTP/1 that went away reach the backend too")
    func cancelledByHTTP1() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let request = try server.next()
            try server.respond(to: request, body: "begun")
            try server.receive(until: "the end") { request.code == .cancel }
            let next = try server.next()
            try server.respond(to: next, body: "next", isLast: true)
            try connection.waitForEnd()
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connect()
        try client.send(plainGet)
        _ = try client.receive(through: "\r\n\r\n")
        client.reset()
        #expect(try proxy.answer(to: plainGet).text == "next")
    }

    @Test("that the backend resets unseen are made up for on another connection, body and trailers included")
    func refused() throws {
        let backend = try ScriptedBackend(
            { connection in
                let server = HTTP2Server(connection)
                let request = try server.nextWhole()
                try server.reset(request, .refusedStream)
                try connection.waitForEnd()
            },
            { connection in
                let server = HTTP2Server(connection)
                let request = try server.nextWhole()
                try server.respond(to: request, body: "\(request.text) \(request.trailers)", isLast: true)
                try connection.waitForEnd()
            })
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let answer = try client.request("POST", endsStream: false)
        try client.send("body", on: answer)
        try client.end(answer, trailers: [("x-sum", "1")])
        #expect(try client.receive(answer).text == "body x-sum: 1\r\n")
        #expect(backend.log.current.connectionCount == 2)
        #expect(proxy.failures.isEmpty)
    }

    @Test("that the backend refuses again, or whose body is too large to be sent again, fail")
    func refusedForGood() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            while let request = try? server.nextWhole() { try server.reset(request, .refusedStream) }
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        #expect(try client.receive(client.request("POST")).status == 502)
        let large = try client.request("POST", endsStream: false)
        try client.send([UInt8](repeating: 65, count: 50_000), isLast: true, on: large)
        #expect(try client.receive(large).status == 502)
        #expect(proxy.failures == Array(repeating: "the backend takes no further stream now", count: 2))
    }

    @Test("that a GOAWAY leaves out are made up for on another connection, and the others go on")
    func goAway() throws {
        let backend = try ScriptedBackend(
            { connection in
                // Frames by hand: a session would not forget a stream that it has seen.
                _ = try connection.stream.receive(24)
                let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
                try connection.stream.send(settings)
                var heads = 0
                while heads < 2 {
                    let header = try connection.stream.receive(9)
                    let count = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
                    if count > 0 { _ = try connection.stream.receive(count) }
                    if header[3] == 1 { heads += 1 }
                }
                let goAway: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
                // The answer is `:status: 200` with the end of the stream.
                let answer: [UInt8] = [0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88]
                try connection.stream.send(goAway + answer)
                try connection.waitForEnd()
            },
            { connection in
                try HTTP2Server(connection).echo()
            })
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let answers = try [client.request("POST", "/first"), client.request("POST", "/second")]
        for answer in answers { try client.receive(answer) }
        #expect(answers.map(\.status) == [200, 200])
        #expect(Set(answers.map(\.text)) == ["", "/second "] || Set(answers.map(\.text)) == ["", "/first "])
        #expect(backend.log.current.connectionCount == 2)
        try backend.waitUntilEnded(1)
    }

    @Test("in the middle of an answer are shown to the client as such, and touch no other stream")
    func resetAmidAnswer() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let first = try server.next()
            let second = try server.next()
            try server.respond(to: first, body: "begun")
            try server.respond(to: second, body: "begun")
            try server.reset(first, .internalError)
            try server.send(Array(" and ended".utf8), isLast: true, on: second)
            try connection.waitForEnd()
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let answers = try [client.request(), client.request()]
        for answer in answers { try client.receive(answer) }
        #expect(answers.count { $0.code == .internalError } == 1)
        #expect(answers.first { $0.code != .internalError }?.text == "begun and ended")
    }

    @Test("before an answer are told with 502; so is what is no answer", arguments: 0..<5)
    func broken(_ kind: Int) throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let request = try server.next()
            switch kind {
            case 0: try server.reset(request, .internalError)
            case 1: return
            case 2: try server.respond(to: request, [("content-length", "5")], isLast: true)
            case 3: try server.respond(to: request, status: 101)
            default: for _ in 0..<30 { try server.respond(to: request, status: 103) }
            }
            try connection.waitForEnd()
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        #expect(try client.receive(client.request("POST")).status == 502)
    }

    @Test("whose connection breaks in the middle of answers are shown to all clients")
    func connectionBreaks() throws {
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            for _ in 0..<3 { try server.respond(to: server.next(), body: "begun") }
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        let client = try proxy.connectHTTP2()
        let answers = try (0..<3).map { _ in try client.request() }
        for answer in answers { #expect(try client.receive(answer).code == .internalError) }
    }

    // MARK: - Flow

    @Test("wait for a client that takes nothing, without a bound being passed or anybody else held up")
    func stalledClient() throws {
        let count = 6_000_000
        let kept = Watched(0)
        let backend = try ScriptedBackend { connection in
            let server = HTTP2Server(connection)
            let large = try server.next()
            try server.respond(to: large, body: "x")
            try server.send([UInt8](repeating: 66, count: count - 1), isLast: true, on: large)
            let other = try server.next()
            try server.respond(to: other, body: "x")
            try server.send([UInt8](repeating: 67, count: count - 1), isLast: true, on: other)
            try server.receive(until: "the other's end") { other.code != nil }
            kept.update { $0 = large.stream.keptCount }
            try server.receive(until: "the end") { large.code != nil }
            try connection.waitForEnd()
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend)
        var limits = HTTP2Limits()
        limits.streamWindow = 1
        let stalled = try proxy.connectHTTP2(limits: limits)
        stalled.takesBodies = false
        let answer = try stalled.request()
        try stalled.receive(until: "a byte") { answer.byteCount == 1 }
        let client = try proxy.connectHTTP2()
        #expect(try client.receive(client.request()).byteCount == count)
        #expect(try kept.wait(for: "the count") { $0 > 0 } > count - 300_000)
        stalled.takesBodies = true
        stalled.session.growWindow(of: answer.stream, to: 1_000_000)
        try stalled.flush()
        #expect(try stalled.receive(answer).byteCount == count)
    }

    @Test("let a client send as much as the backend takes")
    func stalledBackend() throws {
        let gate = Signal()
        let came = Watched(0)
        let count = 8_000_000
        let backend = try ScriptedBackend { connection in
            var limits = HTTP2Limits()
            limits.streamWindow = 50_000
            let server = HTTP2Server(connection, limits: limits)
            server.takesBodies = false
            let request = try server.next()
            try server.receive(until: "a window of it") { request.body.count >= 50_000 }
            came.update { $0 = request.body.count }
            try gate.pass()
            server.takesBodies = true
            server.session.consume(request.stream.unconsumedCount, on: request.stream)
            try server.receive(until: "all") { request.isEnded }
            try server.respond(to: request, body: "\(request.body.count)", isLast: true)
            try connection.waitForEnd()
        }
        let proxy = try HTTP2UpstreamTests.proxy(to: backend) { $0.maxBodySize = nil }
        let client = try proxy.connectHTTP2()
        let answer = try client.request("POST", endsStream: false)
        try client.send([UInt8](repeating: 65, count: count), isLast: true, on: answer)
        // Before it knows the server's settings, a client may send as much as RFC 9113 §6.9.2 lets everyone.
        #expect(try came.wait(for: "a window") { $0 > 0 } <= 65_535)
        gate.open()
        #expect(try client.receive(answer).text == "\(count)")
    }
}
