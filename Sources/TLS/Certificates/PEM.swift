internal import COpenSSL

/// Certificates and keys in the text form of RFC 7468.
enum PEM {
    /// Every certificate of a file in its order, at least one and at most `limit`.
    ///
    /// - Throws: `CertificateError` when there is none, too many, or a broken one.
    static func certificates(
        in bytes: [UInt8], path: String, limit: Int = chainLimit
    ) throws(CertificateError) -> [OpenSSLObject] {
        let (found, fault) = all(in: bytes) {
            OpenSSLObject(PEM_read_bio_X509($0, nil, refusePassphrase, nil), release: X509_free)
        }
        if let fault { throw .malformedCertificate(path, found.count + 1, reason: fault.text) }
        guard !found.isEmpty else { throw .noCertificate(path) }
        guard found.count <= limit else { throw .tooLarge(path) }
        return found
    }

    /// Every list of revocations of a file in its order, at least one.
    ///
    /// - Throws: `CertificateError` when there is none, or a broken one.
    static func revocationLists(in bytes: [UInt8], path: String) throws(CertificateError) -> [OpenSSLObject] {
        let (found, fault) = all(in: bytes) {
            OpenSSLObject(PEM_read_bio_X509_CRL($0, nil, refusePassphrase, nil), release: X509_CRL_free)
        }
        if let fault { throw .malformedRevocations(path, found.count + 1, reason: fault.text) }
        guard !found.isEmpty else { throw .noRevocations(path) }
        return found
    }

    /// The first private key of a file.
    ///
    /// - Throws: `CertificateError` when there is none, when it is broken, or when it has a passphrase.
    static func privateKey(in bytes: [UInt8], path: String) throws(CertificateError) -> OpenSSLObject {
        var wasAsked = false
        let (key, fault) = withSource(bytes) { source in
            let key = withUnsafeMutablePointer(to: &wasAsked) {
                PEM_read_bio_PrivateKey(source, nil, refusePassphrase, $0)
            }
            return (OpenSSLObject(key, release: EVP_PKEY_free), OpenSSLFault.take())
        }
        if let key { return key }
        if wasAsked { throw .encryptedKey(path) }
        throw holdsKey(bytes) ? .malformedKey(path, reason: fault.text) : .noKey(path)
    }

    /// The parameters of a key exchange that a file holds.
    ///
    /// - Throws: `CertificateError` when there are none, or broken ones.
    static func parameters(in bytes: [UInt8], path: String) throws(CertificateError) -> OpenSSLObject {
        let parameters = withSource(bytes) { OpenSSLObject(PEM_read_bio_Parameters($0, nil), release: EVP_PKEY_free) }
        ERR_clear_error()
        guard let parameters else { throw .noParameters(path) }
        return parameters
    }

    /// More certificates than any path to a root needs.
    static let chainLimit = 32

    /// Reads objects until none is left; the fault is why the next one cannot be read, nil at the end.
    private static func all(
        in bytes: [UInt8], read: (OpaquePointer?) -> OpenSSLObject?
    ) -> (found: [OpenSSLObject], fault: OpenSSLFault?) {
        var found: [OpenSSLObject] = []
        let fault = withSource(bytes) { source in
            while let object = read(source) { found.append(object) }
            return OpenSSLFault.take()
        }
        let isAtEnd = fault.library == ERR_LIB_PEM && fault.reason == PEM_R_NO_START_LINE
        return (found, isAtEnd ? nil : fault)
    }

    private static func withSource<Result>(_ bytes: [UInt8], _ body: (OpaquePointer?) -> Result) -> Result {
        ERR_clear_error()
        return bytes.withUnsafeBytes { bytes in
            let source = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(source) }
            return body(source)
        }
    }

    private static func holdsKey(_ bytes: [UInt8]) -> Bool {
        let marker = Array("PRIVATE KEY-----".utf8)
        return bytes.withUnsafeBytes { memory in memory.indices.contains { memory[$0...].starts(with: marker) } }
    }
}

/// Refuses to give a passphrase, and notes in the Bool that `asked` leads to, if it does, that one was wanted.
private func refusePassphrase(
    _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, asked: UnsafeMutableRawPointer?
) -> Int32 {
    asked?.storeBytes(of: true, as: Bool.self)
    return -1
}
