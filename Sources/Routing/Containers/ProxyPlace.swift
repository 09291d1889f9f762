internal import Bytes

/// Where Portico itself runs, which decides what addresses it can reach.
package enum ProxyPlace: Hashable, Sendable {
    /// In a container with networks of its own; it reaches the networks that it shares.
    case container(id: String, networks: [NetworkAttachment])
    /// On the host or in a container with host networking; it reaches every container's address.
    case host

    /// Whether addresses in the network of another container can be reached.
    func reaches(_ network: NetworkAttachment) -> Bool {
        switch self {
        case .container(_, let own):
            network.name == NetworkAttachment.hostName || own.contains { $0.name == network.name }
        case .host: true
        }
    }

    /// The address of the host: from a container the gateway of its first network, by name, that leads outside.
    var hostAddress: IPAddress? {
        switch self {
        case .container(_, let own):
            own.filter { !$0.isInternal && $0.gateway != nil }.min { $0.name < $1.name }?.gateway
        case .host: IPAddress(ipv4: 0x7f00_0001)
        }
    }

    /// Whether the address is Portico's own in one of its networks.
    func has(_ address: IPAddress) -> Bool {
        switch self {
        case .container(_, let own): own.contains { $0.ipv4 == address || $0.ipv6 == address }
        case .host: false
        }
    }
}
