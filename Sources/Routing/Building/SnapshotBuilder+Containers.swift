internal import Bytes

extension SnapshotBuilder {
    /// Makes a site of each name that a container asks for. Containers with `VIRTUAL_HOST_MULTIPORTS` come first, as in
    /// nginx-proxy, and else the oldest does: that is how they decide where they differ.
    mutating func collectContainers() {
        let ordered = inputs.containers.sorted {
            ($0.multiports == nil ? 1 : 0, $0.created, $0.id) < ($1.multiports == nil ? 1 : 0, $1.created, $1.id)
        }
        for container in ordered {
            switch container.multiports {
            case nil:
                let names = container.environment["VIRTUAL_HOST"] ?? ""
                let hosts = names.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
                collect(hosts, container.value("VIRTUAL_PATH") ?? "/", "VIRTUAL_HOST", of: container)
            case .routes(let routes):
                for route in routes {
                    let seen = container.seen(from: route)
                    collect([route.host], route.path, "VIRTUAL_HOST_MULTIPORTS", of: seen)
                }
            case .unreadable(let reason):
                let variable = "VIRTUAL_HOST_MULTIPORTS"
                leftOut.append(
                    LeftOutContainer(container: container.name, host: variable, reason: .unreadableMultiports(reason)))
                diagnostics.append(
                    Diagnostic(
                        .error, at: .container(container.name, variable: variable),
                        "it cannot be understood: \(reason)",
                        hint: "write YAML or JSON such as {\"example.com\": {\"/\": {\"port\": 8080}}}"))
            }
        }
    }

    /// Notes that a container asks for a path of some hosts, as a variable says.
    private mutating func collect(_ hosts: [String], _ path: String, _ variable: String, of container: Container) {
        let match: LocationMatch
        do throws(LocationMatchError) {
            match = try LocationMatch(path)
        } catch {
            let pathVariable = variable == "VIRTUAL_HOST" ? "VIRTUAL_PATH" : variable
            diagnostics.append(
                Diagnostic(
                    .error, at: .container(container.name, variable: pathVariable), "\(Quoted(path)) \(error.message)",
                    hint: "write a path, or =, ^~, ~ or ~* before one"))
            leftOut += hosts.map { LeftOutContainer(container: container.name, host: $0, reason: .badPath(path)) }
            return
        }
        // Only where none can be used does the container stand among those that are left out.
        var unusable: [String] = []
        for host in hosts where !claim(host, path, match, variable, for: container) { unusable.append(host) }
        guard !hosts.isEmpty, unusable.count == hosts.count else { return }
        leftOut.append(
            LeftOutContainer(
                container: container.name, host: "\(Quoted(hosts.joined(separator: ",")))", reason: .unusableHost))
    }

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
        leftOut.append(LeftOutContainer(container: container.name, host: path.label, reason: reason))
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

    private mutating func claim(
        _ text: String, _ path: String, _ match: LocationMatch, _ variable: String, for container: Container
    ) -> Bool {
        let patterns: [HostPattern]
        do throws(HostNameError) {
            patterns = try HostName.patterns(text)
        } catch {
            diagnostics.append(
                Diagnostic(
                    .error, at: .container(container.name, variable: variable), "\(Quoted(text)) \(error.message)",
                    hint: error.hint))
            return false
        }
        let name = Site.name(of: patterns)
        let site = sites[name] ?? Site(patterns: patterns)
        sites[name] = site
        if !site.containers.contains(where: { $0.id == container.id }) { warnOfOtherProject(container, site) }
        site.add(container, asking: match, text: path)
        return true
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
