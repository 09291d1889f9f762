import HTTP
import Routing
import Testing

@Suite("Trailers of requests of HTTP/2", .timeLimit(.minutes(10)))
struct RequestTrailersTests {
    @Test("follow the body to a backend of HTTP/1, but for those that no backend may be sent so")
    func passed() throws {
        let backend = try ScriptedBackend.answering()
        let client = try TestProxy(to: [backend]).connectHTTP2()
        let answer = try client.request("POST", endsStream: false)
        try client.send("hello", on: answer)
        try client.end(answer, trailers: [("x-sum", "1"), ("authorization", "x"), ("etag", "\"e\"")])
        #expect(try client.receive(answer).text == "ok")
        let request = try backend.requests(1)[0]
        #expect(request["Transfer-Encoding"] == "chunked" && request.text == "hello")
        #expect(request.trailers == ["x-sum: 1", "etag: \"e\""])
    }

    @Test("may follow an empty body")
    func alone() throws {
        let backend = try ScriptedBackend.answering()
        let client = try TestProxy(to: [backend]).connectHTTP2()
        let answer = try client.request("POST", endsStream: false)
        try client.end(answer, trailers: [("x-sum", "1")])
        #expect(try client.receive(answer).text == "ok")
        #expect(try backend.requests(1)[0].trailers == ["x-sum: 1"])
    }

    @Test("are left out behind a body of known length, which has no place for them in HTTP/1")
    func knownLength() throws {
        let backend = try ScriptedBackend.answering()
        let client = try TestProxy(to: [backend]).connectHTTP2()
        for _ in 0..<2 {
            let answer = try client.request("POST", fields: [("content-length", "5")], endsStream: false)
            try client.send("hello", on: answer)
            try client.end(answer, trailers: [("x-sum", "1")])
            #expect(try client.receive(answer).text == "ok")
        }
        #expect(try backend.requests(2).map(\.text) == ["hello", "hello"])
    }

    @Test("that frame the message break the stream, and the backend does not take its request for whole")
    func malformed() throws {
        let backend = try ScriptedBackend { connection in
            _ = try? connection.receiveRequest()
            _ = try? connection.stream.receiveToEnd()
        }
        let client = try TestProxy(to: [backend]).connectHTTP2()
        let answer = try client.request("POST", endsStream: false)
        try client.send("hello", on: answer)
        try client.end(answer, trailers: [("content-length", "5")])
        try client.receive(answer)
        #expect(answer.status == 0 && answer.code == .protocolError)
        #expect(backend.log.current.requests.isEmpty)
    }
}
