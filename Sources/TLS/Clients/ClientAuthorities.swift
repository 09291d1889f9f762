internal import COpenSSL

/// The authorities whose signatures on clients' certificates are believed, and what they have taken back.
///
/// It may be shared by any number of hosts.
package final class ClientAuthorities: Sendable {
    /// When the first of the lists of revocations is to be replaced, in seconds since 1970; past it every client is refused.
    /// Nil where there is no list, or none that says.
    package let revocationsExpire: Int64?
    /// The last second at which all authorities are valid, counted from 1970.
    package let notAfter: Int64

    /// The X509_STORE that clients' certificates are verified against.
    let store: OpenSSLObject
    /// The authorities' own certificates, whose names are sent to clients, so that they can choose among theirs.
    let certificates: [OpenSSLObject]

    /// The authorities whose certificates a file holds in PEM form.
    ///
    /// - Parameters:
    ///   - authorities: the bytes of that file, and its path for errors.
    ///   - revocations: the bytes and the path of a file with their lists of revocations in PEM form. There must be one of
    ///     each authority of a client's chain then, as nginx's `ssl_crl` has it.
    /// - Throws: `CertificateError` when one of them holds nothing, or something broken.
    package init(
        authorities: (bytes: [UInt8], path: String), revocations: (bytes: [UInt8], path: String)?
    ) throws(CertificateError) {
        let certificates = try PEM.certificates(in: authorities.bytes, path: authorities.path, limit: 1000)
        ERR_clear_error()
        guard let store = OpenSSLObject(X509_STORE_new(), release: X509_STORE_free) else {
            throw .refused(authorities.path, reason: OpenSSLFault.take().text)
        }
        for certificate in certificates {
            guard X509_STORE_add_cert(store.pointer, certificate.pointer) == 1 else {
                throw .refused(authorities.path, reason: OpenSSLFault.take().text)
            }
        }
        var expiry: Int64?
        if let revocations {
            for list in try PEM.revocationLists(in: revocations.bytes, path: revocations.path) {
                guard X509_STORE_add_crl(store.pointer, list.pointer) == 1 else {
                    throw .refused(revocations.path, reason: OpenSSLFault.take().text)
                }
                guard let next = X509_CRL_get0_nextUpdate(list.pointer) else { continue }
                expiry = min(expiry ?? .max, Certificate.seconds(next))
            }
            X509_STORE_set_flags(store.pointer, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
        }
        self.store = store
        self.certificates = certificates
        revocationsExpire = expiry
        notAfter = certificates.map { Certificate.seconds(X509_get0_notAfter($0.pointer)) }.min() ?? .max
    }

    /// What a client showed, judged by these authorities: X509_V_OK, or the first fault (X509_STORE_CTX_get_error(3)).
    ///
    /// - Parameters:
    ///   - leaf: the client's own certificate, whose key it has proved to have.
    ///   - chain: the STACK_OF(X509) that it sent with it; nil for none.
    ///   - depth: how many authorities may stand between the client and one that is known here.
    ///   - level: the security level that keys and signatures must have (SSL_CTX_set_security_level(3)).
    func verify(_ leaf: OpaquePointer, chain: OpaquePointer?, depth: Int, level: Int32) -> Int32 {
        defer { ERR_clear_error() }
        guard let verification = X509_STORE_CTX_new() else { return X509_V_ERR_OUT_OF_MEM }
        defer { X509_STORE_CTX_free(verification) }
        guard X509_STORE_CTX_init(verification, store.pointer, leaf, chain) == 1,
            X509_STORE_CTX_set_default(verification, "ssl_client") == 1
        else { return X509_V_ERR_OUT_OF_MEM }
        X509_STORE_CTX_set_depth(verification, Int32(clamping: depth))
        X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(verification), level)
        if X509_verify_cert(verification) == 1 { return X509_V_OK }
        let error = X509_STORE_CTX_get_error(verification)
        return error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error
    }

    /// What will make, or makes, every client's certificate bad.
    ///
    /// - Parameter now: the time to judge by, in seconds since 1970.
    package func warnings(at now: Int64) -> [(isOfRevocations: Bool, text: String)] {
        var warnings: [(isOfRevocations: Bool, text: String)] = []
        if let text = Certificate.expiry(of: "the authority's certificate", at: notAfter, now: now) {
            warnings.append((false, text))
        }
        if let revocationsExpire,
            let text = Certificate.expiry(of: "the list of revocations", at: revocationsExpire, now: now, notice: 1)
        {
            warnings.append((true, text))
        }
        return warnings
    }
}
