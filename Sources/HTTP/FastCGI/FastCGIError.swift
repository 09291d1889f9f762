/// Why what a FastCGI application sends is refused. Its connection must close.
package enum FastCGIError: Error, Equatable, Sendable {
    /// A record is of another version of the protocol than 1.
    case unsupportedVersion
    /// A record is not of the request under way.
    case foreignRequest
    /// A record is of a kind that no application sends unasked.
    case unexpectedRecord
    /// The record that ends the request is not 8 bytes long.
    case malformedEnd
    /// Output comes behind the record that ended the output.
    case outputBehindEnd

    /// A few words for the log.
    package var reason: StaticString {
        switch self {
        case .unsupportedVersion: "a FastCGI record of an unknown version"
        case .foreignRequest: "a FastCGI record of another request"
        case .unexpectedRecord: "a FastCGI record of an unexpected kind"
        case .malformedEnd: "a malformed end of the FastCGI request"
        case .outputBehindEnd: "FastCGI output behind its end"
        }
    }
}
