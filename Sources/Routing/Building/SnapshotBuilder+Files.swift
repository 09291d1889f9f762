internal import Bytes

extension SnapshotBuilder {
    /// Gives each site what its file says, and makes a site of each file that needs no container.
    mutating func collectFiles() {
        guard let files = inputs.files else { return }
        var desk = FileDesk(files: files, declared: globalFiles.file.declarations)
        var consequences: [String: FileConsequence] = [:]
        let names = files.hostFiles.sorted()
        let byName = Dictionary(names.map { (HostFileName.key($0), $0) }) { first, _ in first }
        var used: Set<String> = []
        let folders = Dictionary(files.hostFolders.map { (HostFileName.key($0), $0) }) { first, _ in first }
        for name in siteNames {
            if let folder = sites[name].flatMap({ folders[$0.fileName] }) {
                shut(name, by: desk.path(folder), &consequences)
                continue
            }
            guard let site = sites[name], let file = byName[site.fileName] ?? byName[HostFileName.standIn] else {
                continue
            }
            used.insert(file)
            apply(file, to: name, desk: &desk, &consequences)
        }
        let unclaimed = names.filter { name in
            !HostFileName.isSpecial(name) && !used.contains(name) && !standAlone(name, desk: &desk, &consequences)
        }
        // Only now are all hosts known that may have been meant.
        for name in unclaimed { reportUnclaimed(name, desk: desk) }
        for name in siteNames {
            guard let site = sites[name] else { continue }
            let hasLocations = site.file?.level.locations.isEmpty == false
            if site.file?.servesEveryPath ?? false || site.orderedPaths.isEmpty && !hasLocations { site.addRoot() }
            collectLocationFiles(of: site, byName, used: &used, desk: &desk, &consequences)
        }
        reportUnusedLocationFiles(names, used: used, desk: desk)
        diagnostics += desk.diagnostics
        diagnostics += consequences.sorted { $0.key < $1.key }.flatMap { $0.value.diagnostics(path: $0.key) }
    }

    /// The host of this name in the last snapshot.
    func previousHost(_ name: ByteString) -> VirtualHost? {
        guard let hosts = inputs.previous?.hosts else { return nil }
        var range = hosts.indices
        while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
            if hosts[middle].name.bytes.lexicographicallyPrecedes(name.bytes) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        guard range.lowerBound < hosts.count, hosts[range.lowerBound].name == name else { return nil }
        return hosts[range.lowerBound]
    }

    /// What the host's file said when it was last in order, as far as it is the same file.
    private func lastGood(_ name: ByteString, path: String) -> HostFile? {
        guard let file = previousHost(name)?.file, file.path == path else { return nil }
        return file
    }

    /// Has a site keep what its file said, or shuts it, because a folder stands where the file belongs.
    private mutating func shut(
        _ name: ByteString, by path: String, _ consequences: inout [String: FileConsequence]
    ) {
        let finding = Diagnostic(
            .error, at: .wholeFile(path), "a folder stands where the file of \(name) belongs",
            hint: "remove it; Docker makes a folder where a file that is to be mounted is missing")
        diagnostics.append(finding)
        if let last = lastGood(name, path: path) {
            sites[name]?.file = last
            consequences[path, default: FileConsequence()].keeping.append(name.text)
        } else {
            sites[name]?.shut = VirtualHost.Shut(diagnostic: finding)
            consequences[path, default: FileConsequence()].shut.append(name.text)
        }
    }

    /// Gives a site what its file says; where that cannot be known, what it said before, or nothing where no rule of access
    /// can be in it; else the site is shut.
    private mutating func apply(
        _ file: String,
        to name: ByteString,
        desk: inout FileDesk,
        _ consequences: inout [String: FileConsequence]
    ) {
        let outcome = desk.outcome(file)
        if let compiled = outcome.file {
            sites[name]?.file = compiled
            return
        }
        let path = desk.path(file)
        var consequence = consequences[path] ?? FileConsequence()
        defer { consequences[path] = consequence }
        let isAlone = sites[name]?.containers.isEmpty ?? true
        if let last = lastGood(name, path: path), last.standsAlone || !isAlone {
            sites[name]?.file = last
            consequence.keeping.append(name.text)
        } else if outcome.mayHoldAccessRules || isAlone {
            sites[name]?.shut = outcome.diagnostics.first { $0.severity == .error }.map {
                VirtualHost.Shut(diagnostic: $0)
            }
            consequence.shut.append(name.text)
        } else {
            consequence.without.append(name.text)
        }
    }

    /// Makes a site of a file whose host no container asks for, where the file says what to do with requests; false where it
    /// does not.
    private mutating func standAlone(
        _ name: String,
        desk: inout FileDesk,
        _ consequences: inout [String: FileConsequence]
    ) -> Bool {
        let site: Site
        guard !name.hasPrefix("~") else { return false }
        do throws(HostNameError) {
            site = Site(patterns: try HostName.patterns(name))
        } catch {
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(desk.path(name)),
                    "the file is used for no host: its name \(error.message)", hint: error.hint))
            return true
        }
        guard sites[site.name] == nil else { return true }
        if let file = desk.outcome(name).file, !file.standsAlone { return false }
        sites[site.name] = site
        apply(name, to: site.name, desk: &desk, &consequences)
        return true
    }

    private mutating func reportUnclaimed(_ name: String, desk: FileDesk) {
        let known = sites.count <= Self.mostCompared ? sites.keys.map(\.text) : []
        let suggestion = NearMiss.suggestion(for: name.lowercased(), among: known.sorted())
        let advice = "name the file like a VIRTUAL_HOST, or add proxy_pass http://HOST:PORT; to it"
        diagnostics.append(
            Diagnostic(
                .warning, at: .wholeFile(desk.path(name)), "the file has no effect: no container claims this host",
                hint: suggestion.map { "did you mean the host \($0)?" } ?? advice))
    }

    private static let mostCompared = 1000
}
