internal import Bytes

extension SnapshotBuilder {
    /// Which certificates a site wants to see of its clients: `HOST.ca.crt` says whose, with `HOST.crl.pem` beside it; else
    /// `ca.crt` does for all hosts, with `ca.crl.pem` (CONTRACT §1.4). What the host's file says goes before both.
    mutating func clientRule(of site: Site, asked: ContainerSettings) -> ClientCertificateRule? {
        var rule = clientFiles(of: site, asked: asked)
        if let depth = site.file?.clientDepth { rule?.depth = depth }
        if let revocations = site.file?.clientRevocations { rule?.revocations = revocations }
        return rule
    }

    private mutating func clientFiles(of site: Site, asked: ContainerSettings) -> ClientCertificateRule? {
        let demand = site.file?.clientDemand ?? asked.clientDemand
        guard demand != .off else { return nil }
        if let file = site.file, let authorities = file.clientAuthorities, let demand {
            return ClientCertificateRule(
                demand: demand, authorities: authorities, revocations: file.clientRevocations)
        }
        // Whoever says so wants it, and must not be served as if nothing had been said.
        let fallback = demand.map { ClientCertificateRule(demand: $0, authorities: "\(site.fileName).ca.crt") }
        guard hasClientAuthorities else { return fallback }
        var names = ["\(site.fileName)."]
        if let name = site.plainName?.text, name != site.fileName { names.append("\(name).") }
        for name in names + [""] {
            guard let authorities = certificateFiles["\(name)ca.crt"] else { continue }
            return ClientCertificateRule(
                demand: demand ?? .on, authorities: authorities,
                revocations: certificateFiles[name.isEmpty ? "ca.crl.pem" : "\(name)crl.pem"])
        }
        return fallback
    }

    /// Says where a host that wants certificates can be reached without one.
    mutating func report(_ host: VirtualHost, _ asked: ContainerSettings) {
        guard host.clients?.demand == .on, host.httpsMethod == .noredirect else { return }
        diagnostics.append(
            Diagnostic(
                .warning, at: .setting("HTTPS_METHOD"),
                "\(host.name.text) asks for client certificates over https, and is served to everybody over http",
                hint: "leave HTTPS_METHOD at redirect, or write nohttp"))
    }
}
