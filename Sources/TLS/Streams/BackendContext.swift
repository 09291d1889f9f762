internal import Bytes
internal import COpenSSL

/// The settings that connections to backends over TLS share: whose certificates are believed.
///
/// One serves any number of backends and all workers.
package final class BackendContext: Sendable {
    /// Whether a backend must show a certificate that an authority has signed for its name.
    package let isVerifying: Bool

    let object: OpenSSLObject

    /// Settings under which every certificate is believed: what is sent is hidden from those who only listen.
    ///
    /// - Throws: `TLSError.setUp` when OpenSSL refuses.
    package init() throws(TLSError) {
        guard let object = Self.makeSettings() else { throw .setUp(OpenSSLFault.take().text) }
        self.object = object
        isVerifying = false
    }

    /// Settings under which a certificate is believed that is one of these in PEM form, or was signed by one of them.
    ///
    /// - Parameter path: the file that the bytes come from, for errors.
    /// - Throws: `CertificateError` when the bytes hold no certificate or a broken one.
    package init(authorities bytes: [UInt8], path: String) throws(CertificateError) {
        let authorities = try PEM.certificates(in: bytes, path: path, limit: 1000)
        guard let object = Self.makeSettings(), let store = SSL_CTX_get_cert_store(object.pointer) else {
            throw .refused(path, reason: OpenSSLFault.take().text)
        }
        for authority in authorities {
            guard X509_STORE_add_cert(store, authority.pointer) == 1 else {
                throw .refused(path, reason: OpenSSLFault.take().text)
            }
        }
        // A certificate that is named here needs nobody above it: a backend's own may stand for itself.
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        SSL_CTX_set_verify(object.pointer, SSL_VERIFY_PEER, nil)
        self.object = object
        isVerifying = true
    }

    /// Settings under which a certificate is believed that is one of a file's in PEM form, or was signed by one of them.
    ///
    /// - Throws: `CertificateError` that names the file: it cannot be read, or holds no certificate or a broken one.
    package convenience init(authorityFile path: String) throws(CertificateError) {
        let file = try CredentialFile(path: path)
        try self.init(authorities: file.bytes, path: path)
        // Its bytes are wiped when it goes.
        withExtendedLifetime(file) {}
    }

    /// Has servers that ask who connects be shown this certificate. To be called before the first connection.
    ///
    /// - Throws: `TLSError.setUp` when OpenSSL refuses.
    package func present(_ certificate: Certificate) throws(TLSError) {
        ERR_clear_error()
        guard TLSContext.install(certificate, in: object.pointer) else { throw .setUp(OpenSSLFault.take().text) }
    }

    /// Says to a new connection whom it is made to; false when OpenSSL refuses.
    ///
    /// A name is sent to the backend (RFC 6066 §3); an address cannot be. Where certificates are verified, this one must
    /// be for the name or address; where neither is known, for anything.
    func address(_ connection: OpaquePointer, to serverName: ByteString?) -> Bool {
        guard let serverName else { return true }
        let text = serverName.text
        if IPAddress(text) != nil {
            return !isVerifying || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), text) == 1
        }
        portico_ssl_set_server_name(connection, text)
        return !isVerifying || SSL_set1_host(connection, text) == 1
    }

    private static func makeSettings() -> OpenSSLObject? {
        ERR_clear_error()
        guard let settings = OpenSSLObject(SSL_CTX_new(TLS_client_method()), release: SSL_CTX_free),
            portico_ctx_set_versions(settings.pointer, TLS1_2_VERSION, TLS1_3_VERSION) == 1
        else { return nil }
        let pointer = settings.pointer
        portico_ctx_set_options(pointer)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
        portico_ctx_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS))
        // Sessions are kept by `BackendSessions`, one for each backend.
        portico_ctx_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
        SSL_CTX_sess_set_new_cb(pointer, TLSStream.sessionMade)
        return settings
    }
}
