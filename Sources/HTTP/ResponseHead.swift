package import Bytes

/// A status line and its fields, checked and interpreted.
///
/// Every range counts from the start of the parsed bytes.
package struct ResponseHead: Sendable {
    /// The version that the backend speaks.
    package var version = HTTPVersion.http11
    /// The status, 100 to 999.
    package var status = 0
    /// The reason as sent; often empty.
    package var reason = ByteRange.empty
    /// The field lines.
    ///
    /// A repeated `Content-Length` and one that its status does not permit (1xx, 204) are dropped.
    package var fields = HeaderFields(capacity: 32)
    /// How the body would end if the status and the method of the request permitted one, see `framing(requestMethod:)`.
    package var declaredFraming = BodyFraming.none
    /// Whether the backend keeps the connection open (RFC 9112 §9.3).
    package var isPersistent = true
    /// The value of the one `Upgrade` when `Connection` names it too; else empty (RFC 9110 §7.8).
    package var upgrade = ByteRange.empty

    /// An empty head, to be filled by `ResponseHeadParser`.
    package init() {}

    /// How the end of the body is found after a request of this method (RFC 9112 §6.3).
    package func framing(requestMethod: Method) -> BodyFraming {
        if requestMethod == .head || status < 200 || status == 204 || status == 304 { return .none }
        return declaredFraming
    }

    /// Whether another head follows that answers the same request (RFC 9110 §15.2); never so for 101.
    package var isInterim: Bool { status < 200 && status != 101 }

    /// Makes the head empty and keeps the memory of its fields.
    package mutating func reset() {
        fields.removeAll()
        version = .http11
        status = 0
        reason = .empty
        declaredFraming = .none
        isPersistent = true
        upgrade = .empty
    }
}
