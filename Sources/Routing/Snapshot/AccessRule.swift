package import Bytes

/// One line of `allow` or `deny`.
package struct AccessRule: Hashable, Sendable {
    /// Whether those that match may pass.
    package var allows: Bool
    /// Which clients the rule is about.
    package var clients: Clients

    /// The clients that a rule is about.
    package enum Clients: Hashable, Sendable {
        /// Every one.
        case all
        /// Those with an address in the block.
        case network(IPNetwork)
        /// Those that came over a Unix domain socket.
        case unixSocket
    }

    /// A rule that lets the clients pass or keeps them out.
    package init(allows: Bool, clients: Clients) {
        self.allows = allows
        self.clients = clients
    }

    /// Whether the rule is about a client with this address; nil stands for a client of a Unix domain socket.
    package func matches(_ address: IPAddress?) -> Bool {
        switch clients {
        case .all: true
        case .network(let network): address.map(network.contains) ?? false
        case .unixSocket: address == nil
        }
    }
}

extension [AccessRule] {
    /// What the first rule that matches says; nil where none does.
    ///
    /// - Complexity: O(n) in the number of rules.
    package func verdict(for address: IPAddress?) -> Bool? { first { $0.matches(address) }?.allows }
}
