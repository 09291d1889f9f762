/// What an authority says of a certificate, signed, to be shown to clients (RFC 6960 §4.2).
package struct CertificateStatus: Equatable, Sendable {
    /// The answer as it came.
    package let bytes: [UInt8]
    /// The last second at which it counts, counted from 1970.
    package let notAfter: Int64
}
