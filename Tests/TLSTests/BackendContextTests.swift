import Bytes
import Glibc
import Net
import TLS
import Testing

@Suite("TLS to backends")
struct BackendContextTests {
    /// Both ends of a connection, the backend's and the proxy's.
    private struct Ends {
        let backend: Transport
        let proxy: Transport

        /// Takes both handshakes as far as they go.
        func shakeHands() -> (proxy: HandshakeResult, backend: HandshakeResult) {
            var results = (proxy: HandshakeResult.wouldBlock, backend: HandshakeResult.wouldBlock)
            for _ in 0..<8 {
                proxy.update([.readable, .writable])
                results.proxy = proxy.handshake()
                backend.update([.readable, .writable])
                results.backend = backend.handshake()
            }
            return results
        }

        /// Sends bytes from the backend to the proxy, and returns what arrived.
        func bring(_ text: String) -> String {
            _ = Array(text.utf8).withUnsafeBytes { backend.write($0) }
            proxy.update(.readable)
            var bytes = [UInt8](repeating: 0, count: 1000)
            guard case .bytes(let count) = bytes.withUnsafeMutableBytes({ proxy.read(into: $0) }) else { return "" }
            return String(decoding: bytes[..<count], as: UTF8.self)
        }
    }

    private let engine: TLSEngine
    private let pair: SelfSigned.Pair

    init() throws {
        let folder = try ScratchFolder()
        pair = try SelfSigned.make(names: ["a.test"], addresses: [IPAddress(ipv4: 0x0a00_0001)], days: 30)
        try folder.write(pair, named: "pair")
        engine = try TLSEngine(fallback: TLSContext(certificate: folder.load("pair")))
    }

    private func connect(
        _ context: BackendContext, _ name: ByteString?, _ sessions: BackendSessions = BackendSessions()
    ) throws -> Ends {
        let ends = try TLSLink.socketPair(bufferSize: nil)
        return Ends(
            backend: try Transport(
                accepting: FileDescriptor(owning: ends.server), engine: engine, localAddress: nil),
            proxy: try Transport(
                connecting: FileDescriptor(owning: ends.client), engine: engine, context: context, serverName: name,
                sessions: sessions))
    }

    @Test("takes any certificate where none is verified, and asks for the name", arguments: ["a.test", "other.test"])
    func unverified(name: String) throws {
        let ends = try connect(BackendContext(), ByteString(name))
        #expect(ends.shakeHands() == (.complete, .complete))
        #expect(ends.backend.tls?.serverName == ByteString(name))
        #expect(ends.bring("hello") == "hello")
    }

    @Test("asks for no name where none is known or it is an address", arguments: [nil, "10.0.0.1", "fd00::1"])
    func nameless(name: String?) throws {
        let ends = try connect(BackendContext(), name.map { ByteString($0) })
        #expect(ends.shakeHands() == (.complete, .complete))
        #expect(ends.backend.tls?.serverName == nil)
    }

    @Test(
        "takes a certificate that is named as an authority, for its names and addresses",
        arguments: ["a.test", "10.0.0.1", nil])
    func verified(name: String?) throws {
        let context = try BackendContext(authorities: pair.certificate, path: "ca")
        let ends = try connect(context, name.map { ByteString($0) })
        #expect(ends.shakeHands() == (.complete, .complete))
        #expect(ends.bring("hello") == "hello")
    }

    @Test("refuses a certificate for another name", arguments: ["b.test", "x.a.test", "10.0.0.2"])
    func otherName(name: String) throws {
        let context = try BackendContext(authorities: pair.certificate, path: "ca")
        let outcome = try connect(context, ByteString(name)).shakeHands()
        guard case .failed(.untrustedPeer(let reason)) = outcome.proxy else {
            Issue.record("\(outcome.proxy)")
            return
        }
        #expect(reason.contains("mismatch"))
        #expect(outcome.backend == .failed(.peerAlert(42)))
    }

    @Test("refuses a certificate of another authority")
    func otherAuthority() throws {
        let other = try SelfSigned.make(names: ["a.test"], addresses: [], days: 30)
        let context = try BackendContext(authorities: other.certificate, path: "ca")
        let outcome = try connect(context, "a.test").shakeHands()
        guard case .failed(.untrustedPeer) = outcome.proxy else {
            Issue.record("\(outcome.proxy)")
            return
        }
    }

    @Test("finds the right one among several authorities")
    func severalAuthorities() throws {
        let other = try SelfSigned.make(names: ["b.test"], addresses: [], days: 30)
        let context = try BackendContext(authorities: other.certificate + pair.certificate, path: "ca")
        #expect(try connect(context, "a.test").shakeHands().proxy == .complete)
    }

    @Test(
        "refuses a file without certificates",
        arguments: ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func noAuthorities(text: String) {
        #expect(throws: CertificateError.self) { try BackendContext(authorities: Array(text.utf8), path: "ca") }
    }

    @Test("goes on from the last session, and verifies again where the authorities are others")
    func resumption() throws {
        let context = try BackendContext(authorities: pair.certificate, path: "ca")
        let sessions = BackendSessions()
        for round in 0..<3 {
            let ends = try connect(context, "a.test", sessions)
            #expect(ends.shakeHands() == (.complete, .complete))
            #expect(ends.proxy.tls?.isResumed == (round > 0))
            #expect(ends.bring("hello") == "hello")
        }
        sessions.forget()
        let ends = try connect(context, "a.test", sessions)
        #expect(ends.shakeHands() == (.complete, .complete))
        #expect(ends.proxy.tls?.isResumed == false)
    }

    @Test("fails where the backend does not speak TLS")
    func plainBackend() throws {
        let ends = try TLSLink.socketPair(bufferSize: nil)
        let proxy = try Transport(
            connecting: FileDescriptor(owning: ends.client), engine: engine, context: BackendContext(),
            serverName: "a.test", sessions: BackendSessions())
        #expect(proxy.handshake() == .wouldBlock)
        let answer = "HTTP/1.1 400 Bad Request\r\n\r\n"
        #expect(send(ends.server, answer, answer.utf8.count, 0) > 0)
        proxy.update(.readable)
        guard case .failed = proxy.handshake() else {
            Issue.record("the handshake went on")
            return
        }
        close(ends.server)
    }
}
