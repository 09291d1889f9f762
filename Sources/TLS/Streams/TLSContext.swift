package import Bytes
internal import COpenSSL

/// The settings that connections to one certificate share: the certificate, the policy and the protocols on offer.
///
/// One serves any number of virtual hosts and all workers.
package final class TLSContext: Sendable {
    /// The certificate that clients are shown.
    package let certificate: Certificate
    /// Which versions and ciphers are accepted.
    package let policy: TLSPolicy
    /// The application protocols on offer (RFC 7301), the preferred one first.
    package let protocols: [ByteString]

    /// What is asked of clients' certificates; nil for nothing.
    package let clients: ClientVerification?

    /// The group for finite-field DHE; nil for none.
    package let parameters: DHParameters?

    /// What stands for the policy where policies are compared often.
    let policyIdentity: Int
    /// What sessions are bound to beside the name of the host.
    private let sessionIdentity: [UInt8]
    let object: OpenSSLObject

    /// Settings to serve a certificate with.
    ///
    /// - Throws: `TLSError.setUp` when OpenSSL lacks what the policy asks for.
    package init(
        certificate: Certificate, policy: TLSPolicy = .mozillaIntermediate, protocols: [ByteString] = ["http/1.1"],
        clients: ClientVerification? = nil, parameters: DHParameters? = .standard
    ) throws(TLSError) {
        self.certificate = certificate
        self.policy = policy
        self.protocols = protocols
        self.clients = clients
        self.parameters = parameters
        policyIdentity = policy.hashValue
        sessionIdentity = certificate.fingerprint + Array(policy.name.utf8) + [0]
        object = try Self.makeSettings(policy)
        guard Self.install(certificate, in: object.pointer) else { throw .setUp(OpenSSLFault.take().text) }
        if let parameters, !parameters.install(in: object.pointer) { throw .setUp(OpenSSLFault.take().text) }
        SSL_CTX_set_alpn_select_cb(object.pointer, TLSStream.protocolsOffered, nil)
        portico_ctx_set_server_name_callback(object.pointer, TLSStream.serverNameAccepted)
        portico_ctx_set_status_callback(object.pointer, TLSStream.statusAsked)
        guard let clients else { return }
        SSL_CTX_set_cert_verify_callback(object.pointer, TLSStream.certificateShown, nil)
        for authority in clients.authorities.certificates { SSL_CTX_add_client_CA(object.pointer, authority.pointer) }
    }

    /// Makes a connection that has just said whom it wants to talk to one of this certificate and policy.
    ///
    /// Sessions are bound to what is hashed here, so that one cannot be resumed under another certificate, policy or
    /// host name than it was made under (RFC 6066 §3, RFC 8446 §4.2.11).
    func adopt(_ connection: OpaquePointer, serverName: ByteString?) -> Bool {
        var identity = sessionIdentity
        if let serverName { identity += serverName.bytes }
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        guard EVP_Digest(identity, identity.count, &digest, nil, Self.sessionDigest?.pointer, nil) == 1 else {
            return false
        }
        // Who has to show a certificate shows it on each connection: it may have been taken back since.
        if clients != nil { portico_ssl_ask_for_certificate(connection) }
        // A connection keeps the versions and the order of preference of the settings it was made with.
        portico_ssl_prefer_server_order(connection, policy.prefersServerOrder ? 1 : 0)
        return SSL_set_SSL_CTX(connection, object.pointer) != nil
            && SSL_set_session_id_context(connection, digest, UInt32(digest.count)) == 1
            && portico_ssl_set_versions(connection, policy.oldest.rawValue, policy.newest.rawValue) == 1
    }

    /// Fetched once: a fetch for each connection would look the name up under a lock.
    private static let sessionDigest = OpenSSLObject(EVP_MD_fetch(nil, "SHA256", nil), release: EVP_MD_free)

    /// Sets up what all connections of a policy share, without a certificate.
    ///
    /// - Throws: `TLSError.setUp` when OpenSSL lacks what the policy asks for.
    static func makeSettings(_ policy: TLSPolicy) throws(TLSError) -> OpenSSLObject {
        ERR_clear_error()
        guard let settings = OpenSSLObject(SSL_CTX_new(TLS_server_method()), release: SSL_CTX_free) else {
            throw .setUp(OpenSSLFault.take().text)
        }
        let pointer = settings.pointer
        guard portico_ctx_set_versions(pointer, policy.oldest.rawValue, policy.newest.rawValue) == 1,
            SSL_CTX_set_cipher_list(pointer, policy.ciphers) == 1,
            groups.contains(where: { portico_ctx_set_groups(pointer, $0) == 1 })
        else { throw .setUp(OpenSSLFault.take().text) }
        ERR_clear_error()
        portico_ctx_set_options(pointer)
        // An idle connection holds no record buffers: they are the larger part of its memory.
        portico_ctx_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_NO_AUTO_CHAIN))
        portico_ctx_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        // A client needs one to come back with, and gets the next one then; each costs a tenth of a handshake.
        SSL_CTX_set_num_tickets(pointer, 1)
        SSL_CTX_set_timeout(pointer, Int(TicketKeys.lifetime.components.seconds))
        return settings
    }

    /// Gives settings a certificate, its chain and its key; false leaves the reason in the error queue.
    static func install(_ certificate: Certificate, in settings: OpaquePointer) -> Bool {
        guard SSL_CTX_use_certificate(settings, certificate.leaf.pointer) == 1 else { return false }
        portico_ctx_clear_chain(settings)
        for authority in certificate.chain {
            guard portico_ctx_add_chain_certificate(settings, authority.pointer) == 1 else { return false }
        }
        return SSL_CTX_use_PrivateKey(settings, certificate.key.pointer) == 1
    }

    /// The key exchanges of Mozilla's intermediate configuration; the first list wants OpenSSL 3.5 or later.
    private static let groups = ["X25519MLKEM768:X25519:P-256:P-384", "X25519:P-256:P-384"]
}
