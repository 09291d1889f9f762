internal import Bytes

extension SnapshotBuilder {
    /// Gives each site what its file says, and makes a site of each file that needs no container.
    mutating func collectFiles() {
        guard let files = inputs.files else { return }
        var desk = FileDesk(files: files)
        var consequences: [String: FileConsequence] = [:]
        let names = files.hostFiles.sorted()
        let byHost = Dictionary(names.map { ($0.lowercased(), $0) }) { first, _ in first }
        for name in siteNames {
            guard let file = byHost[name.text] ?? byHost[HostFileName.standIn] else { continue }
            apply(file, to: name, desk: &desk, &consequences)
        }
        for name in names where !HostFileName.isSpecial(name) {
            standAlone(name, desk: &desk, &consequences)
        }
        refuseLocationFiles(byHost, desk: desk)
        diagnostics += desk.diagnostics
        diagnostics += consequences.sorted { $0.key < $1.key }.flatMap { $0.value.diagnostics(path: $0.key) }
    }

    /// Who may pass by password: as the host's file says, else as the file says that is named like the host.
    ///
    /// As in nginx-proxy a file in `htpasswd` protects its host whatever `auth_basic off` says on the host's level.
    mutating func authentication(for site: Site) -> Authentication? {
        let byName = passwordFile(of: site)
        switch (site.file?.settings.realm, site.file?.settings.passwordFile) {
        case (.text(let realm), let file?):
            return Authentication(realm: realm, file: file)
        case (.text(let realm), nil):
            if let byName { return Authentication(realm: realm, file: byName) }
            warn(
                site.file?.realmPlace, "auth_basic asks for no password without auth_basic_user_file, as in nginx",
                hint: "add auth_basic_user_file passwords/\(site.name.text);")
            return nil
        case (.off, _):
            guard byName != nil else { return nil }
            warn(
                site.file?.realmPlace, "auth_basic off has no effect, because a password file is named like the host",
                hint: "remove \(byName ?? "")")
        case (nil, _?):
            if byName == nil {
                warn(
                    site.file?.passwordFilePlace, "auth_basic_user_file has no effect without auth_basic, as in nginx",
                    hint: "add auth_basic \"Restricted\";")
            }
        case (nil, nil):
            break
        }
        return byName.map {
            Authentication(realm: Template(literal: ByteString("Restricted \(site.name.text)")), file: $0)
        }
    }

    private func passwordFile(of site: Site) -> String? {
        guard let files = inputs.files, let name = passwordFilesByHost[site.name.text] else { return nil }
        return "\(files.passwordFolder)/\(name)"
    }

    private mutating func warn(_ place: Diagnostic.Place?, _ message: String, hint: String) {
        guard let place else { return }
        diagnostics.append(Diagnostic(.warning, at: place, message, hint: hint))
    }

    /// What the host's file said when it was last in order, as far as it is the same file.
    private func lastGood(_ name: ByteString, path: String) -> HostFile? {
        guard let hosts = inputs.previous?.hosts else { return nil }
        var range = hosts.indices
        while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
            if hosts[middle].name.bytes.lexicographicallyPrecedes(name.bytes) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        guard range.lowerBound < hosts.count, hosts[range.lowerBound].name == name,
            let file = hosts[range.lowerBound].file, file.path == path
        else { return nil }
        return file
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

    /// Makes a site of a file whose host no container asks for, where the file says what to do with requests.
    private mutating func standAlone(
        _ name: String,
        desk: inout FileDesk,
        _ consequences: inout [String: FileConsequence]
    ) {
        let site: Site
        do throws(HostNameError) {
            site = Site(patterns: try HostName.patterns(name))
        } catch {
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(desk.path(name)),
                    "the file is used for no host: its name \(error.message)", hint: error.hint))
            return
        }
        guard sites[site.name] == nil else { return }
        if let file = desk.outcome(name).file, !file.standsAlone {
            reportUnclaimed(name, desk: desk)
            return
        }
        sites[site.name] = site
        apply(name, to: site.name, desk: &desk, &consequences)
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

    /// Files for locations are not read yet; where one may say who may come in, its host is shut.
    private mutating func refuseLocationFiles(_ byHost: [String: String], desk: FileDesk) {
        let files = byHost.keys.filter { $0.hasSuffix(HostFileName.locationSuffix) }
        guard !files.isEmpty else { return }
        for name in siteNames {
            let own = name.text + HostFileName.locationSuffix
            let standIn = HostFileName.standIn + HostFileName.locationSuffix
            guard let file = byHost[own] ?? byHost[standIn] else { continue }
            let isRisk = desk.mayHoldAccessRules(file)
            let diagnostic = Diagnostic(
                isRisk ? .error : .warning, at: .wholeFile(desk.path(file)),
                "files for locations are not supported yet"
                    + (isRisk ? "; it may say who may come in, so \(name.text) is answered with 503" : ""),
                hint: "write its directives in \(desk.path(name.text))")
            diagnostics.append(diagnostic)
            if isRisk { sites[name]?.shut = VirtualHost.Shut(diagnostic: diagnostic) }
        }
    }

    private static let mostCompared = 1000
}
