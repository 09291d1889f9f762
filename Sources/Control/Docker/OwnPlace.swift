internal import Routing

/// Where this process runs among the containers of an engine, as far as it has been found out.
struct OwnPlace {
    private let container: OwnContainer
    private let identifier: String?
    private var found: (id: String, created: Int64, evidence: OwnContainer.Evidence)?
    /// The networks that lead nowhere else, by name.
    var internalNetworks: Set<String> = []

    /// Nothing is found out yet.
    init(_ container: OwnContainer) {
        self.container = container
        identifier = container.identifier
    }

    /// Looks whether a container is the own one; better evidence wins over what was found before, else the older container.
    mutating func consider(_ answer: InspectedContainer, in table: ContainerTable) {
        guard let evidence = container.evidence(for: answer, identifier: identifier) else { return }
        let container = answer.container
        if let found, table.revision(of: found.id) != nil,
            found.evidence > evidence
                || found.evidence == evidence && (found.created, found.id) <= (container.created, container.id)
        {
            return
        }
        found = (container.id, container.created, evidence)
    }

    /// The place: in a container with networks of its own, or else on the host.
    func place(in table: ContainerTable) -> ProxyPlace {
        guard let id = found?.id, let own = table.container(id) else { return .host }
        var networks = own.container.networks
        if let owner = own.networkOwner.flatMap({ table.container($0) }) { networks = owner.container.networks }
        if networks.contains(where: { $0.name == "host" }) { return .host }
        for index in networks.indices { networks[index].isInternal = internalNetworks.contains(networks[index].name) }
        return .container(id: id, networks: networks)
    }
}
