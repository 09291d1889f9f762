import Bytes
import Foundation
import TLS
import Testing

@Suite("Certificate files")
struct CertificateTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func pair(_ names: String...) throws -> SelfSigned.Pair {
        try SelfSigned.make(names: names, addresses: [], days: 30)
    }

    private func fault() -> CertificateError? {
        do {
            _ = try folder.load("a")
            return nil
        } catch {
            return error as? CertificateError
        }
    }

    @Test("reads names, addresses, lifetime and fingerprint")
    func reads() throws {
        let pair = try SelfSigned.make(
            names: ["A.test", "*.b.test"], addresses: [IPAddress("10.0.0.1")!, IPAddress("::1")!], days: 30)
        try folder.write(pair, named: "a")
        let certificate = try folder.load("a")
        #expect(certificate.subjectNames == ["a.test", "*.b.test"])
        #expect(certificate.addresses == [IPAddress("10.0.0.1"), IPAddress("::1")])
        #expect(certificate.hasAlternativeNames)
        #expect(certificate.notAfter - certificate.notBefore == 30 * 86_400 + 3600)
        #expect(certificate.fingerprint.count == 32)
        #expect(certificate.warnings(at: certificate.notBefore).isEmpty)
    }

    @Test("says how many days a certificate has expired, is still good, or not yet good")
    func warns() throws {
        try folder.write(try pair("a.test"), named: "a")
        let certificate = try folder.load("a")
        let day: Int64 = 86_400
        #expect(certificate.warnings(at: certificate.notAfter + 3 * day) == ["the certificate expired 3 days ago"])
        #expect(certificate.warnings(at: certificate.notAfter - 13 * day) == ["the certificate expires in 13 days"])
        #expect(certificate.warnings(at: certificate.notAfter - 15 * day).isEmpty)
        #expect(
            certificate.warnings(at: certificate.notBefore - 5 * 3600) == ["the certificate is valid only in 5 hours"])
    }

    @Test("takes the common name of a certificate without alternative names, and warns")
    func commonName() throws {
        let made = try Tool.run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=Old.test", "-keyout", folder["a.key"], "-out", folder["a.crt"])
        try #require(made.status == 0, "\(made.text)")
        let certificate = try folder.load("a")
        #expect(certificate.subjectNames == ["old.test"])
        #expect(certificate.warnings(at: certificate.notBefore).contains { $0.contains("subjectAltName") })
    }

    @Test("names the missing file", arguments: ["a.crt", "a.key"])
    func missing(name: String) throws {
        try folder.write(try pair("a.test"), named: "a")
        try FileManager.default.removeItem(atPath: folder[name])
        #expect(fault() == .missing(folder[name]))
    }

    @Test("names the file that is empty or not in PEM form")
    func notPEM() throws {
        let pair = try pair("a.test")
        try folder.write(pair, named: "a")
        try folder.write("", to: "a.crt")
        #expect(fault() == .empty(folder["a.crt"]))
        try folder.write("hello\n", to: "a.crt")
        #expect(fault() == .noCertificate(folder["a.crt"]))
        try folder.write(pair.key, to: "a.crt")
        #expect(fault() == .noCertificate(folder["a.crt"]))
        try folder.write(pair, named: "a")
        try folder.write("hello\n", to: "a.key")
        #expect(fault() == .noKey(folder["a.key"]))
        try folder.write(pair.certificate, to: "a.key")
        #expect(fault() == .noKey(folder["a.key"]))
    }

    @Test("says that the key does not match the certificate")
    func mismatch() throws {
        try folder.write(try pair("a.test"), named: "a")
        try folder.write(try pair("b.test").key, to: "a.key")
        #expect(fault() == .mismatch(certificate: folder["a.crt"], key: folder["a.key"]))
        #expect(
            fault()?.description
                == "\(folder["a.key"]): the key does not match the certificate \(folder["a.crt"])")
    }

    @Test("says that the server's own certificate must come first")
    func wrongOrder() throws {
        let (leaf, authority) = (try pair("a.test"), try pair("authority.test"))
        try folder.write(authority.certificate + leaf.certificate, to: "a.crt")
        try folder.write(leaf.key, to: "a.key")
        #expect(fault() == .wrongOrder(folder["a.crt"]))
        try folder.write(leaf.certificate + authority.certificate, to: "a.crt")
        #expect(fault() == nil)
    }

    @Test("says which certificate of a file is broken")
    func malformedCertificate() throws {
        let pair = try pair("a.test")
        try folder.write(pair, named: "a")
        let broken = String(decoding: pair.certificate, as: UTF8.self).replacing("MII", with: "AAA")
        try folder.write(pair.certificate + Array(broken.utf8), to: "a.crt")
        guard case .malformedCertificate(folder["a.crt"], 2, _) = fault() else {
            Issue.record("\(String(describing: fault()))")
            return
        }
    }

    @Test("says that a certificate is cut, wherever its writer stopped")
    func cut() throws {
        let pair = try pair("a.test")
        try folder.write(pair, named: "a")
        for count in stride(from: 1, to: pair.certificate.count - 1, by: 7) {
            try folder.write(Array(pair.certificate[..<count]), to: "a.crt")
            #expect(fault()?.path == folder["a.crt"])
        }
        try folder.write(pair.certificate, to: "a.crt")
        for count in stride(from: 1, to: pair.key.count - 1, by: 7) {
            try folder.write(Array(pair.key[..<count]), to: "a.key")
            #expect(fault()?.path == folder["a.key"])
        }
    }

    @Test("says that a key has a passphrase, and asks nobody for it")
    func encryptedKey() throws {
        try folder.write(try pair("a.test"), named: "a")
        let made = try Tool.run(
            "openssl", "pkey", "-in", folder["a.key"], "-aes256", "-passout", "pass:x", "-out", folder["b.key"])
        try #require(made.status == 0, "\(made.text)")
        try FileManager.default.removeItem(atPath: folder["a.key"])
        try FileManager.default.moveItem(atPath: folder["b.key"], toPath: folder["a.key"])
        let found = fault()
        #expect(found == .encryptedKey(folder["a.key"]))
        // The advice that the message gives works.
        let advice = try #require(found?.description.split(separator: "`").last)
        let followed = try Tool.run(
            "sh", "-c", String(advice).replacing("openssl pkey", with: "openssl pkey -passin pass:x"))
        #expect(followed.status == 0, "\(followed.text)")
        #expect(fault() == nil)
    }

    @Test("reads the older forms of keys", arguments: ["rsa", "ec"])
    func olderKeys(kind: String) throws {
        let options =
            kind == "rsa" ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]
        let made = try Tool.run(
            "sh", "-c",
            """
            openssl req -x509 -newkey \(options.joined(separator: " ")) -nodes -days 30 -subj /CN=a.test \
            -keyout \(folder["pkcs8"]) -out \(folder["a.crt"]) && \
            openssl \(kind) -in \(folder["pkcs8"]) -out \(folder["a.key"]) \(kind == "rsa" ? "-traditional" : "")
            """)
        try #require(made.status == 0, "\(made.text)")
        #expect(try String(contentsOfFile: folder["a.key"], encoding: .utf8).contains("BEGIN \(kind.uppercased()) "))
        #expect(fault() == nil)
    }

    @Test("refuses a key that is too short to be served with, and says so")
    func refused() throws {
        let made = try Tool.run(
            "openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-days", "30", "-subj", "/CN=a.test",
            "-keyout", folder["a.key"], "-out", folder["a.crt"])
        try #require(made.status == 0, "\(made.text)")
        #expect(fault() == .refused(folder["a.crt"], reason: "ee key too small"))
        // The same process can go on to serve good ones.
        try folder.write(try pair("a.test"), named: "a")
        #expect(fault() == nil)
    }

    @Test("does not take a folder, a pipe or a huge file for a certificate")
    func notRegular() throws {
        try folder.write(try pair("a.test"), named: "a")
        try FileManager.default.removeItem(atPath: folder["a.crt"])
        try FileManager.default.createDirectory(atPath: folder["a.crt"], withIntermediateDirectories: false)
        #expect(fault() == .notRegular(folder["a.crt"]))
        try FileManager.default.removeItem(atPath: folder["a.crt"])
        try #require(mkfifo(folder["a.crt"], 0o600) == 0)
        #expect(fault() == .notRegular(folder["a.crt"]))
        try FileManager.default.removeItem(atPath: folder["a.crt"])
        try folder.write([UInt8](repeating: 0x41, count: 1 << 20 | 1), to: "a.crt")
        #expect(fault() == .tooLarge(folder["a.crt"]))
    }

    @Test("stands up to thousands of changed bytes")
    func mutated() throws {
        let pair = try pair("a.test")
        try folder.write(pair, named: "a")
        var random = SeededRandom(seed: 7)
        for _ in 0..<400 {
            var certificate = pair.certificate
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                certificate[Int.random(in: certificate.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            try folder.write(certificate, to: "a.crt")
            // Either verdict is right; it must come without a crash and must name the file.
            if let path = fault()?.path { #expect(path == folder["a.crt"] || path == folder["a.key"]) }
        }
    }
}
