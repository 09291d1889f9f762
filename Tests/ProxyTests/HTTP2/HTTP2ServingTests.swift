import Bytes
import HTTP
import Routing
import Testing

@Suite("Clients of HTTP/2")
struct HTTP2ServingTests {
    private static let echo: ScriptedBackend.Script = { connection in
        while true {
            let request = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
            try connection.stream.send(request.body)
        }
    }

    @Test("are served in the clear when they begin with the preface", arguments: [false, true])
    func get(isSecure: Bool) throws {
        let proxy = try TestProxy(to: [.answering()])
        proxy.certificates = SecureStream.certificatesForHTTP2
        try proxy.serve([.forwarding("registry.test", to: proxy.backends.map(\.endpoint))])
        let client = try proxy.connectHTTP2(isSecure: isSecure)
        let answer = try client.receive(client.request())
        #expect(answer.status == 200)
        #expect(answer["content-length"] == "2")
        #expect(answer.text == "ok")
        #expect(answer.code == .noError)
        let request = try #require(proxy.backends[0].log.current.requests.first)
        #expect(request.startLine == "GET /v2/ HTTP/1.1")
        #expect(request["Host"] == "registry.test")
        #expect(request["X-Forwarded-Proto"] == (isSecure ? "https" : "http"))
    }

    @Test("send bodies, of known and unknown length")
    func post() throws {
        let proxy = try TestProxy(to: [ScriptedBackend(Self.echo)])
        let client = try proxy.connectHTTP2()
        let known = try client.request("POST", fields: [("content-length", "5")], endsStream: false)
        try client.send("hello", isLast: true, on: known)
        #expect(try client.receive(known).text == "hello")
        let unknown = try client.request("POST", endsStream: false)
        try client.send("one ", on: unknown)
        try client.send("two", isLast: true, on: unknown)
        #expect(try client.receive(unknown).text == "one two")
        let requests = proxy.backends[0].log.current.requests
        #expect(requests[0]["Content-Length"] == "5")
        #expect(requests[1]["Transfer-Encoding"] == "chunked")
    }

    @Test("send and take more than any window holds", arguments: [false, true])
    func large(isSecure: Bool) throws {
        let proxy = try TestProxy(to: [ScriptedBackend(Self.echo)])
        proxy.certificates = SecureStream.certificatesForHTTP2
        try proxy.serve([.forwarding("registry.test", to: proxy.backends.map(\.endpoint)) { $0.maxBodySize = nil }])
        let client = try proxy.connectHTTP2(isSecure: isSecure)
        let body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9) }
        let answer = try client.request("PUT", fields: [("content-length", "\(body.count)")], endsStream: false)
        try client.send(body, isLast: true, on: answer)
        try client.receive(answer)
        #expect(answer.byteCount == body.count)
        #expect(answer.body.elementsEqual(body.prefix(answer.body.count)))
        #expect(proxy.backends[0].log.current.requests[0].body == body)
    }

    @Test("have many requests under way at once, to several backends")
    func many() throws {
        let proxy = try TestProxy(to: [ScriptedBackend(Self.echo), ScriptedBackend(Self.echo)])
        let client = try proxy.connectHTTP2()
        for _ in 0..<3 {
            let answers = try (0..<100).map { index in
                let answer = try client.request("POST", "/\(index)", endsStream: false)
                try client.send("number \(index)", isLast: true, on: answer)
                return answer
            }
            for (index, answer) in answers.enumerated() {
                #expect(try client.receive(answer).text == "number \(index)")
            }
        }
        #expect(proxy.backends.allSatisfy { $0.log.current.requests.count == 150 })
    }
}
