import Bytes
import COpenSSL
import Glibc
import Net
import TLS
import Testing

@Suite("TLS handshake")
struct TLSHandshakeTests {
    private static let modern = TLSPolicy(
        name: "modern", oldest: .tls13, newest: .tls13, ciphers: TLSPolicy.mozillaIntermediate.ciphers,
        prefersServerOrder: false)

    private func engine(_ context: TLSContext) throws -> TLSEngine { try TLSEngine(fallback: context) }

    @Test("refuses TLS 1.1 and older, and says why", arguments: [TLS1_VERSION, TLS1_1_VERSION])
    func oldVersions(version: Int32) throws {
        let link = try TLSLink(try engine(TestCertificates.context("a.test"))) {
            _ = portico_ssl_set_versions($0, version, version)
            SSL_set_cipher_list($0, "ALL:@SECLEVEL=0")
        }
        let outcome = link.shakeHands()
        #expect(outcome.server == .failed(.protocolFault("unsupported protocol")))
        #expect(outcome.client == .failed("tlsv1 alert protocol version"))
    }

    @Test(
        "agrees on authenticated ciphers with forward secrecy only",
        arguments: [
            ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-AES256-GCM-SHA384", true),
            ("ECDHE-ECDSA-CHACHA20-POLY1305", true), ("ECDHE-ECDSA-AES128-SHA256", false),
            ("ECDHE-ECDSA-AES256-SHA", false), ("AES128-GCM-SHA256", false), ("ADH-AES128-SHA256", false),
        ])
    func ciphers(cipher: String, isAccepted: Bool) throws {
        let link = try TLSLink(try engine(TestCertificates.context("a.test"))) {
            _ = portico_ssl_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
            SSL_set_cipher_list($0, cipher + ":@SECLEVEL=0")
        }
        let outcome = link.shakeHands()
        #expect((outcome.server == .complete) == isAccepted)
        if isAccepted { #expect(link.client.cipher == cipher) }
        guard !isAccepted else { return }
        // OpenSSL has changed the first words of this reason between 3.0 and 3.5.
        guard case .failed(let reason) = outcome.client, reason.hasSuffix("alert handshake failure") else {
            Issue.record("\(outcome.client)")
            return
        }
    }

    @Test("serves RSA certificates", arguments: ["ECDHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384"])
    func rsa(cipher: String) throws {
        let folder = try ScratchFolder()
        let made = try Tool.run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=a.test", "-keyout",
            folder["a.key"], "-out", folder["a.crt"])
        try #require(made.status == 0, "\(made.text)")
        let link = try TLSLink(try engine(TLSContext(certificate: folder.load("a")))) {
            _ = portico_ssl_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
            SSL_set_cipher_list($0, cipher)
        }
        #expect(link.shakeHands().server == .complete)
        #expect(link.client.cipher == cipher)
    }

    @Test("sends the authorities' certificates behind its own")
    func chain() throws {
        let folder = try ScratchFolder()
        let pair = try SelfSigned.make(names: ["a.test"], addresses: [], days: 30)
        let authorities = try (0..<3).map { try SelfSigned.make(names: ["authority\($0)"], addresses: [], days: 30) }
        try folder.write(pair.certificate + authorities.flatMap(\.certificate), to: "a.crt")
        try folder.write(pair.key, to: "a.key")
        let link = try TLSLink(try engine(TLSContext(certificate: folder.load("a"))))
        #expect(link.shakeHands().server == .complete)
        #expect(link.client.chainNames == ["a.test", "authority0", "authority1", "authority2"])
    }

    @Test("follows the policy of the host that the client names")
    func policies() throws {
        var selector = CertificateSelector()
        selector.exact["old.test"] = try TestCertificates.context("old.test")
        selector.exact["new.test"] = try TestCertificates.context("new.test", policy: Self.modern)
        let engine = try TLSEngine(selector: selector, ticketKeys: TicketKeys())
        func handshake(_ name: String, _ version: Int32) throws -> HandshakeResult {
            try TLSLink(engine, serverName: name) { _ = portico_ssl_set_versions($0, version, version) }
                .shakeHands().server
        }
        #expect(try handshake("old.test", TLS1_2_VERSION) == .complete)
        #expect(try handshake("old.test", TLS1_3_VERSION) == .complete)
        #expect(try handshake("new.test", TLS1_3_VERSION) == .complete)
        #expect(try handshake("new.test", TLS1_2_VERSION) == .failed(.protocolFault("unsupported protocol")))
    }

    @Test("shows the certificate of the host that the client names, in any case and with a last dot")
    func serverNames() throws {
        var selector = CertificateSelector()
        selector.exact["a.test"] = try TestCertificates.context("a.test")
        selector.suffixes[".b.test"] = try TestCertificates.context("*.b.test")
        selector.fallback = try TestCertificates.context("default.test")
        let engine = try TLSEngine(selector: selector, ticketKeys: TicketKeys())
        for (asked, shown, name) in [
            ("a.test", "a.test", "a.test"), ("A.TesT", "a.test", "a.test"), ("a.test.", "a.test", "a.test"),
            ("x.b.test", "*.b.test", "x.b.test"), ("c.test", "default.test", "c.test"), (nil, "default.test", nil),
        ] as [(String?, String, String?)] {
            let link = try TLSLink(engine, serverName: asked)
            #expect(link.shakeHands().server == .complete)
            #expect(link.client.serverCommonName == shown)
            #expect(link.server.tls?.serverName == name.map { ByteString($0) })
        }
    }

    @Test(
        "refuses an unknown name with alert 112 when there is no default", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func unknownName(version: Int32) throws {
        var selector = CertificateSelector()
        selector.exact["a.test"] = try TestCertificates.context("a.test")
        let engine = try TLSEngine(selector: selector, ticketKeys: TicketKeys())
        for name in ["b.test", nil, "b\u{1}.test"] {
            let link = try TLSLink(engine, serverName: name) { _ = portico_ssl_set_versions($0, version, version) }
            let outcome = link.shakeHands()
            #expect(outcome.client == .failed("tlsv1 unrecognized name"))
            let host = name == "b.test" ? name : nil
            #expect(outcome.server == .failed(.unknownServerName(host.map { ByteString($0) })))
            #expect(link.server.handshake() == outcome.server)
        }
    }

    @Test("goes by the address that the client came to when it names no host")
    func byAddress() throws {
        var selector = CertificateSelector()
        selector.exact["a.test"] = try TestCertificates.context("a.test")
        selector.byAddress[try #require(IPAddress("10.0.0.5"))] = try TestCertificates.context("lan.test")
        let engine = try TLSEngine(selector: selector, ticketKeys: TicketKeys())
        let link = try TLSLink(engine, localAddress: "10.0.0.5")
        #expect(link.shakeHands().server == .complete)
        #expect(link.client.serverCommonName == "lan.test")
        #expect(try TLSLink(engine, localAddress: "10.0.0.6").shakeHands().server == .failed(.unknownServerName(nil)))
    }

    @Test("uses a new selector for the next connection and leaves those under way alone")
    func newSelector() throws {
        let engine = try engine(TestCertificates.context("old.test"))
        let link = try TLSLink(engine)
        #expect(link.client.handshake() == .wouldBlock)
        link.notify()
        #expect(link.server.handshake() == .wouldBlock)
        engine.selector = TestCertificates.selector(fallback: try TestCertificates.context("new.test"))
        #expect(link.shakeHands().server == .complete)
        #expect(link.client.serverCommonName == "old.test")
        #expect(link.client.write(Array("x".utf8)[...]) == 1)
        #expect(link.serverRead().bytes == Array("x".utf8))
        let next = try TLSLink(engine)
        #expect(next.shakeHands().server == .complete)
        #expect(next.client.serverCommonName == "new.test")
    }

    @Test(
        "picks the application protocol that it prefers, and refuses to guess",
        arguments: [
            (["http/1.1"], nil, nil, true), (["http/1.1"], ["http/1.1"], "http/1.1", true),
            (["http/1.1"], ["h2", "http/1.1"], "http/1.1", true),
            (["h2", "http/1.1"], ["http/1.1", "h2"], "h2", true),
            (["http/1.1"], ["h2"], nil, false), (["http/1.1"], ["http/1.0", "acme-tls/1"], nil, false),
        ] as [([String], [String]?, String?, Bool)])
    func protocols(ours: [String], theirs: [String]?, agreed: String?, isAccepted: Bool) throws {
        let context = try TLSContext(
            certificate: TestCertificates.make("a.test"), protocols: ours.map { ByteString($0) })
        let link = try TLSLink(try engine(context)) { connection in
            guard let theirs else { return }
            let list = theirs.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            SSL_set_alpn_protos(connection, list, UInt32(list.count))
        }
        let outcome = link.shakeHands()
        #expect((outcome.server == .complete) == isAccepted)
        #expect(link.client.negotiatedProtocol == agreed)
        #expect(link.server.tls?.negotiatedProtocol == agreed.map { ByteString($0) })
        if !isAccepted {
            #expect(outcome.client == .failed("tlsv1 alert no application protocol"))
        }
    }

    @Test(
        "tells a plain HTTP request, and can answer it in the clear",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "CONNECT a:1\r\n"])
    func plainHTTP(request: String) throws {
        let ends = try TLSLink.socketPair()
        let client = FileDescriptor(owning: ends.client)
        let server = try Transport(
            accepting: FileDescriptor(owning: ends.server), engine: engine(TestCertificates.context("a.test")),
            localAddress: nil)
        _ = request.withCString { send(client.raw, $0, strlen($0), 0) }
        server.update(.readable)
        #expect(server.handshake() == .failed(.plainHTTP))
        server.continueInClear()
        #expect(Array("HTTP/1.1 400 ".utf8).withUnsafeBytes { server.write($0) } == .complete)
        var answer = [UInt8](repeating: 0, count: 64)
        #expect(recv(client.raw, &answer, 64, 0) == 13)
        #expect(answer.starts(with: Array("HTTP/1.1 400 ".utf8)))
    }

    @Test("reports the alert of a client that does not trust the certificate")
    func untrusting() throws {
        let link = try TLSLink(try engine(TestCertificates.context("a.test"))) {
            SSL_set_verify($0, SSL_VERIFY_PEER, nil)
        }
        let outcome = link.shakeHands()
        #expect(outcome.client == .failed("certificate verify failed"))
        #expect(outcome.server == .failed(.peerAlert(UInt8(SSL_AD_UNKNOWN_CA))))
    }

    @Test("reports a client that leaves in the middle")
    func leaves() throws {
        let link = try TLSLink(try engine(TestCertificates.context("a.test")))
        #expect(link.client.handshake() == .wouldBlock)
        shutdown(link.client.descriptor, Int32(SHUT_WR))
        link.server.update([.readable, .readEnded])
        #expect(link.server.handshake() == .failed(.peerClosed))
    }

    @Test("stands up to thousands of damaged greetings")
    func damaged() throws {
        let engine = try engine(TestCertificates.context("a.test"))
        let recorder = try TLSLink.socketPair()
        let client = TLSClient(recorder.client, serverName: "a.test")
        let tap = FileDescriptor(owning: recorder.server)
        #expect(client.handshake() == .wouldBlock)
        var greeting = [UInt8](repeating: 0, count: 4096)
        greeting.removeLast(4096 - recv(tap.raw, &greeting, 4096, 0))
        var random = SeededRandom(seed: 11)
        for _ in 0..<2000 {
            let ends = try TLSLink.socketPair()
            let peer = FileDescriptor(owning: ends.client)
            let server = try Transport(
                accepting: FileDescriptor(owning: ends.server), engine: engine, localAddress: nil)
            var bytes = greeting
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            _ = bytes.withUnsafeBytes { send(peer.raw, $0.baseAddress, $0.count, 0) }
            shutdown(peer.raw, Int32(SHUT_WR))
            server.update([.readable, .readEnded])
            guard case .failed = server.handshake() else {
                Issue.record("a damaged greeting was accepted as a whole handshake")
                return
            }
        }
        // The engine is none the worse for it.
        #expect(try TLSLink(engine).shakeHands().server == .complete)
    }
}
