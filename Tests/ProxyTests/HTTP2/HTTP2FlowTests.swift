import Bytes
import HTTP
import Routing
import Testing

@Suite("Flow of bodies over HTTP/2", .timeLimit(.minutes(10)))
struct HTTP2FlowTests {
    private static func large(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }
    }

    /// Takes requests, and the bodies only once it may.
    private static func stalling(until gate: Signal) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            let head = try connection.receiveRequestHead()
            try gate.pass()
            let count = Int(head["Content-Length"] ?? "") ?? 0
            let body = try connection.stream.receive(count)
            let sum = body.reduce(0) { $0 &+ Int($1) }
            try connection.send(
                "HTTP/1.1 200 OK\r\nContent-Length: \("\(sum)".utf8.count)\r\nConnection: close\r\n\r\n\(sum)")
            try connection.waitForEnd()
        }
    }

    @Test("gets through windows of any size", arguments: [1, 7, 1000, 65_535, 1_000_000])
    func smallWindows(_ size: Int) throws {
        // Who opens windows byte by byte for longer is taken for hostile.
        let body = Self.large(size < 100 ? 700 : 300_000)
        let proxy = try TestProxy(to: [
            try ScriptedBackend { connection in
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for start in stride(from: 0, to: body.count, by: 70_000) {
                    let piece = body[start..<min(start + 70_000, body.count)]
                    try connection.send(String(piece.count, radix: 16) + "\r\n")
                    try connection.stream.send(Array(piece))
                    try connection.send("\r\n")
                }
                try connection.send("0\r\n\r\n")
            }
        ])
        var limits = HTTP2Limits()
        limits.streamWindow = size
        let client = try proxy.connectHTTP2(limits: limits)
        let answer = try client.receive(client.request())
        #expect(answer.body == body)
        #expect(answer.code == .noError)
    }

    @Test("waits for a client that takes nothing, at little cost, and holds nobody else up")
    func stalledClient() throws {
        let count = 15_000_000
        let sent = Watched(0)
        let backend = try ScriptedBackend { connection in
            let request = try connection.receiveRequest()
            guard request.startLine.contains("/large") else { return try connection.send("HTTP/1.1 204 N\r\n\r\n") }
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n")
            let piece = [UInt8](repeating: 66, count: 30_000)
            for _ in 0..<count / piece.count {
                try connection.stream.send(piece)
                sent.update { $0 += piece.count }
            }
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        var limits = HTTP2Limits()
        limits.streamWindow = 0
        let client = try proxy.connectHTTP2(limits: limits)
        client.takesBodies = false
        let answers = try (0..<3).map { _ in try client.request("GET", "/large") }
        try client.receive(until: "all heads") { answers.allSatisfy { $0.status == 200 } }
        #expect(try client.receive(client.request("GET", "/small")).status == 204)
        #expect(answers.allSatisfy { $0.byteCount == 0 && $0.code == nil })
        // What the kernel keeps on the way is not to be told apart from what the proxy keeps; the rest is with the backend.
        #expect(sent.current < 3 * count)
        client.takesBodies = true
        for answer in answers { client.session.growWindow(of: answer.stream, to: 1_000_000) }
        try client.flush()
        for answer in answers { #expect(try client.receive(answer).byteCount == count) }
    }

    @Test("returns no credit for what a backend does not take")
    func stalledBackend() throws {
        let gate = Signal()
        let backend = try Self.stalling(until: gate)
        let proxy = try TestProxy(to: [backend, try .answering()], settings: { $0.maxBodySize = nil })
        let client = try proxy.connectHTTP2()
        let body = Self.large(20_000_000)
        let upload = try client.request("PUT", fields: [("content-length", "\(body.count)")], endsStream: false)
        try client.send(body, isLast: true, on: upload)
        // The kernel between proxy and backend takes some of it; then the window shuts.
        _ = try backend.requests(1)
        while client.session.sendWindow(of: upload.stream) > 0 {
            client.session.ping(1)
            let pongs = client.pongs.count
            try client.flush()
            try client.receive(until: "a pong") { client.pongs.count > pongs }
        }
        #expect(upload.stream.keptCount > 0)
        let other = try client.receive(client.request())
        #expect(other.status == 200)
        gate.open()
        #expect(try client.receive(upload).text == "\(body.reduce(0) { $0 &+ Int($1) })")
    }

    @Test("lets windows grow while an upload is taken as fast as it comes")
    func growingWindow() throws {
        let backend = try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 204 No Content\r\n\r\n")
            }
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.maxBodySize = nil })
        let client = try proxy.connectHTTP2()
        let upload = try client.request("PUT", endsStream: false)
        let piece = Self.large(1_000_000)
        var largest = 0
        for _ in 0..<60 where largest < 1_000_000 {
            try client.send(piece, on: upload)
            try client.receive(until: "room for more") { !upload.stream.hasKept }
            largest = max(largest, client.session.sendWindow(of: upload.stream))
        }
        #expect(largest >= 1_000_000)
        try client.send([], isLast: true, on: upload)
        #expect(try client.receive(upload).status == 204)
        // The next one begins small again.
        let next = try client.request("PUT", endsStream: false)
        #expect(client.session.sendWindow(of: next.stream) == HTTP2Limits().streamWindow)
    }

    @Test("of many uploads and downloads at once reaches each its own end, byte for byte", arguments: [false, true])
    func mixed(isSecure: Bool) throws {
        let echo: ScriptedBackend.Script = { connection in
            while true {
                let request = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
                try connection.stream.send(request.body)
            }
        }
        let proxy = try TestProxy(to: [ScriptedBackend(echo), ScriptedBackend(echo), ScriptedBackend(echo)])
        proxy.certificates = SecureStream.certificatesForHTTP2
        try proxy.serve([.forwarding("registry.test", to: proxy.backends.map(\.endpoint)) { $0.maxBodySize = nil }])
        let client = try proxy.connectHTTP2(isSecure: isSecure)
        let bodies = (0..<12).map { index in
            (0..<(50_000 * index + index)).map { UInt8(truncatingIfNeeded: $0 &* (index + 3)) }
        }
        let answers = try bodies.map { _ in try client.request("PUT", endsStream: false) }
        for start in stride(from: 0, to: 600_000, by: 40_000) {
            for (body, answer) in zip(bodies, answers) where start < max(body.count, 1) {
                let piece = Array(body[start..<min(start + 40_000, body.count)])
                // What the windows have held back goes first.
                try client.receive(until: "room") { !answer.stream.hasKept }
                try client.send(piece, isLast: start + 40_000 >= body.count, on: answer)
            }
        }
        for (body, answer) in zip(bodies, answers) {
            try client.receive(answer)
            #expect(answer.body == body)
            #expect(answer.code == .noError)
        }
    }
}
