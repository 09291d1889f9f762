internal import Bytes

extension SnapshotBuilder {
    /// Gives each path of a site what its file says: the file of the path, else that of the host, else the one for all.
    mutating func collectLocationFiles(of site: Site) {
        guard !hostFiles.locationFiles.isEmpty || hostFiles.hasFolders else { return }
        for path in site.orderedPaths {
            let own = "\(site.fileName)_\(path.fileName)"
            let overrides = [own] + (path.isRoot ? [site.fileName] : [])
            if let compiled = locationFile(overrides, HostFileName.overrideSuffix, path, of: site, last: \.override) {
                path.override = compiled
                continue
            }
            let candidates = [own, site.fileName, HostFileName.standIn]
            path.file = locationFile(candidates, HostFileName.locationSuffix, path, of: site, last: \.file)
        }
    }

    /// What the first file says that there is. A folder in its place shuts the site unless it is known what the file said.
    private mutating func locationFile(
        _ keys: [String], _ suffix: String, _ path: SitePath, of site: Site, last: KeyPath<Location, CompiledFile?>
    ) -> CompiledFile? {
        for key in keys {
            if let folder = hostFiles.folder(key + suffix) {
                let good = lastGood(desk.path(folder), path, of: site, last: last)
                if good == nil { shut(site, by: desk.path(folder)) }
                return good
            }
            guard let file = hostFiles.file(key + suffix) else { continue }
            site.locationFiles.insert(file)
            return settled(file, path, of: site, last: last)
        }
        return nil
    }

    private mutating func lastGood(
        _ place: String, _ path: SitePath, of site: Site, last: KeyPath<Location, CompiledFile?>
    ) -> CompiledFile? {
        for location in previousHost(site.name)?.locations ?? [] {
            guard let good = location[keyPath: last], good.path == place else { continue }
            findings.consequences[place, default: FileConsequence()].keeping.append(path.label)
            return good
        }
        return nil
    }

    /// Says which files for locations are for none.
    mutating func reportUnusedLocationFiles() {
        guard !hostFiles.locationFiles.isEmpty else { return }
        var unused = hostFiles.locationFiles
        for site in sites.values { unused.subtract(site.locationFiles) }
        for name in unused.sorted()
        where HostFileName.key(name) != HostFileName.standIn + HostFileName.locationSuffix {
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(desk.path(name)),
                    "the file has no effect: it is named like no host or path",
                    hint:
                        "write HOST_location, or HOST_SHA1_location with the digest of the path from: printf %s PATH | sha1sum"
                ))
        }
    }

    /// What a file for a path says; where that cannot be known, what it said before, or nothing where no rule of access can be
    /// in it; else the site is shut.
    private mutating func settled(
        _ file: String, _ path: SitePath, of site: Site, last: KeyPath<Location, CompiledFile?>
    ) -> CompiledFile? {
        let outcome = compile(file, for: site, inside: site.file)
        if let compiled = outcome.file { return compiled }
        let place = desk.path(file)
        if let good = lastGood(place, path, of: site, last: last) { return good }
        if outcome.mayHoldAccessRules {
            if site.shut == nil {
                site.shut = outcome.diagnostics.first { $0.severity == .error }.map { VirtualHost.Shut(diagnostic: $0) }
            }
            findings.consequences[place, default: FileConsequence()].shut.append(site.name.text)
        } else {
            findings.consequences[place, default: FileConsequence()].without.append(path.label)
        }
        return nil
    }
}
