import Bytes
import Proxy
import Routing
import Testing

@Suite("Answers that are sent slowly, and connections that end", .timeLimit(.minutes(10)))
struct PacerTests {
    private static let body = String(repeating: "0123456789", count: 4_000)

    @Test(
        "come whole",
        arguments: [
            ("limit_rate 400k;", ""), ("limit_rate 400k; limit_rate_after 30k;", ""), ("proxy_limit_rate 400k;", ""),
            ("limit_rate 1;", "X-Accel-Limit-Rate: 400000\r\n"), ("limit_rate 1;", "X-Accel-Limit-Rate: 0\r\n"),
            ("limit_rate 400k; proxy_ignore_headers X-Accel-Limit-Rate;", "X-Accel-Limit-Rate: 1\r\n"),
        ])
    func whole(_ rate: String, _ field: String) throws {
        let backend = try ScriptedBackend.answering(
            "HTTP/1.1 200 OK\r\n\(field)Content-Length: \(Self.body.utf8.count)\r\n\r\n\(Self.body)")
        let client = try TestProxy(file: "\(rate) location / { proxy_pass http://BACKEND; }", to: backend).connect()
        for _ in 1...2 {
            try client.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n")
            let answer = try client.receiveResponse()
            #expect(answer.text == Self.body)
            #expect(answer["X-Accel-Limit-Rate"] == nil)
        }
    }

    @Test("are given up with their client")
    func cancelled() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n\(Self.body)")
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(file: "limit_rate 1; location / { proxy_pass http://BACKEND; }", to: backend)
        let client = try proxy.connect()
        try client.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n")
        _ = try backend.requests(1)
        client.reset()
        try backend.waitUntilEnded(1)
    }

    @Test("keepalive_requests ends a connection with the last request that it allows")
    func lastRequest() throws {
        let client = try TestProxy(file: "keepalive_requests 2; return 200 ok;").connect()
        for isLast in [false, true] {
            try client.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n")
            #expect(try client.receiveResponse()["Connection"] == (isLast ? "close" : nil))
        }
        try client.waitForEnd()
    }

    @Test("client_header_timeout of the host holds from the second request on")
    func headerTimeout() throws {
        let client = try TestProxy(file: "client_header_timeout 20ms; return 200 ok;").connect()
        try client.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n")
        #expect(try client.receiveResponse().status == 200)
        try client.send("GET / HTTP/1.1\r\n")
        #expect(try client.receiveResponse().status == 408)
    }
}
