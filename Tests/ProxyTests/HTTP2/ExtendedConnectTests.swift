import Bytes
import Foundation
import HTTP
import Routing
import Testing

/// WebSockets over HTTP/2 (RFC 8441), before a backend that speaks HTTP/1.1.
@Suite("WebSockets over HTTP/2", .timeLimit(.minutes(10)))
struct ExtendedConnectTests {
    private static let wish = [
        ("sec-websocket-version", "13"), ("sec-websocket-protocol", "chat"), ("origin", "http://registry.test"),
    ]

    /// What a server answers to a key (RFC 6455 §4.2.2).
    private static func proof(_ request: Message) -> String {
        let key = request["Sec-WebSocket-Key"] ?? ""
        return Data(SHA1.digest(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
    }

    private static func agreed(_ proof: String) -> String {
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(proof)\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
    }

    private static func open(
        _ client: HTTP2Client, _ path: String = "/chat?a", for name: String = "websocket",
        _ fields: [(String, String)] = wish
    ) throws -> HTTP2Client.Answer {
        try client.request("CONNECT", path, fields: [(":protocol", name)] + fields, endsStream: false)
    }

    @Test("pass what comes in both directions, early bytes too, and each side's end", arguments: [false, true])
    func bothWays(isSecure: Bool) throws {
        let backend = try ScriptedBackend { connection in
            let request = try connection.receiveRequestHead()
            guard connection.stream.isQuiet() else { throw TestFault("bytes before the 101") }
            try connection.send(Self.agreed(Self.proof(request)) + "first")
            guard try connection.stream.receive(5) == Array("early".utf8) else { throw TestFault("early bytes") }
            try connection.send("second")
            _ = try connection.stream.receive(through: "ping")
            try connection.send("pong")
            try connection.waitForEnd()
            try connection.send("last")
        }
        let proxy = try TestProxy(to: [backend])
        proxy.certificates = SecureStream.certificatesForHTTP2
        try proxy.serve([.forwarding("registry.test", to: [backend.endpoint])])
        let client = try proxy.connectHTTP2(isSecure: isSecure)
        let answer = try Self.open(client)
        try client.send("early", on: answer)
        try client.receive(until: "the first bytes") { answer.text == "firstsecond" }
        #expect(answer.status == 200)
        #expect(answer["sec-websocket-protocol"] == "chat")
        for name in ["sec-websocket-accept", "upgrade", "connection", "content-length"] { #expect(answer[name] == nil) }
        try client.send("ping", on: answer)
        try client.receive(until: "the answer") { answer.text == "firstsecondpong" }
        try client.send("", isLast: true, on: answer)
        try client.receive(answer)
        #expect(answer.text == "firstsecondponglast" && answer.isEnded)
        try backend.waitUntilEnded(1)
        #expect(backend.log.current.faults.isEmpty)
        let request = try backend.requests(1)[0]
        #expect(request.startLine == "GET /chat?a HTTP/1.1")
        #expect(request.values("Host") == ["registry.test"])
        #expect(request.values("Connection") == ["upgrade"] && request.values("Upgrade") == ["websocket"])
        #expect(request.values("Sec-WebSocket-Version") == ["13"])
        #expect(request.values("Sec-WebSocket-Protocol") == ["chat"])
        #expect(Data(base64Encoded: request["Sec-WebSocket-Key"] ?? "")?.count == 16)
        #expect(proxy.failures.isEmpty)
        // The connection itself goes on.
        #expect(try client.receive(client.request()).code != nil)
    }

    @Test("have a key and a version of the proxy's own, whatever the client sends")
    func keys() throws {
        let backend = try ScriptedBackend.answering("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        for _ in 0..<2 {
            let answer = try client.receive(Self.open(client, "/", for: "websocket", [("sec-websocket-key", "theirs")]))
            #expect(answer.status == 403 && answer.text == "no")
        }
        let requests = try backend.requests(2)
        #expect(requests.allSatisfy { $0.values("Sec-WebSocket-Version") == ["13"] })
        #expect(Set(requests.flatMap { $0.values("Sec-WebSocket-Key") }).count == 2)
        #expect(requests.allSatisfy { $0.values("Sec-WebSocket-Key").count == 1 })
    }

    @Test(
        "do not come about without the backend's proof that it has understood",
        arguments: [
            "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
            "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: abc\r\n\r\n",
            "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: PROOF\r\n"
                + "Sec-WebSocket-Accept: PROOF\r\n\r\n",
            "HTTP/1.1 101 x\r\nUpgrade: other\r\nConnection: upgrade\r\nSec-WebSocket-Accept: PROOF\r\n\r\n",
            // To the client a 200 would say that the tunnel stands.
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 204 No\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ])
    func unproved(response: String) throws {
        let backend = try ScriptedBackend { connection in
            let request = try connection.receiveRequestHead()
            try connection.send(response.replacingOccurrences(of: "PROOF", with: Self.proof(request)))
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        let answer = try client.receive(Self.open(client))
        #expect(answer.status == 502)
        #expect(answer["sec-websocket-accept"] == nil)
    }

    @Test("leave the backend in use that has no WebSocket on a path")
    func health() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        for _ in 0..<3 { #expect(try client.receive(Self.open(client)).status == 502) }
        #expect(try client.receive(client.request()).text == "ok")
    }

    @Test(
        "get the backend's refusals and redirects as they are",
        arguments: ["301", "400", "401", "404", "426", "500", "503"])
    func refused(status: String) throws {
        let backend = try ScriptedBackend.answering("HTTP/1.1 \(status) x\r\nX-Why: y\r\nContent-Length: 3\r\n\r\nwhy")
        let client = try TestProxy(to: [backend]).connectHTTP2()
        let answer = try client.receive(Self.open(client))
        #expect(answer.status == Int(status) && answer.text == "why" && answer["x-why"] == "y")
    }

    @Test("end with 501 where nothing can answer them, and with any other protocol")
    func noTunnel() throws {
        let backend = try ScriptedBackend.answering()
        let plain = try TestProxy(to: [backend]) { $0.passesUpgrade = false }
        let returning = try TestProxy(to: [backend]) { settings in
            settings.returned = Return(status: 200, content: .page)
        }
        for proxy in [plain, returning] {
            let client = try proxy.connectHTTP2()
            #expect(try client.receive(Self.open(client)).status == 501)
        }
        let client = try TestProxy(to: [backend]).connectHTTP2()
        #expect(try client.receive(Self.open(client, for: "connect-udp")).status == 501)
        #expect(backend.log.current.connectionCount == 0)
    }

    @Test("are the only CONNECT that is served")
    func connect() throws {
        let proxy = try TestProxy(to: [.answering()])
        let client = try proxy.connectHTTP2()
        let answer = try client.receive(Self.open(client, for: "websocket", [("content-length", "5")]))
        #expect(answer.status == 0 && answer.code == .protocolError)
    }

    @Test("are cut for the backend when the client resets the stream")
    func reset() throws {
        let backend = try ScriptedBackend { connection in
            let request = try connection.receiveRequestHead()
            try connection.send(Self.agreed(Self.proof(request)) + "first")
            _ = try? connection.stream.receiveToEnd()
            guard connection.stream.end == .reset else { throw TestFault("an end that looks whole") }
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connectHTTP2()
        let answer = try Self.open(client)
        try client.receive(until: "the first bytes") { answer.text == "first" }
        try client.reset(answer)
        try backend.waitUntilEnded(1)
        #expect(backend.log.current.faults.isEmpty)
    }
}
