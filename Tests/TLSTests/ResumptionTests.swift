import Bytes
import COpenSSL
import Net
import Testing

@testable import TLS

@Suite("Session resumption")
struct ResumptionTests {
    /// Connects, exchanges a byte so that tickets arrive, and returns the link.
    private func visit(
        _ engine: TLSEngine, _ name: String?, version: Int32, with session: ClientSession? = nil
    ) throws -> TLSLink {
        let link = try TLSLink(engine, serverName: name) {
            _ = portico_ssl_set_versions($0, version, version)
            session?.offer(on: $0)
        }
        let outcome = link.shakeHands()
        try #require(outcome.server == .complete)
        #expect(link.serverWrite([1]) == .complete)
        #expect(link.client.read() == .bytes([1]))
        #expect(link.client.isResumed == link.server.tls?.isResumed)
        return link
    }

    @Test("resumes with the same host, on any worker", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func resumes(version: Int32) throws {
        let selector = TestCertificates.selector(fallback: try TestCertificates.context("a.test"))
        let keys = try TicketKeys()
        let first = try TLSEngine(selector: selector, ticketKeys: keys)
        let second = try TLSEngine(selector: selector, ticketKeys: keys)
        let link = try visit(first, "a.test", version: version)
        #expect(!link.client.isResumed)
        let session = try #require(link.client.session())
        let next = try visit(second, "a.test", version: version, with: session)
        #expect(next.client.isResumed)
        #expect(next.server.tls?.serverName == "a.test")
        #expect(next.server.tls?.context === selector.fallback)
        // A resumed connection leaves with a ticket too.
        let renewed = try #require(next.client.session())
        let again = try visit(first, "a.test", version: version, with: renewed)
        #expect(again.client.isResumed)
    }

    @Test("does not resume with keys of another process", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func otherKeys(version: Int32) throws {
        let selector = TestCertificates.selector(fallback: try TestCertificates.context("a.test"))
        let link = try visit(
            try TLSEngine(selector: selector, ticketKeys: TicketKeys()), "a.test", version: version)
        let session = try #require(link.client.session())
        let other = try TLSEngine(selector: selector, ticketKeys: TicketKeys())
        #expect(try !visit(other, "a.test", version: version, with: session).client.isResumed)
    }

    @Test("never resumes under another name, certificate or policy", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func bound(version: Int32) throws {
        let certificate = try TestCertificates.make("a.test", "b.test")
        let context = try TLSContext(certificate: certificate)
        let engine = try TLSEngine(fallback: context)
        let session = try #require(try visit(engine, "a.test", version: version).client.session())
        #expect(try !visit(engine, "b.test", version: version, with: session).client.isResumed)
        #expect(try !visit(engine, nil, version: version, with: session).client.isResumed)

        let nameless = try #require(try visit(engine, nil, version: version).client.session())
        #expect(try !visit(engine, "a.test", version: version, with: nameless).client.isResumed)

        let strict = TLSPolicy(
            name: "strict", oldest: .tls12, newest: .tls13, ciphers: context.policy.ciphers, prefersServerOrder: false)
        engine.selector.fallback = try TLSContext(certificate: certificate, policy: strict)
        #expect(try !visit(engine, "a.test", version: version, with: session).client.isResumed)

        engine.selector.fallback = try TestCertificates.context("a.test")
        #expect(try !visit(engine, "a.test", version: version, with: session).client.isResumed)

        // The same certificate and policy, set up anew, are the same to a session.
        engine.selector.fallback = try TLSContext(certificate: certificate)
        #expect(try visit(engine, "a.test", version: version, with: session).client.isResumed)
    }

    @Test("seals with a new key after each lifetime, and opens with the last one for one more")
    func rotates() throws {
        let keys = try TicketKeys()
        func instant(hours: Double) -> Instant { Instant(nanoseconds: UInt64(hours * 3600 * 1e9)) }
        func opens(_ key: TicketKey, hours: Double) -> Bool {
            key.name.withUnsafeBytes { keys.opening(name: $0, at: instant(hours: hours)) } === key
        }
        let first = try #require(keys.sealing(at: instant(hours: 1)))
        #expect(keys.sealing(at: instant(hours: 12.9)) === first)
        let second = try #require(keys.sealing(at: instant(hours: 13)))
        #expect(second !== first)
        #expect(second.name != first.name)
        #expect(second.cipherKey != first.cipherKey)
        #expect(opens(first, hours: 24.9))
        #expect(opens(second, hours: 24.9))
        #expect(!opens(first, hours: 25))
        let third = try #require(keys.sealing(at: instant(hours: 26)))
        #expect(!opens(first, hours: 13))
        #expect(opens(second, hours: 26))
        #expect(opens(third, hours: 26))
        #expect(
            [UInt8](repeating: 0, count: 16).withUnsafeBytes { keys.opening(name: $0, at: instant(hours: 26)) } == nil)
    }
}
