/// What the fields of a request in HTTP/2 came to.
package enum HTTP2HeadResult: Equatable, Sendable {
    /// The head is filled.
    case complete
    /// The request is malformed (RFC 9113 §8.1.1): a stream error of type PROTOCOL_ERROR, and no answer.
    case malformed
    /// The request is well-formed and is answered with the error's status.
    case refused(RequestError)
}
