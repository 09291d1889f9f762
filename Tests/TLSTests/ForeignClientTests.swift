import Bytes
import Foundation
import TLS
import Testing

/// What the OpenSSL program and curl make of the server.
@Suite("Clients of others", .timeLimit(.minutes(10)))
struct ForeignClientTests {
    let folder: ScratchFolder
    let server: TLSServer

    init() throws {
        folder = try ScratchFolder()
        try folder.write(
            try SelfSigned.make(hosts: ["a.test", "localhost"], addresses: ["127.0.0.1"], days: 3), named: "a.test")
        try folder.write(try SelfSigned.make(hosts: ["b.test"], addresses: [], days: 3), named: "b.test")
        var builder = CertificateSelectorBuilder()
        server = try TLSServer(
            builder.build(
                .init(
                    CertificateFolder.read(folder.path).certificates,
                    hosts: ["a.test": "a.test", "localhost": "a.test", "b.test": "b.test"])))
    }

    private func client(_ arguments: String..., input: String = "GET / HTTP/1.1\\r\\n\\r\\n") throws -> Tool.Output {
        let command =
            "printf '\(input)' | openssl s_client -ign_eof -connect 127.0.0.1:\(server.port) "
            + arguments.joined(separator: " ")
        return try Tool.run("sh", "-c", command)
    }

    @Test("openssl s_client speaks TLS 1.2 and 1.3, and nothing older", arguments: ["1", "1_1", "1_2", "1_3"])
    func versions(version: String) throws {
        let output = try client("-servername a.test -tls\(version) -cipher ALL:@SECLEVEL=0")
        if version.count == 3, version != "1_1" {
            #expect(output.text.contains("name=a.test version=TLSv\(version.replacing("_", with: "."))"))
            #expect(output.text.contains("Secure Renegotiation IS NOT supported") == (version == "1_3"))
        } else {
            #expect(output.text.contains("alert protocol version"), "\(output.text)")
        }
    }

    @Test("openssl s_client sees the certificate of the name that it asks for, and alert 112 for others")
    func names() throws {
        #expect(try client("-servername b.test").text.contains("subject=CN = b.test"))
        #expect(try client("-noservername").text.contains("subject=CN = a.test"))
        #expect(try client("-servername c.test").text.contains("SSL alert number 112"))
    }

    @Test("openssl s_client comes back with its session", arguments: ["1_2", "1_3"])
    func resumption(version: String) throws {
        let options = "-servername a.test -tls\(version)"
        let first = try client(options, "-sess_out \(folder["session"])")
        #expect(first.text.contains("resumed=false"))
        let second = try client(options, "-sess_in \(folder["session"])")
        #expect(second.text.contains("resumed=true"), "\(second.text)")
        let other = try client("-servername b.test -tls\(version) -sess_in \(folder["session"])")
        #expect(other.text.contains("resumed=false"), "\(other.text)")
    }

    @Test("openssl s_client trusts a self-signed certificate that it was given, by name and by address")
    func trust() throws {
        for check in ["-servername a.test -verify_hostname a.test", "-noservername -verify_ip 127.0.0.1"] {
            let output = try client("-verify_return_error -CAfile \(folder["a.test.crt"]) \(check)")
            #expect(output.text.contains("Verify return code: 0 (ok)"), "\(output.text)")
        }
        #expect(try !client("-verify_return_error -servername a.test").text.contains("name=a.test"))
    }

    @Test("curl trusts a self-signed certificate that it was given", arguments: ["localhost", "127.0.0.1"])
    func curl(host: String) throws {
        let output = try Tool.run(
            "curl", "-sS", "--cacert", folder["a.test.crt"], "https://\(host):\(server.port)/")
        #expect(output.text.hasPrefix("name=\(host == "localhost" ? host : "-") version=TLSv1.3"), "\(output.text)")
        let untrusting = try Tool.run("curl", "-sS", "https://\(host):\(server.port)/")
        #expect(untrusting.status == 60)
    }

    @Test(
        "curl gets all of a long answer, however slowly it reads", arguments: ["", "--limit-rate 100M --tcp-nodelay"])
    func longAnswer(options: String) throws {
        let output = try Tool.run(
            "sh", "-c",
            "curl -sS \(options) --cacert \(folder["a.test.crt"]) https://localhost:\(server.port)/20000000 | wc -c")
        #expect(output.text.trimmingCharacters(in: .whitespacesAndNewlines) == "20000000")
    }
}
