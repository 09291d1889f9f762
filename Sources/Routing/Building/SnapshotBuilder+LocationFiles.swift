internal import Bytes

extension SnapshotBuilder {
    /// Gives each path of a site what its file says: the file of the path, else that of the host, else the one for all.
    mutating func collectLocationFiles(
        of site: Site, _ byName: [String: String], used: inout Set<String>, desk: inout FileDesk,
        _ consequences: inout [String: FileConsequence]
    ) {
        for path in site.orderedPaths {
            let own = "\(site.fileName)_\(path.fileName)"
            let overrides = [own] + (path.isRoot ? [site.fileName] : [])
            if let file = overrides.lazy.compactMap({ byName[$0 + HostFileName.overrideSuffix] }).first {
                used.insert(file)
                refuseOverride(file, path, of: site, desk: desk)
            }
            let candidates = [own, site.fileName, HostFileName.standIn]
            guard let file = candidates.lazy.compactMap({ byName[$0 + HostFileName.locationSuffix] }).first else {
                continue
            }
            used.insert(file)
            apply(file, to: path, of: site, desk: &desk, &consequences)
        }
    }

    /// Says which files for locations are for none.
    mutating func reportUnusedLocationFiles(_ names: [String], used: Set<String>, desk: FileDesk) {
        for name in names where HostFileName.isOfLocation(name) && !used.contains(name) && !name.hasPrefix(".") {
            guard HostFileName.key(name) != HostFileName.standIn + HostFileName.locationSuffix else { continue }
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(desk.path(name)),
                    "the file has no effect: it is named like no host or path",
                    hint:
                        "write HOST_location, or HOST_SHA1_location with the digest of the path from: printf %s PATH | sha1sum"
                ))
        }
    }

    /// Gives a path what its file says; where that cannot be known, what it said before, or nothing where no rule of access
    /// can be in it; else the site is shut.
    private mutating func apply(
        _ file: String, to path: SitePath, of site: Site, desk: inout FileDesk,
        _ consequences: inout [String: FileConsequence]
    ) {
        let outcome = desk.outcome(file)
        if let compiled = outcome.file {
            path.file = compiled
            return
        }
        let place = desk.path(file)
        let last = previousHost(site.name)?.locations.first { $0.match == path.match }?.file
        if let last, last.path == place {
            path.file = last
            consequences[place, default: FileConsequence()].keeping.append(path.label)
        } else if outcome.mayHoldAccessRules {
            if site.shut == nil {
                site.shut = outcome.diagnostics.first { $0.severity == .error }.map { VirtualHost.Shut(diagnostic: $0) }
            }
            consequences[place, default: FileConsequence()].shut.append(site.name.text)
        } else {
            consequences[place, default: FileConsequence()].without.append(path.label)
        }
    }

    /// Files that replace a location need `location`, which is not understood; where one may say who may come in, its host is
    /// shut.
    private mutating func refuseOverride(_ file: String, _ path: SitePath, of site: Site, desk: FileDesk) {
        let isRisk = desk.mayHoldAccessRules(file)
        let diagnostic = Diagnostic(
            isRisk ? .error : .warning, at: .wholeFile(desk.path(file)),
            "files that replace a location are not supported yet"
                + (isRisk ? "; it may say who may come in, so \(site.name) is answered with 503" : ""),
            hint: "write its directives in \(desk.path(file.withoutOverride))")
        diagnostics.append(diagnostic)
        if isRisk, site.shut == nil { site.shut = VirtualHost.Shut(diagnostic: diagnostic) }
    }
}

extension String {
    /// The name without `_override` at its end.
    fileprivate var withoutOverride: String { String(dropLast("_override".count)) }
}
