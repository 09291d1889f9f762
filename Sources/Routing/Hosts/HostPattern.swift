package import Bytes

/// A name that leads to a virtual host: exact, with a `*` for one label or several at one end, or a regular expression.
package enum HostPattern: Hashable, Sendable {
    /// One name, lower-case; an IPv6 address in brackets.
    case exact(ByteString)
    /// `*.NAME`: every name that ends in `.NAME`; the text is `NAME`.
    case leading(ByteString)
    /// `NAME.*`: every name that begins with `NAME.`; the text is `NAME`.
    case trailing(ByteString)
    /// `~PATTERN`: every name in which the pattern is found.
    case pattern(Pattern)

    /// The pattern as it is written: `a.b`, `*.a.b`, `a.b.*` or `~PATTERN`.
    package var text: String {
        switch self {
        case .exact(let name): name.text
        case .leading(let name): "*." + name.text
        case .trailing(let name): name.text + ".*"
        case .pattern(let pattern): "~" + pattern.text.text
        }
    }
}
