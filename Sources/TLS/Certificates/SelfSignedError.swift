/// Why no certificate was made.
package enum SelfSignedError: Error, Equatable, Sendable {
    /// The text is no IPv4 or IPv6 address.
    case badAddress(String)
    /// The number of days lies outside `SelfSigned.dayRange`.
    case badLifetime(Int)
    /// The text is no host name.
    case badName(String)
    /// OpenSSL failed; the text is its reason.
    case failed(String)
    /// Neither a name nor an address was given.
    case nothingNamed
}

extension SelfSignedError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badAddress(let text): "\"\(text)\" is not an address"
        case .badLifetime(let days):
            "a certificate is valid for \(SelfSigned.dayRange.lowerBound) to \(SelfSigned.dayRange.upperBound) days, "
                + "not \(days)"
        case .badName(let name): "\"\(name)\" is not a host name"
        case .failed(let reason): "OpenSSL could not make the certificate: \(reason)"
        case .nothingNamed: "name the host that the certificate is for"
        }
    }
}
