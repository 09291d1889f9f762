import Bytes
import Routing
import Testing

@Suite("Clients that speak TLS", .timeLimit(.minutes(10)))
struct SecureDownstreamTests {
    @Test("are told to come back over TLS, and the backend that they did")
    func fields() throws {
        let backend = try ScriptedBackend.answering()
        var host = VirtualHost.forwarding("registry.test", to: [backend.endpoint])
        host.httpsMethod = .redirect
        host.hsts = "max-age=31536000"
        let proxy = try TestProxy([host])
        let answer = try proxy.answer(to: plainGet, isSecure: true)
        #expect(answer.text == "ok")
        #expect(answer.values("Strict-Transport-Security") == ["max-age=31536000"])
        let request = try backend.requests(1)[0]
        #expect(request["X-Forwarded-Proto"] == "https")
        #expect(request["X-Forwarded-Ssl"] == "on")
        #expect(request["X-Forwarded-Port"] == "443")
    }

    @Test("are told 400 in their own language when they do not speak it after all")
    func plainOnSecurePort() throws {
        let proxy = try TestProxy(to: [])
        let client = try TestStream.connect(to: proxy.secureEndpoint)
        try client.send(plainGet)
        #expect(try client.receiveResponse().status == 400)
        try client.waitForEnd()
    }

    @Test("hear close_notify when an idle connection is closed")
    func idle() throws {
        let proxy = try TestProxy(to: [.answering()], settings: { $0.keepaliveTimeout = .milliseconds(50) })
        let client = try proxy.connect(isSecure: true)
        try client.send(plainGet)
        #expect(try client.receiveResponse().text == "ok")
        #expect(try client.receiveToEnd().isEmpty)
        #expect((client as? SecureStream)?.wasEndedProperly == true)
    }

    @Test("hear no close_notify when an answer was cut")
    func cut() throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")
        }
        let client = try TestProxy(to: [backend]).connect(isSecure: true)
        try client.send("GET / HTTP/1.0\r\nHost: registry.test\r\n\r\n")
        _ = try client.receiveToEnd()
        #expect(client.end == .reset)
        #expect((client as? SecureStream)?.wasEndedProperly == false)
    }

    @Test("get large answers whole, however slowly they read")
    func slow() throws {
        let text = String(repeating: "0123456789abcdef", count: 500_000)
        let proxy = try TestProxy(to: [.answering("HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n\(text)")])
        let client = try proxy.connect(receiveBuffer: 4096, isSecure: true)
        for _ in 1...2 {
            try client.send(plainGet)
            _ = try client.receive(through: "\r\n\r\n")
            #expect(try client.receive(8_000_000) == Array(text.utf8))
        }
    }

    @Test("send large bodies whole")
    func upload() throws {
        let body = [UInt8](repeating: 65, count: 5_000_000)
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend], settings: { $0.maxBodySize = nil })
        let client = try proxy.connect(isSecure: true)
        try client.send("PUT / HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 5000000\r\n\r\n")
        try client.send(body)
        #expect(try client.receiveResponse().text == "ok")
        #expect(try backend.requests(1)[0].body == body)
    }
}
