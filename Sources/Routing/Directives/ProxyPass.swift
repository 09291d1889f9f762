internal import Bytes

/// What one `proxy_pass` says, or its like for another protocol.
struct ProxyPass: Hashable, Sendable {
    /// The backend, or the name of a group.
    var server: StaticServer
    /// The host and port as `$proxy_host` shows them.
    var shownHost: ByteString
    /// Whether a port was written; a group has none.
    var hasPort: Bool
    /// Whether backends are reached over TLS: it begins with `https://`, or the like.
    var isTLS: Bool
    /// What they speak.
    var `protocol` = BackendProtocol.http1
}
