internal import Bytes
internal import Passwords
internal import Proxy
internal import Routing

/// Compares what nginx-proxy does on a host with what Portico would do there.
struct MigrationReview {
    /// What the engine runs.
    let survey: EngineSurvey
    /// nginx-proxy's own variables.
    let environment: Environment
    /// The settings that Portico would have.
    let settings: Settings
    /// What Portico would serve.
    let result: ServingBuilder.Result
    /// What was found of all hosts.
    private(set) var general: [MigrationReport.Finding] = []
    /// What was found of each host.
    private(set) var byHost: [String: [MigrationReport.Finding]] = [:]
    private var hostsOfContainers: [String: [String]] = [:]

    /// Compares.
    init(
        _ survey: EngineSurvey, _ environment: Environment, _ settings: Settings, _ result: ServingBuilder.Result
    ) {
        self.survey = survey
        self.environment = environment
        self.settings = settings
        self.result = result
        for container in survey.containers {
            hostsOfContainers[container.name] = snapshot.hosts.map(\.name.text).filter {
                Self.asks(container, for: $0)
            }
        }
        reviewProxy()
        reviewContainers()
        reviewDiagnostics()
    }

    private var snapshot: RoutingSnapshot { result.configuration.snapshot }

    /// Every host with what was found of it.
    var hosts: [MigrationReport.Host] {
        snapshot.hosts.map { host in
            MigrationReport.Host(name: host.name.text, findings: Self.unique(byHost[host.name.text] ?? []))
        }
    }

    /// What concerns all hosts, each once.
    var findings: [MigrationReport.Finding] { Self.unique(general) }

    // MARK: - The proxy

    private mutating func reviewProxy() {
        if let fault = survey.fault { note(.error, fault) }
        if environment["TRUST_DOWNSTREAM_PROXY"] == nil {
            note(
                .difference,
                "TRUST_DOWNSTREAM_PROXY is not set: X-Forwarded-* fields of clients are no longer believed; if a proxy "
                    + "stands in front, set it to its networks, such as 10.0.0.0/8")
        }
        for variable in NginxProxySetting.proxyVariables {
            guard let text = environment[variable.name] else { continue }
            if let remark = variable.remark(on: text) { note(.difference, "\(variable.name)=\(text) \(remark)") }
        }
        guard let proxy = survey.proxy else { return }
        for (own, common) in [(UInt16(80), UInt16(80)), (443, 443)] {
            for port in (proxy.publicPorts[own] ?? []).sorted() where port != common {
                note(
                    .difference,
                    "clients that come by the port \(port) have it in Host and X-Forwarded-Host, which nginx-proxy removes"
                )
            }
        }
        for row in NginxProxySetting.files where row.isWithoutEffect && proxy.mounts[row.name] != nil {
            note(.error, "\(row.name) is mounted and has no effect: \(row.difference)")
        }
    }

    // MARK: - Containers

    private mutating func reviewContainers() {
        for container in survey.containers {
            if RunningProxy.isCompanionImage(container.image),
                let acme = NginxProxySetting.row("ACME_HTTP_CHALLENGE_LOCATION"), acme.isWithoutEffect
            {
                note(.error, "container \(container.name) gets certificates, and \(acme.difference)")
            }
            for row in NginxProxySetting.containerVariables {
                guard let text = container.environment[row.name], !text.isEmpty else { continue }
                note(row, text, of: container, as: row.name)
            }
            for row in NginxProxySetting.labels {
                guard let text = container.labels["com.github.nginx-proxy.nginx-proxy.\(row.name)"] else { continue }
                note(row, text, of: container, as: "label \(row.name)")
            }
            let isChecked = container.health != .none && !settings.routing.ignoresHealth
            for host in hostsOfContainers[container.name] ?? [] where isChecked {
                byHost[host, default: []].append(
                    .init(
                        weight: .note,
                        text: "container \(container.name): its health check decides whether it gets requests, unless "
                            + "HEALTH=ignore is set"))
            }
        }
        for leftOut in snapshot.leftOut where leftOut.reason == .starting || leftOut.reason == .unhealthy {
            note(
                .difference, "container \(leftOut.container): it gets no requests: \(leftOut.reason)",
                for: [String(leftOut.host.prefix { $0 != "/" && $0 != " " })])
        }
    }

    private mutating func note(_ row: NginxProxySetting, _ text: String, of container: Container, as name: String) {
        guard let remark = row.remark(on: text) else { return }
        note(
            .difference, "container \(container.name): \(name) \(remark)", for: hostsOfContainers[container.name] ?? [])
    }

    private static func asks(_ container: Container, for host: String) -> Bool {
        if case .routes(let routes)? = container.multiports {
            return routes.contains { $0.host.lowercased() == host }
        }
        let names = (container.environment["VIRTUAL_HOST"] ?? "").split(separator: ",")
        return names.contains { name in
            let trimmed = name.filter { !$0.isWhitespace }
            return trimmed == host || trimmed.lowercased() == host
        }
    }

    // MARK: - Files

    private mutating func reviewDiagnostics() {
        for diagnostic in result.diagnostics {
            let hosts = hosts(of: diagnostic)
            let text = "\(diagnostic.place): \(diagnostic.message)" + (diagnostic.hint.map { "; \($0)" } ?? "")
            switch diagnostic.severity {
            case .error: note(.error, text, for: hosts)
            // A warning about a directive says what it does not do; others hold for nginx-proxy too.
            case .warning: note(diagnostic.position == nil ? .note : .difference, text, for: hosts)
            case .note: break
            }
        }
    }

    private func hosts(of diagnostic: Diagnostic) -> [String] {
        switch diagnostic.place {
        case .container(let name, _): return hostsOfContainers[name] ?? []
        case .setting: return []
        case .file(let path, _), .wholeFile(let path):
            let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
            return snapshot.hosts.filter { host in
                let own = host.name.text
                return name == own || name.hasPrefix("\(own)_") || name == "\(own).crt" || name == "\(own).key"
                    || host.locations.contains { $0.settings.authentication?.file == path }
            }.map(\.name.text)
        }
    }

    // MARK: - Notes

    private mutating func note(_ weight: MigrationReport.Weight, _ text: String, for hosts: [String] = []) {
        let finding = MigrationReport.Finding(weight: weight, text: text)
        let known = hosts.filter { host in snapshot.hosts.contains { $0.name.text == host } }
        if known.isEmpty { general.append(finding) }
        for host in known { byHost[host, default: []].append(finding) }
    }

    private static func unique(_ findings: [MigrationReport.Finding]) -> [MigrationReport.Finding] {
        var seen: Set<MigrationReport.Finding> = []
        return findings.filter { seen.insert($0).inserted }
    }
}
