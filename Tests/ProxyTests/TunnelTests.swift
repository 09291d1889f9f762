import Bytes
import Passwords
import Proxy
import Routing
import TLS
import Testing

/// What goes on behind a 101: WebSocket, and every other protocol that a client and a backend agree on.
@Suite("Tunnels", .timeLimit(.minutes(10)))
struct TunnelTests {
    /// What clients and backends of a test speak, and whether over TLS.
    struct Way: Sendable, CustomTestStringConvertible {
        let isClientSecure: Bool
        let isBackendSecure: Bool

        var testDescription: String {
            "\(isClientSecure ? "TLS" : "plain") client, \(isBackendSecure ? "TLS" : "plain") backend"
        }

        static let all = [(false, false), (true, false), (false, true), (true, true)].map {
            Way(isClientSecure: $0.0, isBackendSecure: $0.1)
        }
    }

    static let agreed =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: abc\r\nX-Accel-Buffering: no\r\n\r\n"
    static let wish =
        "GET /chat?a HTTP/1.1\r\nHost: registry.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Key: xyz\r\n\r\n"

    /// A backend that goes over to the other protocol and follows the script in it.
    static func backend(_ script: @escaping @Sendable (TestStream) throws -> Void) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send(agreed)
            try script(connection.stream)
        }
    }

    /// A proxy before a backend; where that is to be reached over TLS, through another proxy that speaks it.
    private static func proxy(
        _ way: Way, to backend: ScriptedBackend, _ settings: @escaping (inout LocationSettings) -> Void = { _ in }
    ) throws -> (front: TestProxy, behind: TestProxy?) {
        guard way.isBackendSecure else {
            return (try TestProxy([.forwarding("registry.test", to: [backend.endpoint], settings)]), nil)
        }
        let behind = try TestProxy([.forwarding("registry.test", to: [backend.endpoint])])
        var host = VirtualHost.forwarding("registry.test", to: [behind.secureEndpoint], settings)
        host.locations[0].upstream?.tls = UpstreamTLS(serverName: "registry.test", host: "registry.test")
        let front = try TestProxy([])
        front.backendContexts["registry.test"] = try BackendContext()
        try front.serve([host])
        return (front, behind)
    }

    /// A client whose request was agreed to.
    private static func open(_ proxy: TestProxy, isSecure: Bool = false) throws -> TestStream {
        let client = try proxy.connect(isSecure: isSecure)
        try client.send(wish)
        let head = try client.receiveRequestHead()
        guard head.status == 101 else { throw TestFault("\(head)") }
        return client
    }

    private static func end(_ client: TestStream) {
        if let secure = client as? SecureStream { secure.endProperly() } else { client.halfClose() }
    }

    // MARK: How they come about

    @Test("pass what comes in both directions, early bytes too, and each side's end", arguments: Way.all)
    func bothWays(_ way: Way) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            // Nothing of the other protocol goes to a backend that has not agreed to it.
            guard connection.stream.isQuiet() else { throw TestFault("bytes before the 101") }
            try connection.send(Self.agreed + "first")
            guard try connection.stream.receive(5) == Array("early".utf8) else { throw TestFault("early bytes") }
            try connection.send("second")
            _ = try connection.stream.receive(through: "ping")
            try connection.send("pong")
            try connection.waitForEnd()
            try connection.send("last")
        }
        let (proxy, behind) = try Self.proxy(way, to: backend)
        let client = try proxy.connect(isSecure: way.isClientSecure)
        try client.send(Self.wish + "early")
        let head = try client.receiveRequestHead()
        #expect(head.startLine == "HTTP/1.1 101 Switching Protocols")
        #expect(head.values("Connection") == ["upgrade"])
        #expect(head.values("Upgrade") == ["websocket"])
        #expect(head.values("Sec-WebSocket-Accept") == ["abc"])
        for name in ["Content-Length", "Transfer-Encoding", "X-Accel-Buffering"] { #expect(head[name] == nil) }
        #expect(try client.receive(through: "firstsecond") == "firstsecond")
        try client.send("ping")
        #expect(try client.receive(through: "pong") == "pong")
        Self.end(client)
        #expect(try client.receiveToEnd() == Array("last".utf8))
        #expect(client.end == .closed)
        if let secure = client as? SecureStream { #expect(secure.wasEndedProperly) }
        try backend.waitUntilEnded(1)
        #expect(backend.log.current.faults.isEmpty)
        let request = try backend.requests(1)[0]
        #expect(request.startLine == "GET /chat?a HTTP/1.1")
        #expect(request.values("Connection") == ["upgrade"])
        #expect(request.values("Upgrade") == ["websocket"])
        #expect(request["Sec-WebSocket-Key"] == "xyz")
        #expect(proxy.failures.isEmpty)
        _ = behind
    }

    @Test(
        "are asked for as the client does, without what may not pass",
        arguments: [
            ("GET", "HTTP/1.1", "Connection: upgrade\r\nUpgrade: tcp", "tcp"),
            ("POST", "HTTP/1.1", "Connection: Upgrade\r\nUpgrade: a/1, b", "a/1, b"),
            ("POST", "HTTP/1.1", "Connection: upgrade\r\nUpgrade: tcp\r\nContent-Length: 0", "tcp"),
            ("FETCH", "HTTP/1.1", "Connection: close, upgrade\r\nUpgrade: tcp", "tcp"),
            ("GET", "HTTP/1.1", "Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA", nil),
            ("GET", "HTTP/1.1", "Connection: upgrade\r\nUpgrade: h2c, websocket\r\nHTTP2-Settings: AA", "websocket"),
            ("GET", "HTTP/1.1", "Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c", nil),
            ("GET", "HTTP/1.1", "Connection: upgrade\r\nUpgrade: TLS/1.2", nil),
            ("GET", "HTTP/1.1", "Upgrade: websocket", nil),
            ("GET", "HTTP/1.1", "Connection: upgrade", nil),
            ("GET", "HTTP/1.0", "Connection: upgrade\r\nUpgrade: websocket", nil),
            ("PUT", "HTTP/1.1", "Connection: upgrade\r\nUpgrade: tcp\r\nContent-Length: 2", nil),
        ] as [(String, String, String, String?)])
    func asked(_ method: String, _ version: String, _ fields: String, _ expected: String?) throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(to: [backend])
        let body = fields.hasSuffix(": 2") ? "hi" : ""
        let answer = try proxy.answer(
            to: "\(method) / \(version)\r\nHost: registry.test\r\n\(fields)\r\n\r\n\(body)", method: method)
        #expect(answer.status == 200)
        let request = try backend.requests(1)[0]
        #expect(request.values("Upgrade") == (expected.map { [$0] } ?? []))
        #expect(request.values("Connection") == (expected == nil ? [] : ["upgrade"]))
        #expect(request["HTTP2-Settings"] == nil)
    }

    @Test(
        "are asked for by lines of an operator's own as by those of nginx-proxy",
        arguments: [
            ("", true), ("proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";", true),
            ("proxy_set_header Upgrade $proxy_upgrade; proxy_set_header Connection $proxy_connection;", true),
            ("proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection;", true),
            ("proxy_set_header Connection Upgrade; proxy_set_header Upgrade websocket;", true),
            ("proxy_set_header X-A b;", false), ("proxy_set_header Upgrade $http_upgrade;", false),
            ("proxy_set_header Connection upgrade;", false),
            ("proxy_set_header Upgrade \"\"; proxy_set_header Connection upgrade;", false),
            ("proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"\";", false),
            ("proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection close;", false),
        ])
    func directives(_ lines: String, _ isAsked: Bool) throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(file: "location / { \(lines) proxy_pass http://BACKEND; }", to: backend)
        _ = try proxy.get("/", "Connection: upgrade\r\nUpgrade: websocket\r\n")
        _ = try proxy.get("/")
        let requests = try backend.requests(2)
        #expect(requests[0].values("Upgrade") == (isAsked ? ["websocket"] : []))
        #expect(requests[0].values("Connection") == (isAsked ? ["upgrade"] : []))
        #expect(requests[1]["Upgrade"] == nil)
        #expect(requests[1]["Connection"] == nil)
    }

    @Test("show in variables what the client asks for")
    func variables() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(
            file: "location / { add_header X-Saw \"$proxy_upgrade|$proxy_connection\"; proxy_pass http://BACKEND; }",
            to: backend)
        #expect(try proxy.get("/", "Connection: upgrade\r\nUpgrade: h2c, a\r\n")["X-Saw"] == "a|upgrade")
        #expect(try proxy.get("/")["X-Saw"] == "|")
    }

    @Test("are not made where the backend answers otherwise: both connections go on as ever")
    func declined() throws {
        let backend = try ScriptedBackend.answering()
        let client = try TestProxy(to: [backend]).connect()
        // What a client sends too early is its next request then, as the framing has it.
        try client.send(Self.wish + plainGet)
        for _ in 1...2 { #expect(try client.receiveResponse().text == "ok") }
        try client.send(Self.wish)
        #expect(try client.receiveResponse().text == "ok")
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test(
        "are not made on a 101 that was not asked for, or to another protocol",
        arguments: [
            (plainGet, "Upgrade: websocket\r\nConnection: upgrade"), (wish, "Upgrade: h2c\r\nConnection: upgrade"),
            (wish, "Upgrade: websocket2\r\nConnection: upgrade"), (wish, "Upgrade: websocket"), (wish, "X: y"),
            (wish, "Upgrade: websocket, h2c\r\nConnection: upgrade"),
            (wish, "Upgrade: websocket\r\nUpgrade: websocket\r\nConnection: upgrade"),
            (
                wish.replacing("Upgrade: websocket", with: "Upgrade: h2c"),
                "Upgrade: h2c\r\nConnection: upgrade"
            ),
        ])
    func wrongAgreement(_ request: String, _ fields: String) throws {
        let backend = try ScriptedBackend { connection in
            _ = try connection.receiveRequestHead()
            try connection.send("HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\n\r\nHTTP/1.1 200 OK\r\n\r\nevil")
            try connection.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try proxy.connect()
        try client.send(request)
        #expect(try client.receiveResponse().status == 502)
        try backend.waitUntilEnded(1)
        #expect(proxy.failures.count == 1)
    }

    @Test("are asked for only when every gate has let the request pass")
    func gates() throws {
        let backend = try Self.backend { try $0.waitForEnd() }
        let proxy = try TestProxy(
            [
                .forwarding("registry.test", to: [backend.endpoint]) {
                    $0.authentication = Authentication(realm: Template(literal: "r"), file: "/f")
                }
            ], passwordFiles: ["/f": .loaded(PasswordFile(parsing: Array("alice:{PLAIN}x\n".utf8)))])
        let client = try proxy.connect()
        try client.send(Self.wish + "early")
        #expect(try client.receiveResponse().status == 401)
        #expect(backend.log.current.connectionCount == 0)
        let right = try proxy.connect()
        try right.send(Self.wish.replacing("Sec-W", with: "Authorization: \(basic("alice:x"))\r\nSec-W"))
        #expect(try right.receiveRequestHead().status == 101)
    }

    @Test("are not asked for of a location that auth_request asks")
    func subrequest() throws {
        let backend = try ScriptedBackend.answering()
        let proxy = try TestProxy(
            file: """
                location / { auth_request /auth; proxy_pass http://BACKEND; }
                location = /auth { proxy_pass http://BACKEND/check; }
                """, to: backend)
        #expect(try proxy.get("/", "Connection: upgrade\r\nUpgrade: websocket\r\n").status == 200)
        let requests = try backend.requests(2)
        #expect(requests.map { $0["Upgrade"] } == [nil, "websocket"])
    }

    @Test("may take a kept connection, but never give one back")
    func pooling() throws {
        let backend = try ScriptedBackend { connection in
            while true {
                let request = try connection.receiveRequest()
                guard request["Upgrade"] != nil else {
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    continue
                }
                try connection.send(Self.agreed)
                return try connection.waitForEnd()
            }
        }
        let proxy = try TestProxy(to: [backend])
        _ = try proxy.answer(to: plainGet)
        let client = try Self.open(proxy)
        #expect(backend.log.current.connectionCount == 1)
        client.halfClose()
        #expect(try client.waitForEnd() == .closed)
        _ = try proxy.answer(to: plainGet)
        #expect(backend.log.current.connectionCount == 2)
    }

    // MARK: How they flow

    /// More than all the kernel's buffers on the way can hold.
    private static let size = 64 << 20
    private static let limit = 32 << 20

    private static func pour(_ stream: TestStream, whileStuck: () throws -> Bool) throws -> Int {
        let piece = [UInt8](repeating: 66, count: 1 << 20)
        var sent = 0
        while sent < size {
            if let count = try stream.sendSome(piece[..<min(piece.count, size - sent)]) {
                sent += count
            } else if stream.isStuck(), try !whileStuck() {
                break
            }
        }
        return sent
    }

    private static func drain(_ stream: TestStream) throws {
        var rest = size
        while rest > 0 { rest -= try stream.receive(min(rest, 1 << 18)).count }
    }

    @Test("hold a backend back whose client does not read, and lose nothing")
    func slowClient() throws {
        let held = Watched(0)
        let isReading = Signal()
        let backend = try Self.backend { stream in
            _ = try Self.pour(stream) {
                held.update { $0 = stream.sentCount }
                try isReading.pass()
                return true
            }
            try stream.waitForEnd()
        }
        let client = try TestProxy(to: [backend]).connect(receiveBuffer: 8192)
        try client.send(Self.wish)
        #expect(try client.receiveRequestHead().status == 101)
        #expect(try held.wait(for: "the backend to be held back") { $0 > 0 } < Self.limit)
        // The other direction goes on meanwhile.
        try client.send("x")
        isReading.open()
        try Self.drain(client)
        client.halfClose()
        #expect(try client.waitForEnd() == .closed)
        #expect(backend.log.current.faults.isEmpty)
    }

    @Test("hold a client back whose backend does not read, beyond any limit of bodies", arguments: [false, true])
    func slowBackend(_ isSecure: Bool) throws {
        let isReading = Signal()
        let backend = try Self.backend { stream in
            try isReading.pass()
            try Self.drain(stream)
            try stream.send("all")
            try stream.waitForEnd()
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.maxBodySize = 10 })
        let client = try Self.open(proxy, isSecure: isSecure)
        var held = 0
        _ = try Self.pour(client) {
            if held == 0 { held = client.sentCount }
            isReading.open()
            return true
        }
        #expect(held > 0 && held < Self.limit)
        #expect(try client.receive(3) == Array("all".utf8))
        #expect(backend.log.current.faults.isEmpty)
    }

    @Test("go on side by side in any number")
    func many() throws {
        let backend = try Self.backend { stream in
            while true { try stream.send(stream.receive(4)) }
        }
        let proxy = try TestProxy(to: [backend], workers: 2)
        let clients = try (0..<150).map { _ in try Self.open(proxy) }
        for round in 0..<3 {
            for (number, client) in clients.enumerated() { try client.send("\(1000 + (number + round) % 9000)") }
            for (number, client) in clients.enumerated() {
                #expect(try client.receive(4) == Array("\(1000 + (number + round) % 9000)".utf8))
            }
        }
    }

    // MARK: How they end

    @Test("let the client send on after the backend's end", arguments: Way.all)
    func backendEndsFirst(_ way: Way) throws {
        let backend = try Self.backend { stream in
            try stream.send("bye")
            stream.halfClose()
            guard try stream.receiveToEnd() == Array("thanks".utf8), stream.end == .closed else {
                throw TestFault("not all of the client's bytes: \(stream.end as Any)")
            }
        }
        let (proxy, behind) = try Self.proxy(way, to: backend)
        let client = try Self.open(proxy, isSecure: way.isClientSecure)
        #expect(try client.receiveToEnd() == Array("bye".utf8))
        #expect(client.end == .closed)
        try client.send("thanks")
        Self.end(client)
        try backend.waitUntilEnded(1)
        #expect(backend.log.current.faults.isEmpty)
        #expect(proxy.failures.isEmpty)
        _ = behind
    }

    @Test("pass a client's end on that it did not announce over TLS")
    func unannouncedEnd() throws {
        let backend = try Self.backend { stream in
            guard try stream.receiveToEnd() == Array("x".utf8), stream.end == .closed else { throw TestFault("no end") }
        }
        let proxy = try TestProxy(to: [backend])
        let client = try Self.open(proxy, isSecure: true)
        try client.send("x")
        client.halfClose()
        try backend.waitUntilEnded(1)
        #expect(backend.log.current.faults.isEmpty)
    }

    @Test("end for the backend as they did for a client that is gone", arguments: [false, true])
    func clientResets(_ isBackendSecure: Bool) throws {
        let end = Watched<TestStream.End?>(nil)
        let backend = try Self.backend { stream in
            try stream.send("x")
            let how = try stream.waitForEnd()
            end.update { $0 = how }
        }
        let (proxy, behind) = try Self.proxy(
            Way(isClientSecure: false, isBackendSecure: isBackendSecure), to: backend)
        let client = try Self.open(proxy)
        _ = try client.receive(1)
        client.reset()
        #expect(try end.wait(for: "the backend's end") { $0 != nil } == .reset)
        #expect(proxy.failures.isEmpty)
        _ = behind
    }

    @Test("end for the client as they did for a backend that is gone", arguments: [false, true])
    func backendResets(_ isSecure: Bool) throws {
        let backend = try Self.backend { stream in
            _ = try stream.receive(1)
            stream.reset()
        }
        let proxy = try TestProxy(to: [backend])
        let client = try Self.open(proxy, isSecure: isSecure)
        try client.send("x")
        #expect(try client.waitForEnd() == .reset)
        #expect(proxy.failures == ["the backend closed the connection in the middle of its answer"])
    }

    @Test("end when the backend has ended and takes nothing more")
    func backendCloses() throws {
        let backend = try Self.backend { try $0.send("bye") }
        let client = try Self.open(try TestProxy(to: [backend]))
        #expect(try client.receiveToEnd() == Array("bye".utf8))
        // The first byte finds out that the backend is gone.
        try client.send("x")
        client.halfClose()
        try backend.waitUntilEnded(1)
    }

    @Test("are cut when nothing has gone through for as long as proxy_read_timeout says", arguments: [false, true])
    func idle(_ hasSpoken: Bool) throws {
        let end = Watched<TestStream.End?>(nil)
        let backend = try Self.backend { stream in
            if hasSpoken { try stream.send("x") }
            let how = try stream.waitForEnd()
            end.update { $0 = how }
        }
        let proxy = try TestProxy(to: [backend], settings: { $0.readTimeout = .milliseconds(150) })
        let client = try Self.open(proxy)
        if hasSpoken { _ = try client.receive(1) }
        #expect(try client.waitForEnd() == .reset)
        #expect(try end.wait(for: "the backend's end") { $0 != nil } == .reset)
        #expect(proxy.failures.isEmpty)
    }

    @Test("are cut when the client takes nothing for as long as send_timeout says")
    func stalledClient() throws {
        let backend = try Self.backend { stream in _ = try Self.pour(stream) { true } }
        let proxy = try TestProxy(to: [backend], settings: { $0.clientSendTimeout = .milliseconds(150) })
        let client = try proxy.connect(receiveBuffer: 8192)
        try client.send(Self.wish)
        try backend.waitUntilEnded(1)
        #expect(try client.waitForEnd() == .reset)
    }

    @Test("outlive their configuration, and a drain, until they end by themselves")
    func drain() throws {
        let backend = try Self.backend { stream in
            while true { try stream.send(stream.receive(1)) }
        }
        let proxy = try TestProxy(to: [backend])
        let client = try Self.open(proxy)
        try proxy.serve([])
        try client.send("a")
        #expect(try client.receive(1) == Array("a".utf8))
        proxy.drain()
        try client.send("b")
        #expect(try client.receive(1) == Array("b".utf8))
        client.halfClose()
        #expect(try client.waitForEnd() == .closed)
        try proxy.waitUntilEnded()
    }

    @Test("are cut when the proxy stops, and seen to be cut")
    func stop() throws {
        let end = Watched<TestStream.End?>(nil)
        let backend = try Self.backend { stream in
            let how = try stream.waitForEnd()
            end.update { $0 = how }
        }
        var proxy: TestProxy? = try TestProxy([.forwarding("registry.test", to: [backend.endpoint])])
        let client = try TestStream.connect(to: #require(proxy).endpoint)
        try client.send(Self.wish)
        #expect(try client.receiveRequestHead().status == 101)
        proxy = nil
        #expect(try client.waitForEnd() == .reset)
        #expect(try end.wait(for: "the backend's end") { $0 != nil } == .reset)
    }
}
