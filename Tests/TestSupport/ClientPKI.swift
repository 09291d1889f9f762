import Foundation

/// An authority of clients' certificates, and clients of every kind, made with the openssl program.
package final class ClientPKI: Sendable {
    /// The folder that holds `NAME.crt` and `NAME.key` of each, and the lists of revocations.
    private let folder: URL

    /// One for all tests of a process.
    package static let shared: Result<ClientPKI, any Error> = Result { try ClientPKI() }

    private struct Fault: Error {
        let text: String
    }

    /// The authority `ca` with the clients `alice`, `bob` (whom `bob.crl` has taken back), `expired`, and `carol`, who is
    /// signed for by an authority below it; the authority `other` with the client `mallory`.
    package init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pki-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for authority in ["ca", "other"] {
            try makeAuthority(authority)
            try run("req -x509 \(Self.newKey(authority)) -out \(authority).crt -days 30 -subj /CN=\(authority)")
        }
        try sign("alice", by: "ca", subject: "/O=Works, Ltd/CN=alice")
        try sign("bob", by: "ca")
        try sign("expired", by: "ca", options: "-startdate 20200101000000Z -enddate 20200201000000Z")
        try sign("mallory", by: "other")
        try makeAuthority("middle")
        try sign("middle", by: "ca", options: "-extensions authority")
        try sign("carol", by: "middle")
        try write("carol.crt", text("carol.crt") + text("middle.crt"))
        try run("ca -config ca.cnf -gencrl -out none.crl -crldays 30")
        try run("ca -config ca.cnf -revoke bob.crt")
        try run("ca -config ca.cnf -gencrl -out bob.crl -crldays 30")
        try run(
            "ca -config ca.cnf -gencrl -out old.crl -crl_lastupdate 20200101000000Z -crl_nextupdate 20200201000000Z")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The path of a file.
    package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// What a file holds.
    package func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// What a file holds.
    package func bytes(_ name: String) throws -> [UInt8] { Array(try text(name).utf8) }

    private static func newKey(_ name: String) -> String {
        "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key"
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    private func makeAuthority(_ name: String) throws {
        try write("\(name).index", "")
        try write("\(name).serial", "1000\n")
        try write(
            "\(name).cnf",
            """
            [ca]
            default_ca = own
            [own]
            database = \(name).index
            serial = \(name).serial
            new_certs_dir = .
            certificate = \(name).crt
            private_key = \(name).key
            default_md = sha256
            default_days = 30
            unique_subject = no
            policy = anything
            [anything]
            organizationName = optional
            commonName = supplied
            [authority]
            basicConstraints = critical, CA:true
            """)
    }

    private func sign(_ name: String, by authority: String, subject: String? = nil, options: String = "") throws {
        let subject = (subject ?? "/CN=\(name)").replacingOccurrences(of: " ", with: "\u{a0}")
        try run("req \(Self.newKey(name)) -out \(name).csr -subj \(subject)")
        try run("ca -config \(authority).cnf -batch -notext -in \(name).csr -out \(name).crt \(options)")
    }

    private func run(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["openssl"]
            + arguments.split(separator: " ").map { $0.replacingOccurrences(of: "\u{a0}", with: " ") }
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Fault(text: "openssl \(arguments): \(text)") }
    }
}
