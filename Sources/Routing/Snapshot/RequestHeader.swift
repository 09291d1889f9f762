package import Bytes

/// A field of the forwarded request (`proxy_set_header`): it takes the place of the client's field of that name.
package struct RequestHeader: Hashable, Sendable {
    /// The name as written.
    package var name: ByteString
    /// The value; where it comes to no bytes, the field is not sent at all.
    package var value: Template

    /// A field for forwarded requests.
    package init(name: ByteString, value: Template) {
        self.name = name
        self.value = value
    }
}

extension RequestHeader {
    /// The set that is sent where no `proxy_set_header` replaces it, for lists that add to it.
    static let defaults: [RequestHeader] = [
        ("Host", .http("host")), ("X-Real-IP", .remoteAddress), ("X-Forwarded-For", .forwardedFor),
        ("X-Forwarded-Proto", .forwardedProto), ("X-Forwarded-Host", .forwardedHost),
        ("X-Forwarded-Port", .forwardedPort), ("X-Forwarded-Ssl", .forwardedSSL), ("X-Original-URI", .requestURI),
    ].map { RequestHeader(name: $0, value: Template(pieces: [.variable($1)])) }
}
