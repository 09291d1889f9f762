package import Bytes

/// A request line and its fields, checked and interpreted.
///
/// Every range counts from the start of the parsed bytes.
package struct RequestHead: Sendable {
    /// The four ways to write a request target (RFC 9112 §3.2).
    package enum TargetForm: Sendable {
        /// A path, with or without a query.
        case origin
        /// A whole `http` or `https` URI.
        case absolute
        /// `*`, with OPTIONS only.
        case asterisk
        /// A host and a port, with CONNECT only.
        case authority
    }

    /// The method; `other` for a token that is not known, see `methodRange`.
    package var method = Method.other
    /// The method as sent.
    package var methodRange = ByteRange.empty
    /// The version, which decides what the sender understands.
    package var version = HTTPVersion.http11
    /// The request target as sent.
    package var target = ByteRange.empty
    /// How the target is written.
    package var form = TargetForm.origin
    /// The path as sent; empty when an absolute form has none, which means `/` (with OPTIONS: `*`).
    package var path = ByteRange.empty
    /// What stands behind the first `?`.
    package var query = ByteRange.empty
    /// Whether the target has a `?`, so that an empty query is told from none.
    package var hasQuery = false
    /// The path and the query as sent, with the `?` between.
    ///
    /// It begins with `?` or is empty where the path is empty.
    package internal(set) var pathAndQuery = ByteRange.empty
    /// The host that is asked for, with its port: of the target where it names one, else of `Host`.
    ///
    /// Never malformed; empty only for HTTP/1.0 without `Host`.
    package var host = ByteRange.empty
    /// `host` without its port and without a trailing dot.
    ///
    /// An IPv6 address keeps its brackets.
    package var hostName = ByteRange.empty
    /// The field lines.
    package var fields = HeaderFields(capacity: 32)
    /// How the end of the body is found; never `untilClose`.
    package var framing = BodyFraming.none
    /// Whether the client wants to use the connection for another request (RFC 9112 §9.3).
    package var isPersistent = true
    /// Whether the client waits for a 100 before it sends the body.
    ///
    /// Never true without a body, or in HTTP/1.0.
    package var expectsContinue = false
    /// The value of `Upgrade` when HTTP/1.1's `Connection` names it too; else empty (RFC 9110 §7.8).
    package var upgrade = ByteRange.empty
    /// Whether the request came as an extended CONNECT, and is a GET with `upgrade` in all else (RFC 8441 §4).
    package var isExtendedConnect = false

    /// An empty head, to be filled by `RequestHeadParser`.
    package init() {}

    /// Makes the head empty and keeps the memory of its fields.
    package mutating func reset() {
        fields.removeAll()
        method = .other
        methodRange = .empty
        version = .http11
        target = .empty
        form = .origin
        path = .empty
        query = .empty
        hasQuery = false
        pathAndQuery = .empty
        host = .empty
        hostName = .empty
        framing = .none
        isPersistent = true
        expectsContinue = false
        upgrade = .empty
        isExtendedConnect = false
    }
}
