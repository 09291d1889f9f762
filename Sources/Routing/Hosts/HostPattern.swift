package import Bytes

/// A name that leads to a virtual host: exact, or with a `*` for one label or several at one end.
package enum HostPattern: Hashable, Sendable {
    /// One name, lower-case; an IPv6 address in brackets.
    case exact(ByteString)
    /// `*.NAME`: every name that ends in `.NAME`; the text is `NAME`.
    case leading(ByteString)
    /// `NAME.*`: every name that begins with `NAME.`; the text is `NAME`.
    case trailing(ByteString)

    /// The pattern as it is written: `a.b`, `*.a.b` or `a.b.*`.
    package var text: String {
        switch self {
        case .exact(let name): name.text
        case .leading(let name): "*." + name.text
        case .trailing(let name): name.text + ".*"
        }
    }
}
