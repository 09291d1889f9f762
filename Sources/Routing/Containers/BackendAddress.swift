internal import Bytes

/// Decides by which address a container is reached (CONTRACT §1.7).
enum BackendAddress {
    /// The address and port that requests for the container are sent to.
    ///
    /// The container's networks are taken by name; the first one that Portico shares counts, and the host's network stands
    /// for the host. IPv4 is chosen unless IPv6 is preferred or alone.
    ///
    /// - Parameter ownPorts: the ports that Portico itself listens on, where the host's network is its own.
    static func endpoint(
        of container: Container, from place: ProxyPlace, ownPorts: Set<UInt16>, prefersIPv6: Bool = false
    ) throws(LeftOutReason) -> Endpoint {
        if case .container(container.id, _) = place { throw .itself }
        let port = try container.backendPort()
        let networks = container.networks.sorted { $0.name < $1.name }.filter {
            $0.name != NetworkAttachment.ingressName
        }
        var reason = LeftOutReason.noSharedNetwork(networks.map(\.name))
        for network in networks where place.reaches(network) {
            if network.name == NetworkAttachment.hostName {
                guard let host = place.hostAddress else {
                    reason = .hostUnreachable
                    continue
                }
                if host.isLoopback, ownPorts.contains(port) { throw .itself }
                return Endpoint(address: host, port: port)
            }
            guard let address = address(in: network, prefersIPv6: prefersIPv6) else {
                reason = .noAddress(network: network.name)
                continue
            }
            if address.isLoopback || address.isLinkLocal || address.isUnspecified { throw .forbiddenAddress(address) }
            if place.has(address) { throw .itself }
            return Endpoint(address: address, port: port)
        }
        throw reason
    }

    private static func address(in network: NetworkAttachment, prefersIPv6: Bool) -> IPAddress? {
        prefersIPv6 ? network.ipv6 ?? network.ipv4 : network.ipv4 ?? network.ipv6
    }
}
