import Bytes
import COpenSSL
import Foundation
import Net
import TestSupport
import Testing

@testable import TLS

@Suite("Certificates of clients")
struct ClientVerificationTests {
    private let pki: ClientPKI

    init() throws { pki = try ClientPKI.shared.get() }

    private func authorities(_ file: String = "ca.crt", revoked: String? = nil) throws -> ClientAuthorities {
        try ClientAuthorities(
            authorities: (try pki.bytes(file), file), revocations: revoked.map { (try pki.bytes($0), $0) })
    }

    private func rules(
        _ host: ByteString = "a.test", _ demand: ClientVerification.Demand = .trusted, revoked: String? = nil
    ) throws -> ClientVerification {
        ClientVerification(host: host, authorities: try authorities(revoked: revoked), demand: demand)
    }

    /// A connection of a client to a host with the rules, complete on both sides.
    private func connect(
        _ client: String?, _ rules: ClientVerification?, version: Int32 = TLS1_3_VERSION
    ) throws -> TLSLink {
        let context = try TLSContext(certificate: TestCertificates.make("a.test"), clients: rules)
        let link = try TLSLink(TLSEngine(fallback: context), serverName: "a.test") {
            _ = portico_ssl_set_versions($0, version, version)
            guard let client else { return }
            SSL_use_certificate_chain_file($0, pki.path("\(client).crt"))
            SSL_use_PrivateKey_file($0, pki.path("\(client).key"), SSL_FILETYPE_PEM)
        }
        #expect(link.shakeHands().server == .complete)
        return link
    }

    private func verdict(_ client: String?, _ rules: ClientVerification, _ version: Int32) throws -> String {
        switch try connect(client, rules, version: version).server.tls?.verdict(of: rules) {
        case nil: "no say"
        case ClientVerdict.none?: "none"
        case .trusted?: "trusted"
        case .untrusted(let fault)?: fault.text
        }
    }

    @Test("are judged by the authorities and their lists", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func verdicts(version: Int32) throws {
        for (client, revoked, expected) in [
            (nil, nil, "none"), ("alice", nil, "trusted"), ("bob", nil, "trusted"), ("carol", nil, "trusted"),
            ("expired", nil, "certificate has expired"), ("mallory", nil, "unable to get local issuer certificate"),
            ("alice", "none.crl", "trusted"), ("bob", "none.crl", "trusted"), ("alice", "bob.crl", "trusted"),
            ("bob", "bob.crl", "certificate revoked"), ("alice", "old.crl", "CRL has expired"),
            // Each authority on the way must have a list, as nginx wants it.
            ("carol", "none.crl", "unable to get certificate CRL"),
        ] as [(String?, String?, String)] {
            #expect(
                try verdict(client, rules(revoked: revoked), version) == expected,
                "\(client ?? "nobody") by \(revoked ?? "no list")")
        }
    }

    @Test("may be signed for by as many authorities as the host says")
    func depth() throws {
        let authorities = try authorities()
        for (client, depth, expected) in [
            ("alice", 0, nil), ("carol", 0, "certificate chain too long"), ("carol", 1, nil), ("carol", 2, nil),
        ] as [(String, Int, String?)] {
            let rules = ClientVerification(host: "a.test", authorities: authorities, demand: .trusted, depth: depth)
            let verdict = try connect(client, rules).server.tls?.verdict(of: rules)
            if case .untrusted(let fault)? = verdict {
                #expect(fault.text == expected)
            } else {
                #expect(verdict == .trusted && expected == nil)
            }
        }
    }

    @Test("cannot be shown by somebody without their key")
    func impostors() throws {
        let rules = try rules()
        let link = try TLSLink(
            TLSEngine(fallback: TLSContext(certificate: TestCertificates.make("a.test"), clients: rules))
        ) {
            SSL_use_certificate_file($0, pki.path("alice.crt"), SSL_FILETYPE_PEM)
            // The wrong key: OpenSSL's client refuses to use it, and shows nothing.
            SSL_use_PrivateKey_file($0, pki.path("mallory.key"), SSL_FILETYPE_PEM)
            ERR_clear_error()
        }
        #expect(link.shakeHands().server == .complete)
        #expect(link.server.tls?.verdict(of: rules) == ClientVerdict.none)
    }

    @Test("let in whom the host's demand lets in")
    func demands() throws {
        let refused: [(String?, ClientVerification.Demand, ConnectionDemand.Refusal?)] = [
            (nil, .trusted, .noCertificate), ("alice", .trusted, nil), ("mallory", .trusted, .badCertificate),
            (nil, .trustedOrNone, nil), ("alice", .trustedOrNone, nil), ("mallory", .trustedOrNone, .badCertificate),
            ("expired", .trustedOrNone, .badCertificate), (nil, .any, nil), ("mallory", .any, nil),
            ("expired", .any, .badCertificate),
        ]
        for (client, demand, expected) in refused {
            let rules = try rules("a.test", demand)
            let connection = try #require(ConnectionDemand(policy: nil, clients: rules))
            let stream = try connect(client, rules).server.tls
            #expect(connection.refusal(of: stream) == expected, "\(client ?? "nobody"), \(demand)")
        }
    }

    @Test("count for the host alone that asked for them")
    func otherHosts() throws {
        let stream = try connect("alice", rules("a.test")).server.tls
        let other = try #require(ConnectionDemand(policy: nil, clients: rules("b.test")))
        #expect(other.refusal(of: stream) == .misdirected)
        #expect(other.refusal(of: nil) == .misdirected)
        #expect(other.refusal(of: try connect("alice", nil).server.tls) == .misdirected)
        #expect(ConnectionDemand(policy: nil, clients: nil) == nil)
    }

    @Test("are judged anew when the rules of the host change")
    func changedRules() throws {
        let link = try connect("bob", rules())
        func refusal(_ revoked: String?) throws -> ConnectionDemand.Refusal? {
            try #require(ConnectionDemand(policy: nil, clients: rules(revoked: revoked))).refusal(of: link.server.tls)
        }
        #expect(try refusal(nil) == nil)
        #expect(try refusal("bob.crl") == .badCertificate)
        #expect(try refusal("none.crl") == nil)
    }

    @Test("are asked for on every connection: no session stands for them", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func sessions(version: Int32) throws {
        let certificate = try TestCertificates.make("a.test")
        let engine = try TLSEngine(fallback: TLSContext(certificate: certificate))
        func visit(with session: ClientSession? = nil, showing client: String? = nil) throws -> TLSLink {
            let link = try TLSLink(engine, serverName: "a.test") {
                _ = portico_ssl_set_versions($0, version, version)
                session?.offer(on: $0)
                guard let client else { return }
                SSL_use_certificate_chain_file($0, pki.path("\(client).crt"))
                SSL_use_PrivateKey_file($0, pki.path("\(client).key"), SSL_FILETYPE_PEM)
            }
            #expect(link.shakeHands().server == .complete)
            #expect(link.serverWrite([1]) == .complete)
            #expect(link.client.read() == .bytes([1]))
            return link
        }
        let open = try #require(try visit().client.session())
        #expect(try visit(with: open).client.isResumed)
        engine.selector.fallback = try TLSContext(certificate: certificate, clients: rules())
        #expect(try !visit(with: open).client.isResumed)
        let shown = try visit(showing: "alice")
        if let session = shown.client.session() { #expect(try !visit(with: session).client.isResumed) }
        #expect(try !visit(with: open, showing: "alice").client.isResumed)
    }

    @Test("say who they are")
    func facts() throws {
        let rules = try rules()
        let stream = try #require(try connect("alice", rules).server.tls)
        let certificate = try #require(stream.clientCertificate)
        #expect(certificate.subject == "CN=alice,O=Works\\, Ltd")
        #expect(certificate.issuer == "CN=ca")
        #expect(certificate.serial == "1000")
        #expect(certificate.pem.text == (try pki.text("alice.crt")))
        #expect(certificate.validFrom.text.hasSuffix(" GMT"))
        #expect(certificate.validUntil.text.hasSuffix(" GMT"))
        let tool = try Tool.run("openssl", "x509", "-in", pki.path("alice.crt"), "-noout", "-fingerprint", "-sha1")
        let fingerprint = tool.text.split(separator: "=").last?.filter(\.isHexDigit).lowercased()
        #expect(certificate.fingerprint.text == fingerprint)
        #expect(try connect(nil, rules).server.tls?.clientCertificate == nil)
        #expect(String(decoding: stream.cipherName, as: UTF8.self) == "TLS_AES_256_GCM_SHA384")
    }

    @Test("tell clients whose certificates are wanted")
    func names() throws {
        let link = try connect("alice", rules())
        let names = SSL_get0_peer_CA_list(link.client.connection)
        #expect(portico_name_count(names) == 1)
    }

    @Test("need files that can be read")
    func files() throws {
        func error(_ text: String, _ revocations: String? = nil) -> CertificateError? {
            do throws(CertificateError) {
                _ = try ClientAuthorities(
                    authorities: (Array(text.utf8), "ca"), revocations: revocations.map { (Array($0.utf8), "crl") })
                return nil
            } catch {
                return error
            }
        }
        let (authority, list) = (try pki.text("ca.crt"), try pki.text("bob.crl"))
        #expect(error("") == .noCertificate("ca"))
        #expect(error(list) == .noCertificate("ca"))
        #expect(error(authority, authority) == .noRevocations("crl"))
        #expect(error(authority, "") == .noRevocations("crl"))
        #expect(error(authority, list) == nil)
        guard case .malformedCertificate("ca", 2, _)? = error(authority + authority.replacing("MII", with: "NII")),
            case .malformedRevocations("crl", 1, _)? = error(authority, list.replacing("M", with: "N"))
        else {
            Issue.record("a broken file was taken")
            return
        }
    }

    @Test("are warned of before all of them are bad")
    func warnings() throws {
        let (ours, now) = (try authorities(revoked: "bob.crl"), Int64(Date().timeIntervalSince1970))
        #expect(ours.warnings(at: now).isEmpty)
        #expect(ours.warnings(at: now + 20 * 86_400).map(\.isOfRevocations) == [false])
        #expect(ours.warnings(at: now + 60 * 86_400).map(\.isOfRevocations) == [false, true])
        #expect(
            try authorities(revoked: "old.crl").warnings(at: now)[0].text.contains("the list of revocations expired"))
    }
}
