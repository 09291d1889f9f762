/// How the requests of an upstream are shared among its backends.
package enum LoadBalancing: Hashable, Sendable {
    /// In turn, by weight (nginx's default).
    case roundRobin
    /// The backend with the fewest requests under way for its weight (`least_conn`).
    case leastConnections
    /// Clients of one network stay with one backend: the first three bytes of an IPv4 address decide (`ip_hash`).
    case clientAddress
    /// Requests with the same text stay with one backend (`hash KEY`).
    case hash(Template)
    /// Any, by weight (`random`).
    case random
    /// Of two that chance names, the one with fewer requests under way (`random two least_conn`).
    case randomPair
}
