/// Whether connections to backends are kept between requests.
package enum UpstreamKeepalive: Hashable, Sendable {
    /// As many as are of use.
    case automatic
    /// At most so many idle ones for each backend and worker.
    case limit(Int)
    /// None: each request has a connection of its own, which it is told to close.
    case disabled
}
