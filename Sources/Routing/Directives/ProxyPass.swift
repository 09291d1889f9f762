internal import Bytes

/// What one `proxy_pass` says.
struct ProxyPass: Hashable, Sendable {
    /// The backend, or the name of a group.
    var server: StaticServer
    /// The host and port as `$proxy_host` shows them.
    var shownHost: ByteString
    /// Whether a port was written; a group has none.
    var hasPort: Bool
    /// Whether it begins with `https://`.
    var isTLS: Bool
    /// Whether it is a `fastcgi_pass`.
    var isFastCGI = false
}
