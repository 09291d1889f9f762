/// Why a request head is refused.
///
/// Nothing of such a request may reach a backend, and an HTTP/1 connection must close.
package enum RequestError: Error, Equatable, Sendable {
    /// The method is not a token, or the parts of the line are not parted by single spaces (RFC 9112 §3).
    case malformedRequestLine
    /// The request target is in none of the four forms (RFC 9112 §3.2), or holds a byte that it may not.
    case malformedTarget
    /// The version is not `HTTP/` and two digits.
    case malformedVersion
    /// The major version is not 1.
    case unsupportedVersion
    /// The request line is longer than allowed.
    case requestLineTooLong
    /// The field lines are at fault.
    case fields(FieldSectionError)
    /// `Host` is missing in HTTP/1.1 (RFC 9112 §3.2).
    case missingHost
    /// There is more than one `Host` (RFC 9112 §3.2).
    case repeatedHost
    /// `Host` or the target's authority is not a host with an optional port.
    case malformedHost
    /// `Host` and `:authority` name two hosts (RFC 9113 §8.3.1).
    case contradictoryHost
    /// `Content-Length` and `Transfer-Encoding` are both there (RFC 9112 §6.1).
    case contradictoryFraming
    /// There is more than one `Content-Length`, even of one value.
    case repeatedContentLength
    /// `Content-Length` is not decimal digits, or larger than can be counted (RFC 9110 §8.6).
    case malformedContentLength
    /// `Transfer-Encoding` stands in an HTTP/1.0 request (RFC 9112 §6.1).
    case transferEncodingInHTTP10
    /// `Transfer-Encoding` does not end in `chunked`, or is there twice (RFC 9112 §6.3).
    case malformedTransferEncoding
    /// A transfer coding beside `chunked` was applied (RFC 9112 §6.1).
    case unsupportedTransferCoding
    /// There is more than one `Authorization`.
    case repeatedAuthorization
    /// `Connection` has more options than any honest client sends.
    case tooManyConnectionOptions
    /// `Expect` asks for something other than `100-continue` (RFC 9110 §10.1.1).
    case unsupportedExpectation
    /// An extended CONNECT asks for a protocol other than `websocket` (RFC 8441 §4).
    case unsupportedProtocol

    /// The status to answer with.
    package var status: Int {
        switch self {
        case .requestLineTooLong: 414
        case .unsupportedExpectation: 417
        case .fields(let error): error.isLimit ? 431 : 400
        case .unsupportedTransferCoding, .unsupportedProtocol: 501
        case .unsupportedVersion: 505
        case .malformedRequestLine, .malformedTarget, .malformedVersion, .missingHost, .repeatedHost, .malformedHost,
            .contradictoryHost, .contradictoryFraming, .repeatedContentLength, .malformedContentLength,
            .transferEncodingInHTTP10,
            .malformedTransferEncoding, .repeatedAuthorization, .tooManyConnectionOptions:
            400
        }
    }

    /// A few words for the log.
    package var reason: StaticString {
        switch self {
        case .malformedRequestLine: "malformed request line"
        case .malformedTarget: "malformed request target"
        case .malformedVersion: "malformed version"
        case .unsupportedVersion: "unsupported version"
        case .requestLineTooLong: "request line too long"
        case .fields(let error): error.reason
        case .missingHost: "no Host"
        case .repeatedHost: "more than one Host"
        case .malformedHost: "malformed Host"
        case .contradictoryHost: "Host and :authority differ"
        case .contradictoryFraming: "both Content-Length and Transfer-Encoding"
        case .repeatedContentLength: "more than one Content-Length"
        case .malformedContentLength: "malformed Content-Length"
        case .transferEncodingInHTTP10: "Transfer-Encoding in HTTP/1.0"
        case .malformedTransferEncoding: "malformed Transfer-Encoding"
        case .unsupportedTransferCoding: "unsupported transfer coding"
        case .repeatedAuthorization: "more than one Authorization"
        case .tooManyConnectionOptions: "too many Connection options"
        case .unsupportedExpectation: "unsupported expectation"
        case .unsupportedProtocol: "unsupported protocol in CONNECT"
        }
    }
}
