/// Where Portico itself runs, which decides what addresses it can reach.
package enum ProxyPlace: Hashable, Sendable {
    /// In a container with networks of its own; it reaches the networks that it shares.
    case container(id: String, networks: [NetworkAttachment])
    /// On the host or in a container with host networking; it reaches every container's address.
    case host
}
