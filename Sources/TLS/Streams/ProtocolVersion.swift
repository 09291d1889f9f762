/// A version of TLS, by its number on the wire.
package enum ProtocolVersion: Int32, Comparable, Sendable {
    /// Only where a policy of old asks for it: RFC 8996 has buried it.
    case tls10 = 0x0301
    /// Only where a policy of old asks for it: RFC 8996 has buried it.
    case tls11 = 0x0302
    case tls12 = 0x0303
    case tls13 = 0x0304

    package static func < (a: ProtocolVersion, b: ProtocolVersion) -> Bool { a.rawValue < b.rawValue }
}

extension ProtocolVersion: CustomStringConvertible {
    /// The name as nginx's `$ssl_protocol` writes it.
    package var description: String { "\(name)" }

    /// The name as nginx's `$ssl_protocol` writes it.
    package var name: StaticString {
        switch self {
        case .tls10: "TLSv1"
        case .tls11: "TLSv1.1"
        case .tls12: "TLSv1.2"
        case .tls13: "TLSv1.3"
        }
    }
}
