internal import COpenSSL
internal import Glibc

/// A question to the authority of a certificate whether it is still good (OCSP, RFC 6960), and how the answer is judged.
package final class StatusInquiry: Sendable {
    /// What an answer comes to.
    package enum Verdict: Equatable, Sendable {
        /// The certificate is good; clients may be shown this.
        case good(CertificateStatus)
        /// The authority has taken the certificate back.
        case revoked
        /// The answer says nothing that could be believed; the text says why.
        case useless(String)
    }

    /// The certificate in question.
    package let certificate: Certificate
    /// Where to ask: a URL that begins with `http://`.
    package let url: String
    /// The question in its binary form.
    package let question: [UInt8]

    private let issuer: OpenSSLObject
    private let trusted: OpenSSLObject

    /// A question about a certificate that names a place to ask at; nil for one that names none over plain HTTP.
    ///
    /// - Parameters:
    ///   - authorities: the authorities' certificates in PEM form, by which answers are believed.
    ///   - path: the file that they stand in, for errors.
    /// - Throws: `CertificateError` where the file holds no certificates, or the one of the issuer is nowhere.
    package init?(of certificate: Certificate, authorities: [UInt8], path: String) throws(CertificateError) {
        let known = try PEM.certificates(in: authorities, path: path, limit: 100)
        defer { ERR_clear_error() }
        guard let text = portico_status_url(certificate.leaf.pointer) else { return nil }
        url = String(cString: text)
        portico_free(text)
        let leaf = certificate.leaf.pointer
        guard
            let issuer = (known + certificate.chain).first(where: {
                X509_check_issued($0.pointer, leaf) == Int32(X509_V_OK)
            })
        else { throw .refused(path, reason: "the certificate of the issuer is not in it") }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = portico_status_request(leaf, issuer.pointer, &bytes)
        guard count > 0, let bytes, let store = OpenSSLObject(X509_STORE_new(), release: X509_STORE_free) else {
            throw .refused(path, reason: OpenSSLFault.take().text)
        }
        question = Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
        portico_free(bytes)
        for authority in known { X509_STORE_add_cert(store.pointer, authority.pointer) }
        // The file mostly holds the issuer alone, and not the root above it.
        portico_store_take_partial_chains(store.pointer)
        self.certificate = certificate
        self.issuer = issuer
        trusted = store
    }

    /// What an answer comes to.
    ///
    /// - Parameter now: the time in seconds since 1970. An answer that names no end counts for an hour.
    package func judge(_ answer: [UInt8], at now: Int64) -> Verdict {
        defer { ERR_clear_error() }
        guard answer.count <= Self.longestAnswer else { return .useless("the answer is longer than 64 KiB") }
        var (this, next) = (tm(), tm())
        let result = portico_status_judge(
            answer, answer.count, certificate.leaf.pointer, issuer.pointer, trusted.pointer, &this, &next)
        let start = Int64(timegm(&this))
        let end = next.tm_year > 0 ? Int64(timegm(&next)) : start + Self.usualLife
        let isCurrent = start - Self.clockError <= now && now <= end
        switch result {
        case Int32(V_OCSP_CERTSTATUS_GOOD), Int32(V_OCSP_CERTSTATUS_REVOKED):
            guard isCurrent else { return .useless("the answer is too old, or of the future") }
            return result == Int32(V_OCSP_CERTSTATUS_REVOKED)
                ? .revoked : .good(CertificateStatus(bytes: answer, notAfter: end))
        case Int32(portico_status_malformed.rawValue): return .useless("the answer has no form that OCSP knows")
        case Int32(portico_status_declined.rawValue): return .useless("the responder declines to answer")
        case Int32(portico_status_unsigned.rawValue):
            return .useless("the answer is not signed by an authority of the .chain.pem")
        case Int32(portico_status_foreign.rawValue): return .useless("the answer is about another certificate")
        default: return .useless("the authority does not know the certificate")
        }
    }

    /// How long an answer counts that names no end, in seconds.
    private static let usualLife: Int64 = 3600
    /// How far the responder's clock may be ahead, in seconds.
    private static let clockError: Int64 = 300
    private static let longestAnswer = 65_536
}
