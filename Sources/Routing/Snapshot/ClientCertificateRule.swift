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
    /// The file of authorities: its name in the folder of certificates, or its path.
    package var authorities: String
    /// The file with what they have taken back, named in the same way; nil for none.
    package var revocations: String?
    /// How many authorities may stand between a client and one that is known, nginx's default where nothing is said.
    package var depth = 1
}
