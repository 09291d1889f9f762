/// Which certificates a host wants to see of its clients (nginx-proxy's `HOST.ca.crt`, nginx's `ssl_verify_client`).
package struct ClientCertificateRule: Hashable, Sendable {
    /// How much is asked, in nginx's words.
    package enum Demand: String, Sendable, CaseIterable {
        /// A certificate that one of the authorities has signed.
        case on
        /// None, or one that one of the authorities has signed.
        case optional
        /// None, or any: the backend decides.
        case anyAuthority = "optional_no_ca"
        /// Nothing, even where there is a file of authorities.
        case off
    }

    /// How much is asked; never `off`.
    package var demand: Demand
    /// The name of the file of authorities, in the folder of certificates.
    package var authorities: String
    /// The name of the file with what they have taken back, in the same folder; nil for none.
    package var revocations: String?
}
