import Foundation

/// An authority that signs servers' certificates and answers for them, made with the openssl program.
package final class ServerAuthority: Sendable {
    private let folder: URL

    /// What openssl would not do.
    package struct Fault: Error {
        /// The command and what it said.
        package let text: String
    }

    /// The authority `ca`.
    package init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("authority-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try write("index", "")
        try write("serial", "1000\n")
        try openssl("req -x509 \(Self.newKey("ca")) -out ca.crt -days 30 -subj /CN=authority")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The path of a file.
    package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// What a file holds.
    package func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// Writes a file.
    package func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// Makes `NAME.crt` and `NAME.key` for a host, whose certificate names the URL of a responder for its status.
    package func issue(_ name: String, responder: String) throws {
        try write(
            "\(name).cnf",
            """
            [ca]
            default_ca = own
            [own]
            database = index
            serial = serial
            new_certs_dir = .
            certificate = ca.crt
            private_key = ca.key
            default_md = sha256
            default_days = 30
            unique_subject = no
            policy = anything
            x509_extensions = server
            [anything]
            commonName = supplied
            [server]
            subjectAltName = DNS:\(name)
            authorityInfoAccess = OCSP;URI:\(responder)
            """)
        try openssl("req \(Self.newKey(name)) -out \(name).csr -subj /CN=\(name)")
        try openssl("ca -config \(name).cnf -batch -notext -in \(name).csr -out \(name).crt")
    }

    /// Takes a certificate back.
    package func revoke(_ name: String) throws { try openssl("ca -config \(name).cnf -revoke \(name).crt") }

    /// Runs openssl in the authority's folder and returns what it wrote.
    @discardableResult
    package func openssl(_ arguments: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Fault(text: "openssl \(arguments): \(text)") }
        return text
    }

    private static func newKey(_ name: String) -> String {
        "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key"
    }
}
