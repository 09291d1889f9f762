import Bytes
import Foundation
import Proxy
import Routing
import TLS
import Testing

@Suite("Backends over TLS", .timeLimit(.minutes(10)))
struct UpstreamTLSTests {
    private let certificate: TestCertificate
    private let plain: ScriptedBackend
    /// A proxy that speaks TLS and stands for a backend that does; behind it is one in the clear.
    private let backend: TestProxy

    init() throws {
        certificate = try TestCertificate("registry.test")
        plain = try .answering()
        backend = try TestProxy([])
        backend.certificates = certificate.selector
        try backend.serve([.forwarding("registry.test", to: [plain.endpoint])])
    }

    private func host(_ backends: [Endpoint], name: ByteString? = "registry.test") -> VirtualHost {
        var host = VirtualHost.forwarding("registry.test", to: backends) { $0.connectTimeout = .milliseconds(300) }
        host.locations[0].upstream?.tls = UpstreamTLS(serverName: name, host: "registry.test")
        return host
    }

    private func front(_ host: VirtualHost, _ context: BackendContext?) throws -> TestProxy {
        let proxy = try TestProxy([])
        proxy.backendContexts["registry.test"] = context
        try proxy.serve([host])
        return proxy
    }

    private var endpoint: Endpoint { backend.secureEndpoint }

    @Test("get requests and give answers, over one connection that is kept")
    func exchanges() throws {
        let proxy = try front(host([endpoint]), BackendContext())
        for number in 0..<5 {
            let body = String(repeating: "x", count: number * 50_000)
            let request = """
                PUT /\(number) HTTP/1.1\r\nHost: registry.test\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
                """
            #expect(try proxy.answer(to: request).text == "ok")
            #expect(try plain.requests(number + 1).last?.text == body)
        }
        let received = try plain.requests(5)[4]
        #expect(received["X-Forwarded-Proto"] == "https")
        #expect(backend.failures.isEmpty && backend.passedOver.isEmpty)
    }

    @Test("pass answers of any size on")
    func largeAnswer() throws {
        let body = String(repeating: "0123456789", count: 100_000)
        let large = try ScriptedBackend.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        try backend.serve([.forwarding("registry.test", to: [large.endpoint])])
        let proxy = try front(host([endpoint]), BackendContext())
        for _ in 0..<3 { #expect(try proxy.answer(to: plainGet).text == body) }
    }

    @Test("are believed when one of the authorities has signed for them")
    func verified() throws {
        let proxy = try front(host([endpoint]), BackendContext(authorities: certificate.bytes, path: "ca"))
        #expect(try proxy.answer(to: plainGet).text == "ok")
    }

    @Test("get nothing when their certificate is for another name or of another authority")
    func untrusted() throws {
        let context = try BackendContext(authorities: certificate.bytes, path: "ca")
        let otherName = try front(host([endpoint], name: "other.test"), context)
        #expect(try otherName.answer(to: plainGet).status == 502)
        let other = try BackendContext(authorities: TestCertificate("registry.test").bytes, path: "ca")
        let proxy = try front(host([endpoint]), other)
        #expect(try proxy.answer(to: plainGet).status == 502)
        #expect(proxy.failures.first?.contains("upstream-ca.crt") == true)
        #expect(plain.log.current.connectionCount == 0)
    }

    @Test("get nothing when nobody knows whom to believe")
    func noAuthorities() throws {
        let proxy = try front(host([endpoint]), nil)
        #expect(try proxy.answer(to: plainGet).status == 502)
        #expect(proxy.failures == ["the host's .upstream-ca.crt cannot be used"])
    }

    @Test("are left for the next one when they do not speak TLS, or stop in the middle of it")
    func otherBackend() throws {
        let silent = try ScriptedBackend { try $0.waitForEnd() }
        let closing = try ScriptedBackend { _ in }
        let babbling = try ScriptedBackend { try $0.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
        for bad in [silent, closing, babbling] {
            let alone = try front(host([bad.endpoint]), BackendContext())
            #expect(try alone.answer(to: plainGet).status == (bad === silent ? 504 : 502))
            let proxy = try front(host([bad.endpoint, endpoint]), BackendContext())
            #expect(try proxy.answer(to: plainGet).text == "ok")
        }
    }

    @Test("have not ended their answer when their connection ends, unless they say so", arguments: [true, false])
    func truncation(isSaid: Bool) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("proxy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pair = try SelfSigned.make(names: ["registry.test"], addresses: [], days: 30)
        let paths = (certificate: folder.path + "/pair.crt", key: folder.path + "/pair.key")
        try Data(pair.certificate).write(to: URL(fileURLWithPath: paths.certificate))
        try Data(pair.key).write(to: URL(fileURLWithPath: paths.key))
        let open = try ScriptedBackend { connection in
            let stream = SecureStream(accepting: connection.stream.copy, pair: paths)
            _ = try stream.receiveRequest()
            try stream.send("HTTP/1.1 200 OK\r\n\r\nhalf")
            if isSaid { stream.endProperly() } else { stream.halfClose() }
            try stream.waitForEnd()
        }
        let client = try front(host([open.endpoint]), BackendContext()).connect()
        try client.send("GET / HTTP/1.1\r\nHost: registry.test\r\n\r\n")
        #expect(try client.receive(through: "half").hasSuffix("4\r\nhalf"))
        if isSaid {
            #expect(try client.receive(through: "0\r\n\r\n") == "\r\n0\r\n\r\n")
        } else {
            try client.waitForEnd()
            #expect(
                client.history.suffix(2) != Array("\r\n".utf8) || client.history.suffix(6) == Array("half\r\n".utf8))
        }
    }

    @Test("are connected to anew when the authorities change")
    func change() throws {
        let proxy = try front(host([endpoint]), BackendContext())
        #expect(try proxy.answer(to: plainGet).text == "ok")
        proxy.backendContexts["registry.test"] = try BackendContext(
            authorities: TestCertificate("registry.test").bytes, path: "ca")
        try proxy.serve([host([endpoint])])
        #expect(try proxy.answer(to: plainGet).status == 502)
        proxy.backendContexts["registry.test"] = try BackendContext(authorities: certificate.bytes, path: "ca")
        try proxy.serve([host([endpoint])])
        #expect(try proxy.answer(to: plainGet).text == "ok")
    }
}
