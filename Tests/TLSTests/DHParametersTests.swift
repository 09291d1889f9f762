import COpenSSL
import Foundation
import Net
import TLS
import Testing

@Suite("Groups for finite-field DHE")
struct DHParametersTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: folder[name])))
    }

    /// What a client that knows nothing but DHE agrees on with a server that has the group.
    private func size(of parameters: DHParameters?) throws -> Int? {
        let made = try Tool.run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=a.test", "-keyout",
            folder["a.key"], "-out", folder["a.crt"])
        try #require(made.status == 0, "\(made.text)")
        let context = try TLSContext(certificate: folder.load("a"), parameters: parameters)
        let link = try TLSLink(TLSEngine(fallback: context)) {
            _ = portico_ssl_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
            SSL_set_cipher_list($0, "DHE")
        }
        guard link.shakeHands().server == .complete else { return nil }
        #expect(link.client.cipher.hasPrefix("DHE-RSA-"))
        return Int(portico_ssl_peer_key_bits(link.client.connection))
    }

    @Test("are those of RFC 7919, whichever size is asked for, or none", arguments: DHParameters.sizes)
    func named(bits: Int) throws {
        #expect(try size(of: DHParameters(bits: bits)) == bits)
        #expect(DHParameters(bits: bits + 1) == nil)
    }

    @Test("are not used where there are none")
    func without() throws {
        #expect(try size(of: nil) == nil)
        #expect(try size(of: .standard) == 4096)
    }

    @Test("come from files that openssl dhparam writes, and from those of named groups")
    func files() throws {
        let made = try Tool.run("openssl", "dhparam", "-dsaparam", "-out", folder["dh.pem"], "2048")
        try #require(made.status == 0, "\(made.text)")
        #expect(try size(of: DHParameters(pem: bytes("dh.pem"), path: "dh.pem")) == 2048)
        let named = try Tool.run(
            "openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe3072", "-out",
            folder["named.pem"])
        try #require(named.status == 0, "\(named.text)")
        #expect(try size(of: DHParameters(pem: bytes("named.pem"), path: "named.pem")) == 3072)
    }

    @Test("are refused where they are too short, something else, or broken")
    func refused() throws {
        for command in [
            "openssl dhparam -dsaparam 1024", "openssl ecparam -name P-256", "echo x", "true",
            "openssl genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 | head -3",
        ] {
            _ = try Tool.run("sh", "-c", "\(command) > \(folder["x.pem"]) 2> /dev/null")
            #expect(throws: CertificateError.self, "\(command)") {
                try DHParameters(pem: bytes("x.pem"), path: "x.pem")
            }
        }
    }
}
