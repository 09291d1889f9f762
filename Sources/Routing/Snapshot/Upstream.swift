package import Bytes

/// The backends that share the requests of a location.
package struct Upstream: Hashable, Sendable {
    /// Names the upstream over all snapshots, so that what was learnt about its backends outlives a change.
    package var key: ByteString
    /// What stands for it in `$proxy_host`: the name of the group, or the address of `proxy_pass` without the port 80.
    package var host: ByteString
    /// What stands for it in `$proxy_port`.
    package var port: UInt16
    /// The addresses, each once; empty where there is none, which is answered with 502.
    package var backends: [Backend]
    /// How they are reached over TLS; nil where requests go in the clear.
    package var tls: UpstreamTLS?
    /// What they speak.
    package var `protocol` = BackendProtocol.http1
    /// How requests are shared among them.
    package var balancing = LoadBalancing.roundRobin
    /// Whether connections to them are kept.
    package var keepalive = UpstreamKeepalive.automatic

    /// A group of backends, known to `$proxy_host` by its key.
    package init(key: ByteString, host: ByteString? = nil, port: UInt16 = 80, backends: [Backend]) {
        self.key = key
        self.host = host ?? key
        self.port = port
        self.backends = backends
    }
}
