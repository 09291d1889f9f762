internal import Bytes

/// Makes a snapshot of containers, files and settings. Pure: the same inputs give the same snapshot.
package struct SnapshotBuilder {
    let inputs: SnapshotInputs
    var sites: [ByteString: Site] = [:]
    var diagnostics: [Diagnostic] = []
    var leftOut: [LeftOutContainer] = []
    /// What the files of `conf.d` say.
    var globalFiles = GlobalFiles()
    /// Set where one of them cannot be read and may say who may come in.
    var globalShut: VirtualHost.Shut?
    /// What `proxy.conf` says; nil where there is none.
    var sharedFile: HostFile?
    /// Who may come in where only internal clients may.
    var internalRules = privateNetworks
    /// The names in the folder of password files, by their lower-case form.
    let passwordFilesByHost: [String: String]
    var passwordFiles: Set<String> = []
    /// The names in the folder of certificates, by their lower-case form.
    private(set) lazy var certificateFiles = Dictionary(
        inputs.certificateFiles.sorted().map { ($0.lowercased(), $0) }
    ) { first, _ in first }
    /// The TCP ports that Portico listens on, so that it never sends requests to itself.
    var ownPorts: Set<UInt16> = []
    private var unresolvedNames: Set<String> = []

    /// The snapshot that the inputs come to.
    ///
    /// Whatever cannot be used is left out, keeps its last good version from `inputs.previous` or shuts its host, alone, and
    /// is reported in the snapshot.
    ///
    /// - Complexity: O(n log n) in the number of containers, names and files.
    package static func build(_ inputs: SnapshotInputs) -> RoutingSnapshot {
        var builder = SnapshotBuilder(inputs: inputs)
        builder.collectContainers()
        builder.collectGlobalFiles()
        builder.collectFiles()
        builder.collectSharedSettings()
        builder.collectInternalRules()
        builder.collectPorts()
        return builder.snapshot()
    }

    private init(inputs: SnapshotInputs) {
        self.inputs = inputs
        let names = inputs.files?.passwordFileNames ?? []
        passwordFilesByHost = Dictionary(names.sorted().map { (HostFileName.key($0), $0) }) { first, _ in first }
    }

    /// The names of all sites in the order of the snapshot.
    var siteNames: [ByteString] { sites.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) } }

    private mutating func snapshot() -> RoutingSnapshot {
        let ordered = siteNames
        let defaultReturn = defaultReturn()
        var hosts: [VirtualHost] = []
        hosts.reserveCapacity(ordered.count)
        for name in ordered {
            if let site = sites[name] { hosts.append(virtualHost(site, defaultReturn)) }
        }
        addNames(to: &hosts)
        let defaultHost = defaultHost(among: hosts)
        var snapshot = RoutingSnapshot(
            generation: (inputs.previous?.generation ?? 0) + 1,
            hosts: hosts,
            defaultHost: defaultHost,
            diagnostics: withoutRepetitions(diagnostics),
            unresolvedNames: unresolvedNames.sorted(),
            leftOut: leftOut,
            passwordFiles: passwordFiles.sorted())
        snapshot.sharedFile = sharedFile
        snapshot.globalFiles = globalFiles
        snapshot.internalRules = internalRules
        snapshot.externalPorts = externalPorts(of: hosts)
        return snapshot
    }

    /// What a container says wrong, it may say to each of its hosts; once is enough.
    private func withoutRepetitions(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return diagnostics.filter { seen.insert($0).inserted }
    }

    private mutating func virtualHost(_ site: Site, _ defaultReturn: Return) -> VirtualHost {
        let asked = ContainerSettings(
            site.containers, host: site.name.text, policies: inputs.tlsPolicies)
        diagnostics += asked.diagnostics
        let certificate = certificate(for: site, asked: asked)
        let clients = clientRule(of: site, asked: asked)
        let method = httpsMethod(asked, hasCertificate: certificate != nil, clients: clients)
        let outer = surroundings(of: site, asked)
        var host = VirtualHost(
            name: site.name,
            names: site.patterns,
            httpsMethod: method,
            certificate: method == .nohttps ? nil : certificate?.name,
            hsts: hsts(asked, method: method, hasCertificate: certificate != nil),
            locations: locations(of: site, outer, defaultReturn),
            shut: site.shut ?? globalShut)
        host.challenges = asked.challenges ?? inputs.settings.challenges
        host.certificateSource = host.certificate == nil ? nil : certificate?.source
        host.origins = outer.origins
        host.httpPort = site.httpPort
        host.httpsPort = site.httpsPort
        host.nonGetRedirect = asked.nonGetRedirect ?? inputs.settings.nonGetRedirect
        host.tlsPolicy = asked.tlsPolicy
        host.speaksHTTP2 =
            site.file?.speaksHTTP2 ?? asked.speaksHTTP2 ?? globalFiles.file.speaksHTTP2 ?? inputs.settings.speaksHTTP2
        host.clients = method == .nohttps ? nil : clients
        report(host, asked)
        host.surroundings = outer.settings
        let files = [site.file, sharedFile, globalFiles.file] + site.orderedPaths.flatMap { [$0.file, $0.override] }
        host.usesCaptures = files.contains { $0?.usesCaptures ?? false }
        if let level = site.file?.level, level.returned == nil { host.steps = level.steps }
        host.file = site.file
        // A file that answers by itself does so for every path.
        if asked.showsDebugEndpoint ?? inputs.settings.showsDebugEndpoint, site.file?.level.returned == nil {
            host.locations.append(debugLocation(of: site, host, asked))
        }
        return host
    }

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
            let addresses = inputs.resolvedNames[name] ?? []
            guard addresses.isEmpty else { return addresses }
            unresolvedNames.insert(name)
            let isTried = inputs.resolvedNames[name] != nil
            diagnostics.append(
                Diagnostic(
                    isTried ? .error : .note, at: .file(server.file, server.position),
                    isTried ? "the name \(name) has no address" : "the address of \(name) is not known yet",
                    hint: isTried ? "requests are answered with 502 until it has one" : nil))
            return []
        }
    }

    /// Gives the hosts the names that their files add, as far as no other host has them.
    private mutating func addNames(to hosts: inout [VirtualHost]) {
        guard hosts.contains(where: { !($0.file?.names ?? []).isEmpty }) else { return }
        var owners: [HostPattern: Int] = [:]
        for (index, host) in hosts.enumerated() {
            for pattern in host.names { owners[pattern] = index }
        }
        for index in hosts.indices {
            guard let file = hosts[index].file else { continue }
            for pattern in file.names {
                guard let owner = owners[pattern] else {
                    owners[pattern] = index
                    hosts[index].names.append(pattern)
                    continue
                }
                guard owner != index else { continue }
                diagnostics.append(
                    Diagnostic(
                        .warning, at: .wholeFile(file.path),
                        "server_name \(pattern.text) has no effect, because it belongs to \(hosts[owner].name.text)"))
            }
        }
    }

    private mutating func defaultHost(among hosts: [VirtualHost]) -> Int? {
        let name = inputs.settings.defaultHost.trimmed.lowercased()
        guard !name.isEmpty else { return nil }
        if let index = hosts.firstIndex(where: { $0.name == ByteString(name) }) { return index }
        diagnostics.append(
            Diagnostic(.warning, at: .setting("DEFAULT_HOST"), "there is no host \(Quoted(name)) at the moment"))
        return nil
    }
}
