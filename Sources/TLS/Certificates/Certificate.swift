package import Bytes
internal import COpenSSL
internal import Glibc

/// A server certificate with the authorities' certificates that follow it, and its private key.
package final class Certificate: Sendable {
    /// The DNS names that the certificate is for, in lower case: its alternative names, or its common name if it has none.
    package let subjectNames: [String]
    /// The addresses that the certificate is for.
    package let addresses: [IPAddress]
    /// The first second at which the certificate is valid, counted from 1970.
    package let notBefore: Int64
    /// The last second at which the certificate is valid, counted from 1970.
    package let notAfter: Int64
    /// The SHA-256 digest of the certificate, 32 bytes.
    package let fingerprint: [UInt8]
    /// Whether the certificate names its hosts as RFC 6125 §6.4.4 wants; Go's clients, docker among them, refuse others.
    package let hasAlternativeNames: Bool

    /// What clients are shown of its status.
    package let staple = Staple()

    let leaf: OpenSSLObject
    let key: OpenSSLObject
    let chain: [OpenSSLObject]
    let identities: CertificateIdentities

    /// Reads a pair of PEM files: the server's certificate and then its authorities' ones, and the private key.
    ///
    /// An expired certificate is read like any other; `warnings(at:)` tells of it.
    /// - Throws: `CertificateError` that names the file at fault.
    package static func load(certificate: String, key: String) throws(CertificateError) -> Certificate {
        let certificateFile = try CredentialFile(path: certificate)
        let keyFile = try CredentialFile(path: key)
        let identities = CertificateIdentities(certificate: certificateFile.identity, key: keyFile.identity)
        return try Certificate(
            chain: PEM.certificates(in: certificateFile.bytes, path: certificate),
            key: PEM.privateKey(in: keyFile.bytes, path: key),
            paths: (certificate, key), identities: identities)
    }

    private init(
        chain: [OpenSSLObject], key: OpenSSLObject, paths: (certificate: String, key: String),
        identities: CertificateIdentities
    ) throws(CertificateError) {
        leaf = chain[0]
        self.key = key
        self.chain = Array(chain.dropFirst())
        self.identities = identities
        guard X509_check_private_key(leaf.pointer, key.pointer) == 1 else {
            let fitsLater = self.chain.contains { X509_check_private_key($0.pointer, key.pointer) == 1 }
            ERR_clear_error()
            throw fitsLater ? .wrongOrder(paths.certificate) : .mismatch(certificate: paths.certificate, key: paths.key)
        }
        let names = SubjectNames(of: leaf.pointer)
        subjectNames = names.names
        addresses = names.addresses
        hasAlternativeNames = names.areAlternative
        notBefore = Self.seconds(X509_get0_notBefore(leaf.pointer))
        notAfter = Self.seconds(X509_get0_notAfter(leaf.pointer))
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        X509_digest(leaf.pointer, EVP_sha256(), &digest, nil)
        fingerprint = digest
        try ServingRehearsal.shared.check(self, path: paths.certificate)
    }

    /// What a client will find fault with, although the certificate is served.
    ///
    /// - Parameter now: the time to judge by, in seconds since 1970.
    package func warnings(at now: Int64) -> [String] {
        var warnings: [String] = []
        if let text = Self.expiry(of: "the certificate", at: notAfter, now: now) { warnings.append(text) }
        if now < notBefore { warnings.append("the certificate is valid only in \(Self.age(notBefore - now))") }
        if !hasAlternativeNames {
            warnings.append("the certificate has no subjectAltName: docker and browsers refuse it")
        }
        if let chainFault { warnings.append(chainFault) }
        return warnings
    }

    /// What is wrong with the certificates behind the leaf; nil where nothing is.
    private var chainFault: String? {
        if let next = chain.first {
            let fits = X509_check_issued(next.pointer, leaf.pointer) == Int32(X509_V_OK)
            ERR_clear_error()
            return fits
                ? nil : "the certificate behind the first is not the one that has signed it: some clients refuse it"
        }
        let isSelfSigned = X509_check_issued(leaf.pointer, leaf.pointer) == Int32(X509_V_OK)
        ERR_clear_error()
        // Authorities that tell where their certificates are to be had are not the roots that clients know.
        guard !isSelfSigned, X509_get_ext_by_NID(leaf.pointer, NID_info_access, -1) >= 0 else { return nil }
        return "its authority's certificate is missing: clients that do not know it refuse this one; append it "
            + "(the intermediate certificate, or fullchain.pem of ACME clients)"
    }

    /// What is to be said of something that expires; nil while there is nothing to be done about it.
    ///
    /// - Parameters:
    ///   - notAfter: the last second at which it is good, and `now`, both counted from 1970.
    ///   - notice: how many days before it is spoken of.
    static func expiry(of subject: String, at notAfter: Int64, now: Int64, notice: Int64 = 14) -> String? {
        if now > notAfter { return "\(subject) expired \(age(now - notAfter)) ago" }
        return notAfter - now < notice * 86_400 ? "\(subject) expires in \(age(notAfter - now))" : nil
    }

    private static func age(_ seconds: Int64) -> String {
        let (count, unit) = seconds >= 86_400 ? (seconds / 86_400, "day") : (max(seconds / 3600, 1), "hour")
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }

    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return Int64(timegm(&parts))
    }
}
