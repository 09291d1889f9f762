/// Which step of the choice has given a host its certificate, in the order of the steps.
package enum CertificateSource: Int, Sendable {
    /// `CERT_NAME` asks for it.
    case asked = 1
    /// It is named like the host.
    case ownName
    /// It is named like the host without its first part.
    case parentName
    /// It is the trusted `default`.
    case trustedDefault
}
