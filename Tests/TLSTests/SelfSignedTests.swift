import Bytes
import Foundation
import TLS
import Testing

@Suite("Self-signed certificates")
struct SelfSignedTests {
    @Test("takes addresses among the hosts for addresses")
    func addressesAmongHosts() throws {
        let folder = try ScratchFolder()
        try folder.write(
            try SelfSigned.make(hosts: ["a.test", "127.0.0.1", "*.a.test"], addresses: ["::1"], days: 3), named: "a")
        let certificate = try folder.load("a")
        #expect(certificate.subjectNames == ["a.test", "*.a.test"])
        #expect(certificate.addresses == [IPAddress("127.0.0.1"), IPAddress("::1")])
    }

    @Test(
        "refuses what is no host name",
        arguments: [
            "", "a b", "a,DNS:evil.test", "a..test", ".test", "test.", "*", "*.", "a.*", "*a.test", "-a.test",
            "a-.test",
            "a\n.test", "ä.test", String(repeating: "a", count: 64), String(repeating: "a.", count: 127) + "aa",
        ])
    func badNames(name: String) {
        #expect(throws: SelfSignedError.badName(name)) { try SelfSigned.make(hosts: [name], addresses: [], days: 1) }
    }

    @Test("refuses a bad address, a bad lifetime and having nothing to name")
    func badRest() {
        #expect(throws: SelfSignedError.badAddress("1.2.3")) {
            try SelfSigned.make(hosts: ["a.test"], addresses: ["1.2.3"], days: 1)
        }
        #expect(throws: SelfSignedError.badLifetime(0)) {
            try SelfSigned.make(hosts: ["a.test"], addresses: [], days: 0)
        }
        #expect(throws: SelfSignedError.nothingNamed) { try SelfSigned.make(hosts: [], addresses: [], days: 1) }
    }

    @Test("is good as a root of trust by OpenSSL's own rules, for its names and addresses")
    func verifies() throws {
        let folder = try ScratchFolder()
        try folder.write(try SelfSigned.make(hosts: ["a.test"], addresses: ["127.0.0.1"], days: 3), named: "a")
        for check in [["-verify_hostname", "a.test"], ["-verify_ip", "127.0.0.1"]] {
            let verdict = try Tool.run(
                "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", folder["a.crt"], check[0],
                check[1], folder["a.crt"])
            #expect(verdict.status == 0, "\(verdict.text)")
        }
        let text = try Tool.run("openssl", "x509", "-in", folder["a.crt"], "-noout", "-text").text
        #expect(text.contains("Version: 3"))
        #expect(text.contains("CA:FALSE"))
        #expect(text.contains("TLS Web Server Authentication"))
        #expect(text.contains("Digital Signature"))
    }

    @Test("has a serial number and key of its own each time")
    func unique() throws {
        let pairs = try (0..<20).map { _ in try SelfSigned.make(hosts: ["a.test"], addresses: [], days: 1) }
        #expect(Set(pairs.map(\.certificate)).count == 20)
        #expect(Set(pairs.map(\.key)).count == 20)
    }
}
