internal import Bytes

extension SnapshotBuilder {
    /// The backends of a path's containers; those that cannot serve are left out with the reason.
    mutating func backends(of path: SitePath) -> [Backend] {
        var result: [Backend] = []
        var ailing: [(container: Container, backend: Backend)] = []
        var seen: Set<Endpoint> = []
        for container in path.containers {
            do throws(LeftOutReason) {
                try checkSupport(of: container)
                try container.checkDestination(for: path.match)
                let endpoint = try BackendAddress.endpoint(
                    of: container, from: inputs.place, ownPorts: ownPorts, prefersIPv6: inputs.settings.prefersIPv6)
                guard seen.insert(endpoint).inserted else { continue }
                let backend = Backend(endpoint: endpoint, origin: container.name)
                if inputs.settings.ignoresHealth || container.health == .none || container.health == .healthy {
                    result.append(backend)
                } else {
                    ailing.append((container, backend))
                }
                warnIfPublished(container, port: endpoint.port)
            } catch {
                leave(out: container, of: path, error)
            }
        }
        // A site whose containers all ail is better served by them than by nothing.
        guard !result.isEmpty else { return ailing.map(\.backend) }
        for (container, _) in ailing {
            leave(out: container, of: path, container.health == .starting ? .starting : .unhealthy)
        }
        return result
    }

    /// Notes that a container gets no requests for a path that it asks for.
    mutating func leave(out container: Container, of path: SitePath, _ reason: LeftOutReason) {
        findings.leftOut.append(LeftOutContainer(container: container.name, host: path.label, reason: reason))
        let severity: Diagnostic.Severity? =
            switch reason {
            case .badDestination, .badPath, .badPort, .destinationOfPattern, .unreadableMultiports, .unsupported: .error
            case .starting, .unhealthy: nil
            case .itself, .replacedByFile: .note
            case .forbiddenAddress, .hostUnreachable, .hostWithoutPort, .noAddress, .noSharedNetwork, .unusableHost:
                .warning
            }
        guard let severity else { return }
        diagnostics.append(
            Diagnostic(
                severity, at: .container(container.name, variable: nil),
                "it gets no requests for \(path.label): \(reason)", hint: Self.advice(for: reason)))
    }

    /// A site of what containers ask for of one host, the one first that decides.
    mutating func site(of claims: [Claim]) -> Site? {
        guard let first = claims.first else { return nil }
        let site = Site(patterns: first.patterns)
        for claim in claims {
            if !site.containers.contains(where: { $0.id == claim.container.id }) {
                warnOfOtherProject(claim.container, site)
            }
            site.add(claim.container, asking: claim.match, text: claim.path)
        }
        return site
    }

    /// Two projects that claim one host share it, as in nginx-proxy; that is hardly ever meant.
    private mutating func warnOfOtherProject(_ container: Container, _ site: Site) {
        guard let first = site.containers.first, let project = container.labels[Self.projectLabel],
            let other = first.labels[Self.projectLabel], other != project
        else { return }
        diagnostics.append(
            Diagnostic(
                .warning, at: .container(container.name, variable: "VIRTUAL_HOST"),
                "\(site.name.text) is also claimed by \(first.name) of the project \(Quoted(other)); both get its requests"
            ))
    }

    private func checkSupport(of container: Container) throws(LeftOutReason) {
        if let text = container.value("VIRTUAL_PROTO"), UpstreamProtocol(rawValue: text) == nil {
            throw .unsupported(variable: "VIRTUAL_PROTO", value: text)
        }
    }

    private mutating func warnIfPublished(_ container: Container, port: UInt16) {
        guard container.ports.contains(where: { $0.number == port && $0.isPublished }) else { return }
        diagnostics.append(
            Diagnostic(
                .warning, at: .container(container.name, variable: nil),
                "its port \(port) is also published on the host, where nothing of Portico protects it"))
    }

    private static func advice(for reason: LeftOutReason) -> String? {
        switch reason {
        case .hostUnreachable, .noSharedNetwork: "attach both to one network: docker network connect NETWORK CONTAINER"
        case .unsupported: "have it serve \(UpstreamProtocol.names)"
        case .hostWithoutPort: "set VIRTUAL_PORT to the port that it listens on"
        default: nil
        }
    }

    private static let projectLabel = "com.docker.compose.project"
}
