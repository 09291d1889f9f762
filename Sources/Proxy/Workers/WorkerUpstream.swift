internal import Bytes
internal import Routing

/// An upstream that a request can be sent to by the value of variables.
final class WorkerUpstream {
    /// The value that means it.
    let address: ByteString
    /// The path that stands behind the host in that value; empty for none.
    let path: ByteString
    /// Its backends.
    let pool: UpstreamPool
    /// What stands for it in `$proxy_host`.
    let host: ByteString
    /// What stands for it in `$proxy_port`.
    let port: UInt16
    /// Whether backends are asked to close the connection behind each answer.
    let isClosed: Bool

    init(_ candidate: UpstreamChoice.Candidate, pool: UpstreamPool) {
        address = candidate.address.copied()
        path = candidate.path.copied()
        self.pool = pool
        host = candidate.upstream.host
        port = candidate.upstream.port
        isClosed = candidate.upstream.keepalive == .disabled
    }
}
