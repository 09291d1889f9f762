/// How the end of a message's body is found (RFC 9112 §6.3).
package enum BodyFraming: Equatable, Sendable {
    /// There is no body.
    case none
    /// The body has this many bytes.
    case length(Int)
    /// The body comes in chunks, the last of which is empty (RFC 9112 §7.1).
    case chunked
    /// The body lasts until the sender closes; in responses only.
    case untilClose
}
