internal import Bytes

extension SnapshotBuilder {
    /// Settles where each host is served: `EXTERNAL_HTTP_PORT` and `EXTERNAL_HTTPS_PORT`, else on the ports of all.
    ///
    /// A port speaks one scheme. Portico's own ports come first, then the host has it whose container is the oldest.
    ///
    /// - Returns: the sites that are served elsewhere than before.
    mutating func settlePorts() -> [Site] {
        var claims: [UInt16: Claim] = [:]
        for port in inputs.settings.httpsPorts { claims[port] = Claim(isSecure: true, owner: nil) }
        for port in inputs.settings.httpPorts { claims[port] = Claim(isSecure: false, owner: nil) }
        var moved: [Site] = []
        let asking = sitesWithPorts.compactMap { sites[$0] }.sorted { Self.age($0) < Self.age($1) }
        for site in asking {
            let before = (site.httpPort, site.httpsPort)
            findings = Findings()
            // Where one number stands for both schemes, the safer one has it.
            site.httpsPort = settlePort("EXTERNAL_HTTPS_PORT", isSecure: true, of: site, &claims)
            site.httpPort = settlePort("EXTERNAL_HTTP_PORT", isSecure: false, of: site, &claims)
            site.portFindings = findings
            if !findings.isEmpty { sitesWithFindings.insert(site.name) }
            if before != (site.httpPort, site.httpsPort) { moved.append(site) }
        }
        ownPorts = Set(claims.keys)
        return moved
    }

    /// The ports beside Portico's own on which some host can be served.
    var externalPorts: Set<ExternalPort> {
        var ports: Set<ExternalPort> = []
        for host in sitesWithPorts.compactMap({ sites[$0]?.object?.host }) {
            if case .external(let number) = host.httpPort, !inputs.settings.httpPorts.contains(number),
                host.rule(isHTTPS: false) != .unknown
            {
                ports.insert(ExternalPort(number, isSecure: false))
            }
            if case .external(let number) = host.httpsPort, !inputs.settings.httpsPorts.contains(number),
                host.rule(isHTTPS: true) != .unknown, host.certificate != nil
            {
                ports.insert(ExternalPort(number, isSecure: true))
            }
        }
        return ports
    }

    /// Who has a port first.
    private struct Claim {
        var isSecure: Bool
        /// nil for Portico itself.
        var owner: ByteString?
    }

    private static func age(_ site: Site) -> (Int64, String, String) {
        let oldest = site.containers.min { ($0.created, $0.id) < ($1.created, $1.id) }
        return (oldest?.created ?? .max, oldest?.id ?? "", site.name.text)
    }

    private mutating func settlePort(
        _ variable: String, isSecure: Bool, of site: Site, _ claims: inout [UInt16: Claim]
    ) -> HostPort {
        guard let asking = site.containers.first(where: { $0.value(variable) != nil }) else { return .standard }
        var choice = ContainerChoice(site.containers, host: site.name.text)
        let number = choice.value(variable, expecting: "a port from 1 to 65535") { text in
            ByteString(text).withBytes { ASCII.decimal($0, limit: 65_535) }.flatMap { $0 > 0 ? UInt16($0) : nil }
        }
        diagnostics += choice.diagnostics
        // A host that was meant for a port of its own, perhaps behind a firewall, is not shown to everybody instead.
        guard let number else { return .none }
        let claim = claims[number] ?? Claim(isSecure: isSecure, owner: site.name)
        claims[number] = claim
        guard claim.isSecure == isSecure else {
            let scheme = isSecure ? "https" : "http"
            let other = claim.isSecure ? "https" : "http"
            let owner = claim.owner.map { $0 == site.name ? "the same host" : $0.text } ?? "Portico's own settings"
            diagnostics.append(
                Diagnostic(
                    .error, at: .container(asking.name, variable: variable),
                    "\(site.name.text) is not served over \(scheme), because port \(number) speaks \(other) for \(owner)",
                    hint: "choose another port"))
            return .none
        }
        let own = isSecure ? inputs.settings.httpsPorts : inputs.settings.httpPorts
        return own == [number] ? .standard : .external(number)
    }
}
