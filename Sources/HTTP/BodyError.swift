/// Why a chunked body is refused (RFC 9112 §7.1).
///
/// The connection that it came on must close, and the message that it belongs to must not be ended as if it were whole.
package enum BodyError: Error, Equatable, Sendable {
    /// A chunk does not begin with 1 to 16 hexadecimal digits that spell less than 2^63.
    case malformedChunkSize
    /// A chunk's first line holds a control byte, or does not end in CR LF.
    case malformedChunkLine
    /// The chunk extensions of the message are longer than allowed all together.
    case extensionsTooLong
    /// A chunk's bytes are not followed by CR LF.
    case malformedChunkEnd
    /// The trailers are at fault.
    case trailers(FieldSectionError)

    /// The status for a request with such a body.
    package var status: Int {
        if case .trailers(let error) = self, error.isLimit { return 431 }
        return 400
    }

    /// A few words for the log.
    package var reason: StaticString {
        switch self {
        case .malformedChunkSize: "malformed chunk size"
        case .malformedChunkLine: "malformed chunk line"
        case .extensionsTooLong: "chunk extensions too long"
        case .malformedChunkEnd: "chunk not followed by CR LF"
        case .trailers(let error): error.reason
        }
    }
}
