internal import COpenSSL

/// What a client's certificate was found to be.
package enum ClientVerdict: Equatable, Sendable {
    /// There was none.
    case none
    /// One of the host's authorities has signed it, and it is valid.
    case trusted
    /// There is something wrong with it.
    case untrusted(Fault)

    /// What is wrong with a certificate.
    package struct Fault: Equatable, Sendable {
        /// OpenSSL's number (X509_STORE_CTX_get_error(3)).
        let code: Int32

        /// The reason in OpenSSL's words.
        package var text: String { String(cString: X509_verify_cert_error_string(Int(code))) }

        /// Whether it is only that nobody known here has signed it.
        var isOfSigner: Bool {
            [
                X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
                X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
            ].contains(code)
        }
    }
}
