internal import Bytes

/// The address of a request that is to be explained: `http[s]://HOST[:PORT][PATH][?QUERY]`.
package struct CheckedAddress: Equatable, Sendable {
    /// Whether it is asked for over TLS.
    package let isSecure: Bool
    /// The host, in brackets where it is an IPv6 address.
    package let host: String
    /// The port.
    package let port: UInt16
    /// Path and query.
    package let target: String

    /// Why a text is no address.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case noScheme(String)
        case noHost(String)
        case badPort(String)
        case badByte(String)
        case hasUser(String)

        package var description: String {
            switch self {
            case .noScheme(let text):
                "\(text): neither a file nor a URL; write https://HOST/PATH, or the path of a file that exists"
            case .noHost(let text): "\(text): the URL names no host; write https://HOST/PATH"
            case .badPort(let text): "\(text): the port is not a number from 1 to 65535"
            case .badByte(let text):
                "\(text): the URL holds a byte that stands in no URL; write %20 for a space, and the like"
            case .hasUser(let text): "\(text): the URL names a user; leave it out and add --as USER"
            }
        }
    }

    /// Reads an address.
    ///
    /// - Throws: `Failure` for anything else.
    package init(_ text: String) throws(Failure) {
        let lowercased = text.lowercased()
        isSecure = lowercased.hasPrefix("https://")
        guard isSecure || lowercased.hasPrefix("http://") else { throw .noScheme(text) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .badByte(text) }
        let rest = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .hasUser(text) }
        let target = rest.dropFirst(authority.count)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
        var name = authority
        let isBracketed = authority.hasPrefix("[")
        if let colon = authority.lastIndex(of: ":"), !isBracketed || authority[..<colon].hasSuffix("]") {
            guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else {
                throw .badPort(text)
            }
            port = number
            name = authority[..<colon]
        } else {
            port = isSecure ? 443 : 80
        }
        guard !name.isEmpty, name != "[]" else { throw .noHost(text) }
        host = String(name)
    }

    /// What clients would put into `Host`.
    var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// The name by which hosts are looked for: in lower case, without a last dot.
    var name: String {
        let name = host.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    /// The address that the host is; nil for a name.
    var address: IPAddress? { IPAddress(host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host) }
}
