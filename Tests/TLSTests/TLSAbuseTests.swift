import COpenSSL
import Glibc
import Net
import TLS
import Testing

@Suite("TLS abuse")
struct TLSAbuseTests {
    let engine: TLSEngine

    init() throws { engine = try TLSEngine(fallback: TestCertificates.context("a.test")) }

    private func connected(_ version: Int32) throws -> TLSLink {
        let link = try TLSLink(engine) { _ = portico_ssl_set_versions($0, version, version) }
        try #require(link.shakeHands().server == .complete)
        while case .bytes = link.client.read() {}
        return link
    }

    private func updateKeys(_ link: TLSLink, count: Int) {
        for _ in 0..<count {
            SSL_key_update(link.client.connection, SSL_KEY_UPDATE_REQUESTED)
            _ = link.client.handshake()
        }
    }

    @Test("goes along with key updates between data (RFC 8446 §4.6.3)")
    func keyUpdates() throws {
        let link = try connected(TLS1_3_VERSION)
        for round in 0..<100 {
            updateKeys(link, count: 3)
            let sent = Array("round \(round)".utf8)
            #expect(link.client.write(sent[...]) == sent.count)
            #expect(link.serverRead().bytes == sent)
            #expect(link.serverWrite(sent) == .complete)
            #expect(link.client.read() == .bytes(sent))
        }
    }

    @Test("cuts off a client that sends nothing but key updates")
    func keyUpdateFlood() throws {
        let link = try connected(TLS1_3_VERSION)
        var result = ReadResult.wouldBlock
        for _ in 0..<20 where result == .wouldBlock {
            updateKeys(link, count: 20)
            result = link.serverRead().result
        }
        guard case .failed = result else {
            Issue.record("the flood went on")
            return
        }
        #expect(link.server.tls?.failure == .tooManyMessages)
    }

    @Test("does not renegotiate (RFC 9325 §3.5)")
    func renegotiation() throws {
        let link = try connected(TLS1_2_VERSION)
        SSL_renegotiate(link.client.connection)
        _ = link.client.handshake()
        #expect(link.serverRead().result == .wouldBlock)
        #expect(link.client.handshake() == .failed("no renegotiation"))
        #expect(link.server.tls?.failure == nil)
    }
}
