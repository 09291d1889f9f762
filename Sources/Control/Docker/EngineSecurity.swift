internal import TLS

#if canImport(Glibc)
    private import Glibc
#endif

/// With which files an engine is spoken to over TLS: `ca.pem`, `cert.pem` and `key.pem` of one folder.
package struct EngineSecurity: Hashable, Sendable {
    /// The folder, `DOCKER_CERT_PATH`.
    package var folder: String
    /// Whether the engine's certificate must be verified (`DOCKER_TLS_VERIFY`). It also is wherever there is a `ca.pem`.
    package var mustVerify: Bool

    /// The files of a folder.
    package init(folder: String, mustVerify: Bool) {
        self.folder = folder
        self.mustVerify = mustVerify
    }

    /// What the environment asks for: TLS where `DOCKER_TLS_VERIFY` is set, to whatever, or where one of the files is there.
    ///
    /// The folder is `DOCKER_CERT_PATH`, else `.docker` at home, as for `docker` itself.
    init?(_ environment: Environment) {
        let folder = environment["DOCKER_CERT_PATH"] ?? Folders.joined(environment["HOME"] ?? "/root", ".docker")
        self.init(folder: folder, mustVerify: environment["DOCKER_TLS_VERIFY"] != nil)
        guard mustVerify || Self.names.contains(where: { has($0) }) else { return nil }
    }

    /// Whether the engine's certificate is verified.
    var isVerifying: Bool { mustVerify || has(Self.authorities) }

    /// Reads the files.
    ///
    /// - Throws: `CertificateError` that names the file at fault. A key without certificate is at fault, and the other way
    ///   round.
    func context() throws -> BackendContext {
        let context = isVerifying ? try BackendContext(authorityFile: path(Self.authorities)) : try BackendContext()
        if has(Self.certificate) || has(Self.key) {
            try context.present(.load(certificate: path(Self.certificate), key: path(Self.key)))
        }
        return context
    }

    private func path(_ name: String) -> String { Folders.joined(folder, name) }

    private func has(_ name: String) -> Bool { access(path(name), F_OK) == 0 }

    private static let authorities = "ca.pem"
    private static let certificate = "cert.pem"
    private static let key = "key.pem"
    private static let names = [authorities, certificate, key]
}
