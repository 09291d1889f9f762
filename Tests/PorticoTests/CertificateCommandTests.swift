import Foundation
import Testing

@Suite("portico cert self-signed")
struct CertificateCommandTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func make(_ arguments: String...) throws -> CommandResult {
        try PorticoProcess.run(["cert", "self-signed"] + arguments, in: folder.path)
    }

    private func mode(_ name: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
        return attributes?[.posixPermissions] as? Int
    }

    @Test("writes a pair named after the first name, in a folder that it makes")
    func writes() throws {
        let result = try make("a.test", "localhost", "--ip", "127.0.0.1", "--ip", "::1", "--days", "30")
        #expect(result.status == 0)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains("Wrote certs/a.test.crt and certs/a.test.key, good for 30 days."))
        #expect(mode("certs/a.test.crt") == 0o644)
        #expect(mode("certs/a.test.key") == 0o600)
        #expect(folder.text(of: "certs/a.test.crt").hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    }

    @Test("leaves a pair that is there alone, unless it is forced")
    func replaces() throws {
        #expect(try make("a.test").status == 0)
        let first = folder.text(of: "certs/a.test.crt")
        let second = try make("a.test")
        #expect(second.status == 1)
        #expect(second.errors == "Error: certs/a.test.crt: there is such a file; --force replaces it\n")
        #expect(folder.text(of: "certs/a.test.crt") == first)
        #expect(try make("a.test", "--force").status == 0)
        #expect(folder.text(of: "certs/a.test.crt") != first)
    }

    @Test(
        "says what is wrong with its arguments",
        arguments: [
            (["a.test", "--ip", "1.2.3"], 1, "Error: \"1.2.3\" is not an address\n"),
            (["a.test", "b c"], 1, "Error: \"b c\" is not a host name\n"),
            (["a.test", "--days", "0"], 1, "Error: a certificate is valid for 1 to 36500 days, not 0\n"),
            (["a.test", "--certs", "none"], 1, "Error: none: there is no such folder; make it first: mkdir -p none\n"),
            (["../a.test"], 64, ""), ([], 64, ""),
        ] as [([String], Int32, String)])
    func faults(arguments: [String], status: Int32, message: String) throws {
        let result = try PorticoProcess.run(["cert", "self-signed"] + arguments, in: folder.path)
        #expect(result.status == status)
        #expect(result.errors.hasPrefix(message))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
