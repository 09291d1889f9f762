package import Bytes

/// A container's place in one Docker network.
package struct NetworkAttachment: Hashable, Sendable {
    /// The network's name; `host` for host networking.
    package var name: String
    /// The container's IPv4 address there.
    package var ipv4: IPAddress?
    /// The container's IPv6 address there.
    package var ipv6: IPAddress?
    /// The network's gateway, which is the host itself on a bridge.
    package var gateway: IPAddress?
    /// Whether the network leads nowhere else (`docker network create --internal`).
    package var isInternal: Bool

    /// A place in the network `name`.
    package init(
        _ name: String,
        ipv4: IPAddress? = nil,
        ipv6: IPAddress? = nil,
        gateway: IPAddress? = nil,
        isInternal: Bool = false
    ) {
        self.name = name
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        self.gateway = gateway
        self.isInternal = isInternal
    }

    /// Docker's name for the host's own network.
    static let hostName = "host"
    /// Docker's name for the network that carries published ports of a swarm; nothing is reached by it.
    static let ingressName = "ingress"
}
