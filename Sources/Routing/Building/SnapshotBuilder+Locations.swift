internal import Bytes

extension SnapshotBuilder {
    /// The locations of a site: those of its file, one for each path that is asked for, and one for all other paths.
    mutating func locations(of site: Site, _ outer: Surroundings) -> [Location] {
        var result: [Location] = []
        let returned = site.file?.level.returned
        // A file that answers by itself does so for every request, before a location is chosen.
        if returned == nil {
            for location in site.file?.level.locations ?? [] { add(location, in: outer, of: site, to: &result) }
        }
        for path in site.orderedPaths {
            guard returned == nil || path.isRoot else { continue }
            if let override = path.override {
                let first = result.count
                for location in override.level.locations { add(location, in: outer, of: site, to: &result) }
                for number in result.indices[first...] { result[number].override = override }
            } else if returned != nil || !isReplaced(path, by: site.file) {
                add(path, of: site, outer, returned, to: &result)
            }
        }
        if !result.contains(where: { $0.match.isRoot }) {
            var uncovered = Location(settings: outer.settings)
            uncovered.origins = outer.origins
            uncovered.settings.authentication = authentication(in: outer, of: site)
            uncovered.settings.returned = defaultReturn
            result.append(uncovered)
        }
        return result
    }

    /// Whether the file has a location of its own for a path that containers ask for.
    private func isReplaced(_ path: SitePath, by file: CompiledFile?) -> Bool {
        file?.level.locations.contains { $0.match.covers(sameAs: path.match) } ?? false
    }

    /// What holds for all locations of a site where they say nothing else.
    mutating func surroundings(of site: Site, _ asked: ContainerSettings) -> Surroundings {
        if let showsServerTokens = asked.showsServerTokens {
            var outer = surroundingsOfAll
            outer.settings.serverTokens = showsServerTokens
            return outer.inside(site.file?.level)
        }
        guard let level = site.file?.level else { return surroundingsOfAll }
        if let known = settingsOfFiles[ObjectIdentifier(level.shared)] {
            return surroundingsOfAll.inside(level, comingTo: known.result)
        }
        let inner = surroundingsOfAll.inside(level)
        settingsOfFiles[ObjectIdentifier(level.shared)] = (level.shared, inner.shared)
        return inner
    }

    /// What holds for all hosts where they say nothing else.
    func makeSurroundingsOfAll() -> Surroundings {
        var global = globalFiles.file.level
        let additions = global.settings.requestHeaders ?? []
        global.settings.requestHeaders = nil
        var outer = Surroundings().inside(global).inside(sharedFile?.level)
        if !additions.isEmpty {
            // They stand on one level with those of nginx-proxy, which they do not replace therefore.
            outer.settings.requestHeaders = (outer.settings.requestHeaders ?? RequestHeader.defaults) + additions
        }
        if let rules = sharedFile?.level.settings.accessRules, !rules.isEmpty, !global.settings.accessRules.isEmpty {
            // So do lists of addresses.
            outer.settings.accessRules = global.settings.accessRules + rules
        }
        outer.isOfAllHosts = true
        return outer
    }

    /// What `DEFAULT_ROOT` answers to requests for paths that no container serves; 404 where it says `none`, or nothing usable.
    mutating func readDefaultReturn() -> Return {
        let text = inputs.settings.defaultRoot.trimmed
        let missing = Return(status: 404)
        if text.isEmpty || text == "none" { return missing }
        do throws(Diagnostic) {
            let directives = try DirectiveParser.parse(Array("return \(text);".utf8), file: "DEFAULT_ROOT")
            if let directive = directives.first, directives.count == 1, (1...2).contains(directive.arguments.count) {
                return try Return(directive)
            }
            throw Diagnostic(.error, at: .setting("DEFAULT_ROOT"), "\(Quoted(String(text))) is not what return takes")
        } catch {
            diagnostics.append(
                Diagnostic(
                    .error, at: .setting("DEFAULT_ROOT"), error.message,
                    hint: error.hint ?? "write a status, a status and a URL, or none"))
            return missing
        }
    }

    /// Adds the location of a path that containers ask for.
    private mutating func add(
        _ path: SitePath, of site: Site, _ outer: Surroundings, _ returned: Return?, to result: inout [Location]
    ) {
        let asked = UpstreamSettings(path.containers, host: path.label)
        diagnostics += asked.diagnostics
        var inner = outer.inside(path.file?.level)
        // In nginx-proxy this stands on the level of the location, where it takes the place of rules further out.
        if asked.isInternal { inner.settings.accessRules = internalRules }
        // What stays as it is keeps its object, which most hosts share.
        let authentication = protect(&inner, as: path, of: site, path.file?.level)
        if inner.settings.authentication != authentication { inner.settings.authentication = authentication }
        let isReplaced = path.isRoot && site.file?.servers.isEmpty == false
        let isRegistry = !isReplaced && path.containers.contains(where: \.isRegistry)
        if inner.settings.hostsRegistry != isRegistry { inner.settings.hostsRegistry = isRegistry }
        if isRegistry, !inner.limitsBodies { inner.settings.maxBodySize = nil }
        // On the level of the server nginx returns before it looks at the size of the body.
        if returned != nil { inner.settings.maxBodySize = nil }
        if inner.settings.returned != returned { inner.settings.returned = returned }
        var location = Location(match: path.match, shared: inner.shared, upstream: upstream(of: path, site, asked))
        location.file = path.file
        if let level = path.file?.level { warn(ofFieldsLostBy: level, in: outer) }
        location.origins = inner.origins
        if !isReplaced {
            location.destination = destination(of: path)
            if let fastCGI = asked.fastCGI { location.setFastCGI(fastCGI) }
        }
        location.preferGRPC()
        let number = result.count
        result.append(location)
        if let level = path.file?.level { complete(number, with: level, inner, of: site, in: &result) }
    }

    /// Says which fields of the host's file the `add_header` of a location's file takes away.
    private mutating func warn(ofFieldsLostBy level: DirectiveLevel, in outer: Surroundings) {
        guard let place = level.addedHeaderPlace else { return }
        let own = Set(level.settings.addedHeaders.map { $0.name.text.lowercased() })
        let lost = outer.settings.addedHeaders.map(\.name.text).filter { !own.contains($0.lowercased()) }
        guard !lost.isEmpty else { return }
        let finding = Diagnostic(
            .warning, at: place,
            "add_header takes the place of those of the host's file, as in nginx: \(lost.joined(separator: ", ")) "
                + "\(lost.count == 1 ? "is" : "are") not added here",
            hint: "repeat \(lost.count == 1 ? "it" : "them") here")
        if !diagnostics.contains(finding) { diagnostics.append(finding) }
    }

    /// `VIRTUAL_DEST` of the containers that can be used.
    private mutating func destination(of path: SitePath) -> ByteString? {
        var choice = ContainerChoice(
            path.containers.filter { (try? $0.checkDestination(for: path.match)) != nil }, host: path.label)
        defer { diagnostics += choice.diagnostics }
        return choice.value("VIRTUAL_DEST", expecting: "a path") { ByteString($0) }
    }
}

extension LocationMatch {
    /// Whether it covers every path that no other location of its host covers.
    var isRoot: Bool {
        switch self {
        case .prefix(let path), .finalPrefix(let path): path.count == 1 && path.bytes[0] == ASCII.slash
        case .exact, .pattern, .named, .block: false
        }
    }
}

extension Container {
    /// Refuses a `VIRTUAL_DEST` that cannot take the place of a location's path.
    func checkDestination(for match: LocationMatch) throws(LeftOutReason) {
        guard let text = value("VIRTUAL_DEST") else { return }
        guard match.path != nil else { throw .destinationOfPattern(text) }
        let isPath = text.utf8.allSatisfy {
            $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "$")
        }
        guard text.utf8.first == ASCII.slash, isPath else { throw .badDestination(text) }
    }
}
