internal import COpenSSL

/// The group in which keys are agreed on with finite-field DHE, under TLS 1.2 and older (nginx's `ssl_dhparam`).
package final class DHParameters: Sendable {
    /// The size of the group's prime.
    package let bits: Int

    /// An EVP_PKEY with parameters and no key.
    let object: OpenSSLObject

    /// The sizes of the groups of RFC 7919 that nginx-proxy offers (`DHPARAM_BITS`).
    package static let sizes = [2048, 3072, 4096]

    /// The group of RFC 7919 that nginx-proxy uses when nothing is said; nil where OpenSSL was built without DH.
    package static let standard = DHParameters(bits: 4096)

    /// The group of RFC 7919 of this size; nil where OpenSSL has none.
    package init?(bits: Int) {
        defer { ERR_clear_error() }
        guard let object = OpenSSLObject(portico_make_dh_group("ffdhe\(bits)"), release: EVP_PKEY_free) else {
            return nil
        }
        self.object = object
        self.bits = bits
    }

    /// The group that a file holds in PEM form (`openssl dhparam`).
    ///
    /// - Parameter path: where the bytes come from, for errors.
    /// - Throws: `CertificateError` when there is none, or one whose prime is too short to be safe or too long to bear.
    package init(pem bytes: [UInt8], path: String) throws(CertificateError) {
        object = try PEM.parameters(in: bytes, path: path)
        bits = Int(EVP_PKEY_get_bits(object.pointer))
        guard EVP_PKEY_is_a(object.pointer, "DH") == 1 || EVP_PKEY_is_a(object.pointer, "DHX") == 1 else {
            throw .noParameters(path)
        }
        guard (2048...8192).contains(bits) else {
            throw .refused(path, reason: "a prime of \(bits) bits; 2048 to 8192 are taken")
        }
    }

    /// Has connections of these settings use the group; false when OpenSSL refuses.
    func install(in settings: OpaquePointer) -> Bool {
        EVP_PKEY_up_ref(object.pointer)
        if SSL_CTX_set0_tmp_dh_pkey(settings, object.pointer) == 1 { return true }
        EVP_PKEY_free(object.pointer)
        return false
    }
}
