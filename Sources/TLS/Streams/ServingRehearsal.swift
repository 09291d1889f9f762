internal import COpenSSL
internal import Synchronization

/// A set of connection settings of its own, in which each certificate is tried before anything is served with it.
///
/// OpenSSL refuses some certificates only when they are put to use (SSL_CTX_set_security_level(3): too short a key, a
/// SHA-1 signature). The file is then at fault, and it must be known while the file is being read.
final class ServingRehearsal: Sendable {
    private let settings: Mutex<OpenSSLObject?>

    /// The one rehearsal of the process.
    static let shared = ServingRehearsal()

    private init() {
        let settings = OpenSSLObject(SSL_CTX_new(TLS_server_method()), release: SSL_CTX_free)
        self.settings = Mutex(settings)
    }

    /// Puts the certificate to use.
    ///
    /// - Throws: `CertificateError.refused` with OpenSSL's reason.
    func check(_ certificate: Certificate, path: String) throws(CertificateError) {
        let refusal = settings.withLock { settings -> OpenSSLFault? in
            guard let settings else { return OpenSSLFault.take() }
            ERR_clear_error()
            return TLSContext.install(certificate, in: settings.pointer) ? nil : OpenSSLFault.take()
        }
        if let refusal { throw .refused(path, reason: refusal.text) }
    }
}
