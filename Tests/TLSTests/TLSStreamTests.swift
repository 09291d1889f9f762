import Bytes
import COpenSSL
import Net
import TLS
import Testing

@Suite("TLS stream")
struct TLSStreamTests {
    let engine: TLSEngine

    init() throws { engine = try TLSEngine(fallback: TestCertificates.context("a.test")) }

    @Test("makes a handshake and carries bytes both ways")
    func carriesBytes() throws {
        let link = try TLSLink(engine, serverName: "A.test.")
        let outcome = link.shakeHands()
        #expect(outcome.client == .done)
        #expect(outcome.server == .complete)
        #expect(link.server.tls?.serverName == "a.test")
        #expect(link.server.tls?.protocolVersion == .tls13)
        #expect(link.client.write(Array("ping".utf8)[...]) == 4)
        #expect(link.serverRead().bytes == Array("ping".utf8))
        #expect(link.server.mayRead == false)
        #expect(link.serverWrite(Array("pong".utf8)) == .complete)
        #expect(link.client.read() == .bytes(Array("pong".utf8)))
    }
}
