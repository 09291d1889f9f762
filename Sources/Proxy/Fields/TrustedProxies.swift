package import Bytes

/// The peers whose word on the client is taken: proxies in front of this one (`TRUST_DOWNSTREAM_PROXY`).
package enum TrustedProxies: Hashable, Sendable {
    /// Nobody: every client is who it is.
    case none
    /// Everybody: nginx-proxy's default, for hosts that only a trusted proxy can reach.
    case all
    /// Those with an address in one of the blocks.
    case networks([IPNetwork])

    /// Whether the word of a peer with this address is taken.
    package func contains(_ address: IPAddress) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .networks(let networks): networks.contains { $0.contains(address) }
        }
    }
}
