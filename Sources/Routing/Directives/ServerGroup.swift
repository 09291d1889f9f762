/// What one `upstream { }` says.
struct ServerGroup: Hashable, Sendable {
    /// Its backends, in the order written.
    var servers: [StaticServer] = []
    /// How requests are shared among them.
    var balancing = LoadBalancing.roundRobin
    /// Whether connections to them are kept.
    var keepalive = UpstreamKeepalive.automatic
}
