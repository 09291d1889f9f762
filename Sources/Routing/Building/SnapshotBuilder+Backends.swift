internal import Bytes

extension SnapshotBuilder {
    /// The addresses of the servers that a file names.
    mutating func backends(_ servers: [StaticServer]) -> [Backend] {
        var result: [Backend] = []
        for server in servers where !server.isDown {
            let origin = "\(server.file):\(server.position.line)"
            for address in addresses(of: server) {
                let endpoint = Endpoint(address: address, port: server.port)
                if let index = result.firstIndex(where: { $0.endpoint == endpoint }) {
                    result[index].weight += server.weight
                } else {
                    var backend = Backend(endpoint: endpoint, origin: origin, weight: server.weight)
                    backend.isBackup = server.isBackup
                    backend.failures = server.failures
                    result.append(backend)
                }
            }
        }
        return result
    }

    private mutating func addresses(of server: StaticServer) -> [IPAddress] {
        switch server.host {
        case .address(let address):
            if address.isLoopback || address.isUnspecified, ownPorts.contains(server.port) {
                let message = "Portico itself may listen on \(Endpoint(address: address, port: server.port))"
                diagnostics.append(Diagnostic(.warning, at: .file(server.file, server.position), message))
            }
            return [address]
        case .name(let name):
            findings.names.insert(name)
            let addresses = inputs.resolvedNames[name] ?? []
            guard addresses.isEmpty else { return addresses }
            findings.unresolvedNames.insert(name)
            let isTried = inputs.resolvedNames[name] != nil
            diagnostics.append(
                Diagnostic(
                    isTried ? .error : .note, at: .file(server.file, server.position),
                    isTried ? "the name \(name) has no address" : "the address of \(name) is not known yet",
                    hint: isTried ? "requests are answered with 502 until it has one" : nil))
            return []
        }
    }
}
