/// Why a response head of a backend is refused.
///
/// Nothing of it may be passed on, and its connection must close.
package enum ResponseError: Error, Equatable, Sendable {
    /// The status line is not a version, a space, three digits and perhaps a reason (RFC 9112 §4).
    case malformedStatusLine
    /// `:status` is not three digits (RFC 9113 §8.3.2), is 101, or ends the stream with an interim response (§8.1).
    case malformedStatus
    /// The major version is not 1.
    case unsupportedVersion
    /// The status line is longer than allowed.
    case statusLineTooLong
    /// The field lines are at fault.
    case fields(FieldSectionError)
    /// `Content-Length` and `Transfer-Encoding` are both there (RFC 9112 §6.3).
    case contradictoryFraming
    /// There are several `Content-Length` of different values (RFC 9112 §6.3).
    case differingContentLengths
    /// `Content-Length` is not decimal digits, or larger than can be counted.
    case malformedContentLength
    /// `Transfer-Encoding` stands in an HTTP/1.0 response (RFC 9112 §6.1).
    case transferEncodingInHTTP10
    /// The transfer coding is not exactly `chunked`.
    case unsupportedTransferCoding
    /// `Connection` has more options than any honest backend sends.
    case tooManyConnectionOptions
    /// More interim responses came than allowed (RFC 9110 §15.2).
    case tooManyInterimResponses
    /// The backend switches protocols, which the request did not ask for (RFC 9110 §15.2.2).
    case unrequestedUpgrade
    /// Bytes came while no request was waiting for a response (RFC 9112 §9.2).
    case unrequestedResponse

    /// A few words for the log.
    package var reason: StaticString {
        switch self {
        case .malformedStatusLine: "malformed status line"
        case .malformedStatus: "malformed status in HTTP/2"
        case .unsupportedVersion: "unsupported version"
        case .statusLineTooLong: "status line too long"
        case .fields(let error): error.reason
        case .contradictoryFraming: "both Content-Length and Transfer-Encoding"
        case .differingContentLengths: "differing Content-Length"
        case .malformedContentLength: "malformed Content-Length"
        case .transferEncodingInHTTP10: "Transfer-Encoding in HTTP/1.0"
        case .unsupportedTransferCoding: "unsupported transfer coding"
        case .tooManyConnectionOptions: "too many Connection options"
        case .tooManyInterimResponses: "too many interim responses"
        case .unrequestedUpgrade: "switched protocols unasked"
        case .unrequestedResponse: "bytes without a request"
        }
    }
}
