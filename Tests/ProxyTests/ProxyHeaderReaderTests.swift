import Bytes
import Proxy
import Routing
import TLS
import Testing

@Suite("Connections that begin with a PROXY header", .timeLimit(.minutes(10)))
struct ProxyHeaderReaderTests {
    private let backend: ScriptedBackend
    private let proxy: TestProxy

    init() throws {
        backend = try .answering()
        proxy = try TestProxy(to: [backend], configure: { $0.requiresProxyHeader = true })
    }

    private static let line = "PROXY TCP4 192.0.2.7 198.51.100.1 12345 443\r\n"

    @Test("are served as those of the client that it names")
    func served() throws {
        #expect(try proxy.answer(to: Self.line + plainGet).text == "ok")
        let request = try backend.requests(1)[0]
        #expect(request["X-Real-IP"] == "192.0.2.7")
        #expect(request["X-Forwarded-For"] == "192.0.2.7")
    }

    @Test("may send it in pieces, and more than one request behind it")
    func pieces() throws {
        let client = try proxy.connect()
        let bytes = Array((Self.line + plainGet).utf8)
        for byte in bytes { try client.send([byte]) }
        #expect(try client.receiveResponse().text == "ok")
        try client.send(plainGet)
        #expect(try client.receiveResponse().text == "ok")
        #expect(try backend.requests(2).allSatisfy { $0["X-Real-IP"] == "192.0.2.7" })
    }

    @Test("may send it in binary")
    func binary() throws {
        let header: [UInt8] =
            [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, 12]
            + [192, 0, 2, 9, 198, 51, 100, 1, 0x30, 0x39, 0x01, 0xbb]
        let client = try proxy.connect()
        try client.send(header + Array(plainGet.utf8))
        #expect(try client.receiveResponse().text == "ok")
        #expect(try backend.requests(1)[0]["X-Real-IP"] == "192.0.2.9")
    }

    @Test("are the proxy's own where it names nobody", arguments: ["PROXY UNKNOWN\r\n"])
    func unknown(_ line: String) throws {
        #expect(try proxy.answer(to: line + plainGet).text == "ok")
        #expect(try backend.requests(1)[0]["X-Real-IP"] == "127.0.0.1")
    }

    @Test(
        "are closed without a word and without a reset where there is none",
        arguments: [
            plainGet, "\r\n" + plainGet, "PROXY TCP4 192.0.2.7\r\n" + plainGet, "\u{16}\u{3}\u{1}",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + String(repeating: "x", count: 100_000),
        ])
    func refused(_ text: String) throws {
        let client = try proxy.connect()
        try client.send(text)
        #expect(try client.receiveToEnd().isEmpty)
        #expect(client.end == .closed)
        // Whoever still sends is not reset either.
        try client.send("more")
        client.halfClose()
        #expect(backend.log.current.connectionCount == 0)
    }

    @Test("are closed when the client ends in the middle of it")
    func cut() throws {
        let client = try proxy.connect()
        try client.send("PROXY TCP4 192.0.2.7")
        client.halfClose()
        #expect(try client.waitForEnd() == .closed)
    }

    @Test("are closed when it does not come in time")
    func slow() throws {
        let proxy = try TestProxy(
            to: [backend],
            configure: {
                $0.requiresProxyHeader = true
                $0.clientHeaderTimeout = .milliseconds(50)
            })
        let client = try proxy.connect()
        try client.send("PROXY TCP4 192.0.2.7")
        #expect(try client.waitForEnd() == .closed)
    }

    @Test("answer a client that ends its side behind its request")
    func halfClosed() throws {
        let client = try proxy.connect()
        try client.send(Self.line + plainGet)
        client.halfClose()
        #expect(try client.receiveResponse().text == "ok")
    }

    @Test("are checked by the address of the client that it names")
    func accessRules() throws {
        let rules = ["192.0.2.7"].compactMap { IPNetwork($0) }.map { AccessRule(allows: true, clients: .network($0)) }
        let proxy = try TestProxy(to: [backend]) {
            $0.accessRules = rules + [AccessRule(allows: false, clients: .all)]
        } configure: {
            $0.requiresProxyHeader = true
        }
        #expect(try proxy.answer(to: Self.line + plainGet).status == 200)
        #expect(try proxy.answer(to: "PROXY TCP4 192.0.2.8 198.51.100.1 1 443\r\n" + plainGet).status == 403)
        #expect(try proxy.answer(to: "PROXY UNKNOWN\r\n" + plainGet).status == 403)
    }

    @Test("speak TLS behind it")
    func overTLS() throws {
        let certificate = try TestCertificate("registry.test")
        let proxy = try TestProxy([]) { $0.requiresProxyHeader = true }
        proxy.certificates = certificate.selector
        try proxy.serve([.forwarding("registry.test", to: [backend.endpoint])])
        let client = try TestStream.connect(to: proxy.secureEndpoint)
        try client.send(Self.line)
        // A greeting that is none: what answers is TLS, with an alert.
        try client.send([22, 3, 1, 0, 4, 1, 0, 0, 0])
        #expect(try client.receive(2) == [21, 3])
    }
}
