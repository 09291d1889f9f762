import Bytes
import HTTP
import Routing
import Testing

@Suite("Answers over HTTP/2", .timeLimit(.minutes(10)))
struct HTTP2AnswersTests {
    @Test(
        "have no body where HTTP says so",
        arguments: [
            ("HEAD", "200 OK", "Content-Length: 12345\r\n", "12345"), ("GET", "204 No Content", "", nil),
            ("GET", "304 Not Modified", "Content-Length: 12345\r\n", "12345"),
            ("GET", "200 OK", "Content-Length: 0\r\n", "0"),
        ])
    func withoutBody(_ method: String, _ status: String, _ field: String, _ length: String?) throws {
        let proxy = try TestProxy(to: [.answering("HTTP/1.1 \(status)\r\n\(field)X-It: is\r\n\r\n")])
        let client = try proxy.connectHTTP2()
        for _ in 0..<2 {
            let answer = try client.receive(client.request(method))
            #expect(answer.status == Int(status.prefix(3)))
            #expect(answer["content-length"] == length)
            #expect(answer["x-it"] == "is")
            #expect(answer.byteCount == 0)
            #expect(answer.code == .noError)
        }
    }

    @Test("speak of no connection, and have names in lower case")
    func fields() throws {
        let proxy = try TestProxy(to: [
            .answering(
                "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: x\r\nX-Odd-CASE: Value\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
        ])
        let client = try proxy.connectHTTP2()
        let answer = try client.receive(client.request())
        #expect(answer.text == "ok")
        #expect(answer["x-odd-case"] == "Value")
        for name in ["connection", "keep-alive", "x-hop", "transfer-encoding", "content-length"] {
            #expect(answer[name] == nil)
        }
    }

    @Test("have heads as large as those of HTTP/1, with and without a body", arguments: ["GET", "HEAD"])
    func largeHeads(method: String) throws {
        let fields = (0..<390).map { "X-\(1000 + $0): \(String(repeating: "v", count: 150))\r\n" }
        let backend = try ScriptedBackend.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: \(method == "GET" ? 2 : 0)\r\n\(fields.joined())\r\n"
                + (method == "GET" ? "ok" : ""))
        let client = try TestProxy(to: [backend]).connectHTTP2()
        let answer = try client.receive(client.request(method))
        #expect(answer.code == .noError)
        #expect(answer.text == (method == "GET" ? "ok" : ""))
    }

    @Test("last until the backend closes, where it says no length")
    func untilClose() throws {
        let proxy = try TestProxy(to: [
            try ScriptedBackend { connection in
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")
            }
        ])
        let client = try proxy.connectHTTP2()
        let answer = try client.receive(client.request())
        #expect(answer.text == "all of it")
        #expect(answer.code == .noError)
    }

    @Test("bring interim answers before them, and trailers behind them")
    func interimAndTrailers() throws {
        let proxy = try TestProxy(to: [
            try ScriptedBackend { connection in
                let request = try connection.receiveRequest()
                try connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
                try connection.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\nX-Sum: \(request.trailers)\r\n\r\n"
                )
            }
        ])
        let client = try proxy.connectHTTP2()
        let answer = try client.request("POST", endsStream: false)
        try client.send("body", on: answer)
        try client.end(answer, trailers: [("x-check", "42")])
        try client.receive(answer)
        #expect(answer.interim == [103])
        #expect(answer.text == "one")
        #expect(answer.trailers == "x-sum: [\"x-check: 42\"]\r\n")
        #expect(answer.code == .noError)
    }

    @Test("begin with a 100 when the request waits for one and is let through")
    func expectation() throws {
        let proxy = try TestProxy(to: [.answering()])
        let client = try proxy.connectHTTP2()
        let answer = try client.request("PUT", fields: [("expect", "100-continue")], endsStream: false)
        try client.receive(until: "a 100") { answer.interim == [100] }
        try client.send("now", isLast: true, on: answer)
        #expect(try client.receive(answer).status == 200)
        #expect(proxy.backends[0].log.current.requests[0].text == "now")
        // Who does not wait is not told to go on.
        let other = try client.request("PUT", fields: [("expect", "100-continue")], endsStream: false)
        try client.send("at once", isLast: true, on: other)
        #expect(try client.receive(other).status == 200)
    }

    @Test("are refusals where the request is refused, and the client is told to send no more of it")
    func refusals() throws {
        let proxy = try TestProxy(to: [.answering()], settings: { $0.maxBodySize = 1000 })
        let client = try proxy.connectHTTP2()
        let declared = try client.request("PUT", fields: [("content-length", "1001")], endsStream: false)
        #expect(try client.receive(declared).status == 413)
        try client.receive(until: "a reset") { declared.code != nil }
        #expect(declared.code == .noError)
        let found = try client.request("PUT", endsStream: false)
        try client.send([UInt8](repeating: 65, count: 800), on: found)
        try client.send([UInt8](repeating: 65, count: 800), on: found)
        #expect(try client.receive(found).status == 413)
        try client.receive(until: "a reset") { found.code != nil }
        #expect(found.code == .noError)
        let unknown = try client.receive(client.request(host: "nobody.test"))
        #expect(unknown.status == 503)
        #expect(try client.receive(client.request()).status == 200)
    }

    @Test("come from the backend in mid-upload, and end the upload")
    func answeredEarly() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.maxBodySize = nil })
        let client = try proxy.connectHTTP2()
        let answer = try client.request("PUT", endsStream: false)
        try client.send([UInt8](repeating: 65, count: 3_000_000), on: answer)
        try client.receive(answer)
        #expect(answer.status == 401)
        #expect(answer.text == "no")
        try client.receive(until: "a reset") { answer.code != nil }
        #expect(answer.code == .noError)
        try backend.waitUntilEnded(1)
    }

    @Test("come from files, error pages and locations that were asked first, and compressed")
    func otherSources() throws {
        let files = try ServedFiles()
        try files.write("large.txt", String(repeating: "0123456789", count: 100_000))
        try files.write("404.html", "not here")
        let backend = try ScriptedBackend.answering(
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nX-Who: ann\r\n\r\nno")
        let proxy = try TestProxy(
            file: """
                location /files/ { alias \(files.path)/; }
                location /zipped/ { alias \(files.path)/; gzip on; gzip_types text/plain; }
                location / { error_page 404 /files/404.html; proxy_intercept_errors on; proxy_pass http://BACKEND; }
                location /asked { auth_request /auth; alias \(files.path)/404.html; }
                location = /auth { internal; return 204; }
                location /refused { auth_request /never; alias \(files.path)/404.html; }
                location = /never { internal; return 403; }
                """, to: backend)
        let client = try proxy.connectHTTP2()
        let large = try client.request("GET", "/files/large.txt", host: "red.test")
        let part = try client.request("GET", "/files/large.txt", host: "red.test", fields: [("range", "bytes=10-19")])
        let zipped = try client.request(
            "GET", "/zipped/large.txt", host: "red.test", fields: [("accept-encoding", "gzip")])
        let missing = try client.request("GET", "/nothing", host: "red.test")
        let asked = try client.request("GET", "/asked", host: "red.test")
        let refused = try client.request("GET", "/refused", host: "red.test")
        #expect(try client.receive(large).byteCount == 1_000_000)
        #expect(large.body.suffix(10).elementsEqual(Array("0123456789".utf8)))
        #expect(try client.receive(part).text == "0123456789")
        #expect(part.status == 206)
        #expect(try client.receive(zipped)["content-encoding"] == "gzip")
        #expect(zipped.byteCount < 100_000)
        #expect(try client.receive(missing).text == "not here")
        #expect(missing.status == 404)
        #expect(try client.receive(asked).text == "not here")
        #expect(asked.status == 200)
        #expect(try client.receive(refused).status == 403)
    }
}
