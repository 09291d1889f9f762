internal import Bytes

/// Makes snapshots of containers, files and settings. Pure: the same inputs give the same snapshot, whatever was built before.
///
/// A builder remembers what it made each host of. When it builds again, only those hosts are made anew for which something
/// has changed: their containers, their files or what these include, a host whose containers their file names, the address of
/// a name, their port. What holds for all hosts makes it begin anew. A host that comes to the same keeps its object.
package struct SnapshotBuilder {
    private(set) var inputs = SnapshotInputs()
    /// What containers ask for.
    private(set) var claims = ClaimTable()
    /// Which files there are for hosts.
    private(set) var hostFiles = HostFileTable()
    /// What the files come to.
    var desk = FileDesk()
    /// The hosts on their way into the snapshot.
    private(set) var sites: [ByteString: Site] = [:]
    /// What was found in files that are for no host, by name.
    var unclaimed: [String: FileDesk.Result] = [:]
    /// What is found out in the step that is being done.
    var findings = Findings()
    /// The hosts whose containers ask for ports of their own.
    private(set) var sitesWithPorts: Set<ByteString> = []
    /// The TCP ports that Portico listens on, so that it never sends requests to itself.
    var ownPorts: Set<UInt16> = []

    /// The files beside `vhost.d`, of which is noted what is read for all hosts.
    private(set) var commonFiles: ReadRecord?
    /// What the files of `conf.d` say.
    var globalFiles = GlobalFiles()
    /// Set where one of them cannot be read and may say who may come in.
    var globalShut: VirtualHost.Shut?
    /// What `proxy.conf` says; nil where there is none.
    var sharedFile: CompiledFile?
    /// Set where it cannot be read and may say who may come in.
    var sharedShut: VirtualHost.Shut?
    /// Who may come in where only internal clients may.
    var internalRules = privateNetworks
    /// The names in the folder of password files, by their lower-case form.
    private(set) var passwordFilesByHost: [String: String] = [:]
    /// The names in the folder of certificates, by their lower-case form.
    private(set) var certificateFiles: [String: String] = [:]
    /// Whether any of them may be that of the authorities of clients.
    private(set) var hasClientAuthorities = false

    private var isNew = true
    /// What was found in what holds for all hosts.
    private var commonFindings = Findings()
    private var internalFindings = Findings()
    private var isInternalRead = false
    /// Whether a file has said who counts as internal.
    var areInternalRulesListed = false
    private var nameFindings: [Diagnostic] = []
    /// What is answered to requests for paths that no container serves.
    private(set) var defaultReturn = Return(status: 404)
    /// The hosts that depend on what stands at a path or matches a pattern.
    private var readers: [String: Set<ByteString>] = [:]
    /// The hosts that depend on the containers of a host, by that host.
    private var dependents: [ByteString: Set<ByteString>] = [:]
    private var sitesForInternal: Set<ByteString> = []
    private var sitesWithNames: Set<ByteString> = []
    /// The hosts that have names of their files.
    private var namesAdded: Set<ByteString> = []
    /// The hosts of which there is something to be said, and perhaps others.
    var sitesWithFindings: Set<ByteString> = []
    private var list: HostList = []
    private var table = HostTable([])
    private var settingsPool = SharingPool<SharedSettings>()
    /// What holds for all hosts where they say nothing else.
    private(set) var surroundingsOfAll = Surroundings()
    /// What the settings of hosts' files come to inside of those, by the identity of what they set, which is kept for that.
    var settingsOfFiles: [ObjectIdentifier: (said: SharedDirectives, result: SharedSettings)] = [:]

    /// A builder that remembers nothing.
    package init() {}

    /// The snapshot that the inputs come to.
    ///
    /// - Complexity: O(n log n) in the number of containers, names and files.
    package static func build(_ inputs: SnapshotInputs) -> RoutingSnapshot {
        var builder = SnapshotBuilder()
        return builder.build(inputs)
    }

    /// The snapshot that the inputs come to, as if nothing had been built before.
    ///
    /// Whatever cannot be used is left out, keeps its last good version from `inputs.previous` or shuts its host, alone, and
    /// is reported in the snapshot.
    ///
    /// - Complexity: mostly that of the hosts for which something has changed; beside them a few nanoseconds for each
    ///   container and host.
    package mutating func build(_ inputs: SnapshotInputs) -> RoutingSnapshot {
        let before = self.inputs
        self.inputs = inputs
        if let files = inputs.files { commonFiles?.files = files }
        if !isBased(on: before) { beginAnew() }
        var touched = claims.update(inputs.containers)
        touched.formUnion(takeFileChanges())
        if before.resolvedNames != inputs.resolvedNames { touched.formUnion(hostsWithNames(unlike: before)) }
        // What they keep may have left the last snapshot meanwhile.
        touched.formUnion(sitesWithFindings.filter { sites[$0]?.siteFindings.consequences.isEmpty == false })
        for name in touched { touched.formUnion(dependents[name] ?? []) }
        for name in touched { renewSite(name) }
        settleInternalRules()
        let ports = ownPorts
        touched.formUnion(settlePorts().map(\.name))
        if ownPorts != ports { touched.formUnion(sites.keys) }
        var hosts: [ByteString: VirtualHost] = [:]
        for name in touched {
            if let site = sites[name] { hosts[name] = virtualHost(site) }
        }
        place(touched, hosts)
        settingsPool.trim(to: sites.count + 1024)
        if settingsOfFiles.count > sites.count + 1024 { settingsOfFiles = [:] }
        isNew = false
        return snapshot()
    }

    // MARK: - What has changed

    /// Whether what was built of these inputs is good for the new ones but for hosts that can be told.
    private func isBased(on before: SnapshotInputs) -> Bool {
        guard !isNew, let changes = inputs.fileChanges, let files = inputs.files, before.files != nil else {
            return false
        }
        return changes.isDisjoint(with: commonFiles?.paths ?? []) && !changes.contains(files.passwordFolder)
            && before.place == inputs.place && before.settings == inputs.settings
            && before.certificateNames == inputs.certificateNames && before.tlsPolicies == inputs.tlsPolicies
            && before.certificateFiles == inputs.certificateFiles && before.folderFault == inputs.folderFault
            && !isStandInNew
    }

    /// Whether a file for all hosts that have none of their own has come or gone.
    private var isStandInNew: Bool {
        guard let files = inputs.files, inputs.fileChanges?.contains(files.hostFolder) == true else { return false }
        return hostFiles.difference(from: files.hostFiles, folders: files.hostFolders).contains {
            HostFileName.standIns.contains(HostFileName.key($0))
        }
    }

    /// Forgets all hosts; files that have not changed need not be compiled again.
    private mutating func beginAnew() {
        let known = isNew || inputs.fileChanges == nil ? FileDesk() : desk
        let kept = (inputs, list)
        self = SnapshotBuilder()
        (inputs, list) = kept
        desk = known
        commonFiles = inputs.files.map { ReadRecord($0) }
        let names = inputs.files?.passwordFileNames ?? []
        passwordFilesByHost = Dictionary(names.sorted().map { (HostFileName.key($0), $0) }) { first, _ in first }
        certificateFiles = Dictionary(inputs.certificateFiles.sorted().map { ($0.lowercased(), $0) }) { first, _ in
            first
        }
        hasClientAuthorities = certificateFiles.keys.contains { $0.hasSuffix("ca.crt") }
        collectGlobalFiles()
        collectSharedSettings()
        surroundingsOfAll = makeSurroundingsOfAll()
        defaultReturn = readDefaultReturn()
        commonFindings = findings
    }

    /// Takes in which files have come, gone or changed, and says for which hosts that may matter.
    private mutating func takeFileChanges() -> Set<ByteString> {
        guard let files = inputs.files else { return [] }
        desk.update(files: files, declared: globalFiles.file.declarations)
        let changes = inputs.fileChanges ?? []
        desk.forget(changes)
        var touched: Set<ByteString> = []
        var names: Set<String> = []
        for path in changes {
            touched.formUnion(readers[path] ?? [])
            if let name = HostFileName.name(of: path, in: files.hostFolder) { names.insert(name) }
        }
        for (name, result) in unclaimed where !result.paths.isDisjoint(with: changes) { names.insert(name) }
        if isNew || changes.contains(files.hostFolder) {
            let changed = hostFiles.update(files: files.hostFiles, folders: files.hostFolders)
            // At first those of containers are all touched in any case.
            if isNew { touched.formUnion(hostFiles.hosts) } else { names.formUnion(changed) }
        }
        if isNew, let concurrently = inputs.concurrently { desk.prepare(hostFiles.candidateNames, concurrently) }
        for name in names { touched.formUnion(hosts(ofFile: name)) }
        return touched
    }

    /// The hosts that a file in `vhost.d` may be for.
    private mutating func hosts(ofFile name: String) -> [ByteString] {
        unclaimed[name] = nil
        var hosts = HostFileName.hosts(of: name).map { claims.host(ofFiles: $0) ?? ByteString($0) }
        if let patterns = try? HostName.patterns(name) { hosts.append(Site.name(of: patterns)) }
        return hosts
    }

    private func hostsWithNames(unlike before: SnapshotInputs) -> [ByteString] {
        sitesWithFindings.filter { host in
            sites[host]?.hostFindings.names.contains { before.resolvedNames[$0] != inputs.resolvedNames[$0] } ?? false
        }
    }

    // MARK: - Sites

    /// Forgets what is known of a host, and finds it out again.
    private mutating func renewSite(_ name: ByteString) {
        if let old = sites.removeValue(forKey: name) { forget(old) }
        for candidate in hostFiles.candidates(for: name) { unclaimed[candidate.name] = nil }
        findings = Findings()
        guard let site = makeSite(name) else { return }
        site.siteFindings = findings
        sites[name] = site
        for path in site.sources { readers[path, default: []].insert(name) }
        if site.hasContainer(saying: "EXTERNAL_HTTP_PORT", "EXTERNAL_HTTPS_PORT") { sitesWithPorts.insert(name) }
        if site.hasContainer(saying: "NETWORK_ACCESS") { sitesForInternal.insert(name) }
        if site.file?.names.isEmpty == false { sitesWithNames.insert(name) }
    }

    private mutating func forget(_ site: Site) {
        for path in site.sources {
            readers[path]?.remove(site.name)
            if readers[path]?.isEmpty == true { readers[path] = nil }
        }
        for host in site.dependencies {
            dependents[host]?.remove(site.name)
            if dependents[host]?.isEmpty == true { dependents[host] = nil }
        }
        sitesWithPorts.remove(site.name)
        sitesForInternal.remove(site.name)
        sitesWithNames.remove(site.name)
        sitesWithFindings.remove(site.name)
    }

    /// The site of a name that the file of another one gives, which depends on it from now on.
    mutating func look(for name: ByteString, on site: Site) -> Site? {
        if name != site.name, site.dependencies.insert(name).inserted {
            dependents[name, default: []].insert(site.name)
        }
        return sites[name]
    }

    /// Reads who counts as internal while somebody asks for it.
    private mutating func settleInternalRules() {
        findings = Findings()
        if sitesForInternal.isEmpty {
            (internalRules, areInternalRulesListed) = (Self.privateNetworks, false)
        } else if !isInternalRead {
            collectInternalRules()
        } else {
            return
        }
        isInternalRead = !sitesForInternal.isEmpty
        internalFindings = findings
    }

    // MARK: - Hosts

    private mutating func virtualHost(_ site: Site) -> VirtualHost {
        findings = Findings()
        let asked = ContainerSettings(site.containers, host: site.name.text, policies: inputs.tlsPolicies)
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
            locations: locations(of: site, outer),
            shut: inputs.folderFault.map { VirtualHost.Shut(diagnostic: $0) } ?? site.shut ?? sharedShut ?? globalShut)
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
        host.sharedSurroundings = outer.shared
        let files = [site.file, sharedFile] + site.orderedPaths.flatMap { [$0.file, $0.override] }
        host.usesCaptures = globalFiles.file.usesCaptures || files.contains { $0?.usesCaptures ?? false }
        if let level = site.file?.level, level.returned == nil { host.steps = level.steps }
        host.file = site.file
        // A file that answers by itself does so for every path.
        if asked.showsDebugEndpoint ?? inputs.settings.showsDebugEndpoint, site.file?.level.returned == nil {
            host.locations.append(debugLocation(of: site, host, asked))
        }
        host.share(&settingsPool)
        findings.logFiles = host.logFiles
        site.hostFindings = findings
        return host
    }

    // MARK: - The snapshot

    /// Puts the hosts that were made anew into their places, and takes those out that are gone.
    private mutating func place(_ touched: Set<ByteString>, _ hosts: [ByteString: VirtualHost]) {
        let earlier = list
        let added = addNames()
        findings = Findings()
        var changes: [(name: ByteString, object: SharedHost?)] = []
        for name in touched.union(added.keys).union(namesAdded) {
            guard let site = sites[name] else {
                changes.append((name, nil))
                continue
            }
            let known = earlier.index(named: name).map { earlier.object(at: $0) }
            var host = hosts[name] ?? site.object?.host
            host?.names = site.patterns + (added[name] ?? [])
            site.object = known?.host == host ? known : host.map { SharedHost($0) }
            changes.append((name, site.object))
            let isQuiet = site.siteFindings.isEmpty && site.portFindings.isEmpty && site.hostFindings.isEmpty
            if !isQuiet { sitesWithFindings.insert(name) }
        }
        namesAdded = Set(added.keys)
        if isNew || changes.count > list.count / 8 {
            list = HostList(sites.values.compactMap(\.object).sorted { $0.host.name.precedes($1.host.name) })
        } else {
            for (name, object) in changes { list.place(object, named: name) }
        }
        renewTable(earlier)
    }

    /// Has the table lead to the hosts as they are now.
    private mutating func renewTable(_ earlier: HostList) {
        var (gone, new): ([(index: Int, names: [HostPattern])], [(index: Int, names: [HostPattern])]) = ([], [])
        list.compare(
            with: earlier, gone: { gone.append(($0, earlier[$0].names)) }, new: { new.append(($0, list[$0].names)) })
        let isSame = gone.elementsEqual(new) { $0.index == $1.index && $0.names == $1.names }
        if isSame, !isNew { return }
        let isChanged = !isNew && gone.count + new.count <= Self.fewHosts && table.change(gone: gone, new: new)
        if !isChanged { table = HostTable(list.map(\.names)) }
    }

    /// So many hosts cost less to take out of a table and to put in than to make it anew.
    private static let fewHosts = 16

    /// The names that files add to their hosts, as far as no other host has them.
    private mutating func addNames() -> [ByteString: [HostPattern]] {
        nameFindings = []
        guard !sitesWithNames.isEmpty else { return [:] }
        let adding = sitesWithNames.sorted { $0.precedes($1) }.compactMap { sites[$0] }
        let wanted = Set(adding.flatMap { $0.file?.names ?? [] })
        var owners: [HostPattern: ByteString] = [:]
        for site in sites.values {
            for pattern in site.patterns where wanted.contains(pattern) {
                // Of hosts that share a pattern the last has it here, as its own names say so.
                if let owner = owners[pattern], site.name.precedes(owner) { continue }
                owners[pattern] = site.name
            }
        }
        var added: [ByteString: [HostPattern]] = [:]
        for site in adding {
            for pattern in site.file?.names ?? [] {
                guard let owner = owners[pattern] else {
                    owners[pattern] = site.name
                    added[site.name, default: []].append(pattern)
                    continue
                }
                guard owner != site.name else { continue }
                nameFindings.append(
                    Diagnostic(
                        .warning, at: .wholeFile(site.file?.path ?? ""),
                        "server_name \(pattern.text) has no effect, because it belongs to \(owner.text)"))
            }
        }
        return added
    }

    private mutating func snapshot() -> RoutingSnapshot {
        findings = commonFindings
        findings += claims.findings
        reportUnclaimedFiles()
        for name in sitesWithFindings.sorted(by: { $0.precedes($1) }) {
            guard let site = sites[name] else { continue }
            findings += site.siteFindings
            findings += site.portFindings
            findings += site.hostFindings
        }
        reportUnusedLocationFiles()
        diagnostics += findings.consequences.sorted { $0.key < $1.key }.flatMap { $0.value.diagnostics(path: $0.key) }
        findings += internalFindings
        diagnostics += nameFindings
        let defaultHost = defaultHost()
        var snapshot = RoutingSnapshot(
            generation: (inputs.previous?.generation ?? 0) + 1, hosts: list, table: table)
        snapshot.defaultHost = defaultHost
        snapshot.diagnostics = diagnostics.withoutRepetitions
        snapshot.leftOut = findings.leftOut.withoutRepetitions
        snapshot.unresolvedNames = findings.unresolvedNames.sorted()
        snapshot.passwordFiles = findings.passwordFiles.sorted()
        snapshot.sharedFile = sharedFile
        snapshot.globalFiles = globalFiles
        // A file that is broken goes back to what one has said, and to nothing else.
        snapshot.internalRules = areInternalRulesListed ? internalRules : nil
        snapshot.externalPorts = externalPorts
        snapshot.logFiles = findings.logFiles.sorted()
        return snapshot
    }

    private mutating func defaultHost() -> Int? {
        let name = inputs.settings.defaultHost.trimmed.lowercased()
        guard !name.isEmpty else { return nil }
        if let index = list.index(named: ByteString(name)) { return index }
        diagnostics.append(
            Diagnostic(.warning, at: .setting("DEFAULT_HOST"), "there is no host \(Quoted(name)) at the moment"))
        return nil
    }
}

extension SnapshotBuilder {
    /// What is wrong or worth saying.
    var diagnostics: [Diagnostic] {
        get { findings.diagnostics }
        _modify { yield &findings.diagnostics }
    }
}
