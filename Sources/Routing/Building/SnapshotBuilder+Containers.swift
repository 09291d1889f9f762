internal import Bytes

extension SnapshotBuilder {
    /// Makes a site of each name that a container asks for. The oldest container comes first everywhere.
    mutating func collectContainers() {
        let ordered = inputs.containers.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
        for container in ordered {
            if isUnsupported("VIRTUAL_HOST_MULTIPORTS", of: container) { continue }
            guard let text = container.environment["VIRTUAL_HOST"], !text.trimmed.isEmpty else { continue }
            var isClaiming = false
            for element in text.split(separator: ",").map(\.trimmed) where !element.isEmpty {
                if claim(element, for: container) { isClaiming = true }
            }
            if !isClaiming {
                leftOut.append(
                    LeftOutContainer(container: container.name, host: "\(Quoted(text))", reason: .unusableHost))
            }
        }
    }

    /// The backends of a site's containers; those that cannot serve are left out with the reason.
    mutating func backends(of site: Site) -> [Backend] {
        var result: [Backend] = []
        var ailing: [(container: Container, backend: Backend)] = []
        var seen: Set<Endpoint> = []
        for container in site.containers {
            do throws(LeftOutReason) {
                try checkSupport(of: container)
                let endpoint = try BackendAddress.endpoint(of: container, from: inputs.place, settings: inputs.settings)
                guard seen.insert(endpoint).inserted else { continue }
                let backend = Backend(endpoint: endpoint, origin: container.name)
                if inputs.settings.ignoresHealth || container.health == .none || container.health == .healthy {
                    result.append(backend)
                } else {
                    ailing.append((container, backend))
                }
                warnIfPublished(container, port: endpoint.port)
            } catch {
                leave(out: container, of: site, error)
            }
        }
        // A site whose containers all ail is better served by them than by nothing.
        guard !result.isEmpty else { return ailing.map(\.backend) }
        for (container, _) in ailing {
            leave(out: container, of: site, container.health == .starting ? .starting : .unhealthy)
        }
        return result
    }

    /// Notes that a container of a site gets no requests.
    mutating func leave(out container: Container, of site: Site, _ reason: LeftOutReason) {
        leftOut.append(LeftOutContainer(container: container.name, host: site.name.text, reason: reason))
        let severity: Diagnostic.Severity? =
            switch reason {
            case .badPort, .unsupported: .error
            case .starting, .unhealthy: nil
            case .itself, .replacedByFile: .note
            case .forbiddenAddress, .hostUnreachable, .hostWithoutPort, .noAddress, .noSharedNetwork, .unusableHost:
                .warning
            }
        guard let severity else { return }
        diagnostics.append(
            Diagnostic(
                severity, at: .container(container.name, variable: nil),
                "it gets no requests for \(site.name.text): \(reason)", hint: Self.advice(for: reason)))
    }

    private mutating func claim(_ text: Substring, for container: Container) -> Bool {
        let patterns: [HostPattern]
        do throws(HostNameError) {
            patterns = try HostName.patterns(text)
        } catch {
            diagnostics.append(
                Diagnostic(
                    .error, at: .container(container.name, variable: "VIRTUAL_HOST"),
                    "\(Quoted(String(text))) \(error.message)", hint: error.hint))
            return false
        }
        let name = Site.name(of: patterns)
        let site = sites[name] ?? Site(patterns: patterns)
        sites[name] = site
        guard site.containers.last?.id != container.id else { return true }
        warnOfOtherProject(container, site)
        site.containers.append(container)
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
        if let text = container.value("VIRTUAL_PROTO"), UpstreamSettings.isTLS(text) == nil {
            throw .unsupported(variable: "VIRTUAL_PROTO", value: text)
        }
        for (variable, value) in Self.supported {
            guard let text = container.value(variable), text != value else { continue }
            throw .unsupported(variable: variable, value: text)
        }
    }

    /// Whether a variable is set that replaces all of those that are understood; the container is left out then.
    private mutating func isUnsupported(_ variable: String, of container: Container) -> Bool {
        guard let text = container.value(variable) else { return false }
        leftOut.append(
            LeftOutContainer(
                container: container.name, host: variable, reason: .unsupported(variable: variable, value: text)))
        diagnostics.append(
            Diagnostic(
                .error, at: .container(container.name, variable: variable), "\(variable) is not supported yet",
                hint: "use VIRTUAL_HOST and VIRTUAL_PORT"))
        return true
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
        case .hostWithoutPort: "set VIRTUAL_PORT to the port that it listens on"
        default: nil
        }
    }

    /// Variables that change where requests must go, with the one value that means what Portico does anyway.
    private static let supported = [
        ("VIRTUAL_PATH", "/"), ("VIRTUAL_DEST", "/"),
    ]
    private static let projectLabel = "com.docker.compose.project"
}
