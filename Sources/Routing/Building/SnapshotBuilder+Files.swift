internal import Bytes

extension SnapshotBuilder {
    /// The site of a host: what containers ask for, and what its files say; nil where there is neither.
    mutating func makeSite(_ name: ByteString) -> Site? {
        guard let site = site(of: claims.claims(for: name)) else { return standAlone(name) }
        if let folder = hostFiles.folder(site.fileName) {
            shut(site, by: desk.path(folder))
        } else if hostFiles.file(site.fileName) == nil, let folder = hostFiles.folder(HostFileName.standIn) {
            shut(site, by: desk.path(folder))
        } else if let file = hostFiles.file(site.fileName) ?? hostFiles.file(HostFileName.standIn) {
            apply(file, to: site)
        }
        complete(site)
        return site
    }

    /// The host of this name in the last snapshot.
    func previousHost(_ name: ByteString) -> VirtualHost? {
        guard let hosts = inputs.previous?.hosts else { return nil }
        return hosts.index(named: name).map { hosts[$0] }
    }

    /// What a file comes to, which the site depends on from now on.
    mutating func compile(
        _ file: String, for site: Site, inside outer: CompiledFile? = nil
    ) -> HostFileCompiler.Outcome {
        let result = desk.compile(file, inside: outer.map { ($0, site.sources) })
        // Mostly it is all that was read for the site, and need not be copied.
        if site.sources.isEmpty { site.sources = result.paths } else { site.sources.formUnion(result.paths) }
        diagnostics += result.outcome.diagnostics
        return result.outcome
    }

    /// What the host's file said when it was last in order, as far as it is the same file.
    private func lastGood(_ name: ByteString, path: String) -> CompiledFile? {
        guard let file = previousHost(name)?.file, file.path == path else { return nil }
        return file
    }

    /// Has a site keep what its file said, or shuts it, because a folder stands where the file belongs.
    mutating func shut(_ site: Site, by path: String) {
        let finding = Diagnostic(
            .error, at: .wholeFile(path), "a folder stands where the file of \(site.name) belongs",
            hint: "remove it; Docker makes a folder where a file that is to be mounted is missing")
        diagnostics.append(finding)
        if let last = lastGood(site.name, path: path) {
            site.file = last
            findings.consequences[path, default: FileConsequence()].keeping.append(site.name.text)
        } else {
            site.shut = VirtualHost.Shut(diagnostic: finding)
            findings.consequences[path, default: FileConsequence()].shut.append(site.name.text)
        }
    }

    /// Gives a site what its file says; where that cannot be known, what it said before, or nothing where no rule of access
    /// can be in it; else the site is shut.
    private mutating func apply(_ file: String, to site: Site) {
        let outcome = compile(file, for: site)
        if let compiled = outcome.file {
            site.file = compiled
            return
        }
        let path = desk.path(file)
        let isAlone = site.containers.isEmpty
        if let last = lastGood(site.name, path: path), last.standsAlone || !isAlone {
            site.file = last
            findings.consequences[path, default: FileConsequence()].keeping.append(site.name.text)
        } else if outcome.mayHoldAccessRules || isAlone {
            site.shut = outcome.diagnostics.first { $0.severity == .error }.map { VirtualHost.Shut(diagnostic: $0) }
            findings.consequences[path, default: FileConsequence()].shut.append(site.name.text)
        } else {
            findings.consequences[path, default: FileConsequence()].without.append(site.name.text)
        }
    }

    /// A site of the file of a host that no container asks for, where it says what to do with requests.
    private mutating func standAlone(_ name: ByteString) -> Site? {
        for candidate in hostFiles.candidates(for: name) {
            // A regular expression's file is named by a digest, which could be a name.
            guard claims.host(ofFiles: HostFileName.key(candidate.name)) == nil else { continue }
            let result = desk.compile(candidate.name)
            if let file = result.outcome.file, !file.standsAlone {
                unclaimed[candidate.name] = result
                continue
            }
            let site = Site(patterns: candidate.patterns)
            apply(candidate.name, to: site)
            complete(site)
            return site
        }
        return nil
    }

    /// Gives a site its paths, and what the files for them say.
    private mutating func complete(_ site: Site) {
        let hasLocations = site.file?.level.locations.isEmpty == false
        if site.file?.servesEveryPath ?? false || site.orderedPaths.isEmpty && !hasLocations { site.addRoot() }
        collectLocationFiles(of: site)
    }

    /// Says which files are for no host.
    mutating func reportUnclaimedFiles() {
        for (name, error) in hostFiles.misnamed.sorted(by: { $0.key < $1.key }) {
            guard let error else { continue }
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(desk.path(name)),
                    "the file is used for no host: its name \(error.message)", hint: error.hint))
        }
        let known = sites.count <= Self.mostCompared && !unclaimed.isEmpty ? sites.keys.map(\.text).sorted() : []
        let advice = "name the file like a VIRTUAL_HOST, or add proxy_pass http://HOST:PORT; to it"
        let unused = unclaimed.keys + hostFiles.misnamed.compactMap { $0.value == nil ? $0.key : nil }
        for name in unused.sorted() {
            let suggestion = NearMiss.suggestion(for: name.lowercased(), among: known)
            diagnostics += unclaimed[name]?.outcome.diagnostics ?? []
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(desk.path(name)), "the file has no effect: no container claims this host",
                    hint: suggestion.map { "did you mean the host \($0)?" } ?? advice))
        }
    }

    private static let mostCompared = 1000
}
