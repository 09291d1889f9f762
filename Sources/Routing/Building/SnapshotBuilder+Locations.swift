internal import Bytes

extension SnapshotBuilder {
    /// The locations of a site: one for each path that is asked for, and one for all other paths.
    mutating func locations(of site: Site, _ asked: ContainerSettings, _ defaultReturn: Return) -> [Location] {
        let settings = serverSettings(of: site, asked)
        var result = site.orderedPaths.map { location($0, of: site, settings) }
        // A file that answers by itself does so for every request, before a location is chosen.
        if site.file?.settings.returned != nil { return result.filter(\.isRoot) }
        if !result.contains(where: \.isRoot) {
            var uncovered = Location(settings: settings)
            uncovered.settings.returned = defaultReturn
            result.append(uncovered)
        }
        return result
    }

    /// What holds for all locations of a site where they say nothing else.
    func serverSettings(of site: Site, _ asked: ContainerSettings) -> LocationSettings {
        var settings = sharedFile?.settings.applied(to: LocationSettings()) ?? LocationSettings()
        if let showsServerTokens = asked.showsServerTokens { settings.serverTokens = showsServerTokens }
        return site.file?.settings.applied(to: settings) ?? settings
    }

    /// What `DEFAULT_ROOT` answers to requests for paths that no container serves; 404 where it says `none`, or nothing usable.
    mutating func defaultReturn() -> Return {
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

    private mutating func location(_ path: SitePath, of site: Site, _ outer: LocationSettings) -> Location {
        let asked = UpstreamSettings(path.containers, host: path.label)
        diagnostics += asked.diagnostics
        var settings = outer
        // On the level of the server nginx returns before it looks at the size of the body.
        if site.file?.settings.returned != nil { settings.maxBodySize = nil }
        if let file = path.file { settings = file.settings.applied(to: settings) }
        // In nginx-proxy this stands on the level of the location, where it takes the place of rules further out.
        if asked.isInternal { settings.accessRules = internalRules }
        settings.authentication = authentication(for: path, of: site)
        if let file = settings.authentication?.file { passwordFiles.insert(file) }
        let isReplaced = path.isRoot && site.file?.servers.isEmpty == false
        settings.hostsRegistry = !isReplaced && path.containers.contains(where: \.isRegistry)
        let maxBodySize = path.file?.settings.maxBodySize ?? site.file?.settings.maxBodySize
        if settings.hostsRegistry, maxBodySize == nil { settings.maxBodySize = nil }
        var location = Location(match: path.match, settings: settings, upstream: upstream(path, of: site, asked))
        location.file = path.file
        if !isReplaced { location.destination = destination(of: path) }
        return location
    }

    private mutating func upstream(_ path: SitePath, of site: Site, _ asked: UpstreamSettings) -> Upstream? {
        if let file = site.file, path.isRoot, !file.servers.isEmpty {
            for container in path.containers {
                leave(out: container, of: path, .replacedByFile(file.path))
            }
            var upstream = Upstream(
                key: site.name, host: file.proxyHost, port: file.proxyPort, backends: backends(file.servers))
            if file.isUpstreamTLS {
                upstream.tls = site.tls(to: file.upstreamName)
            }
            if let group = file.group {
                upstream.balancing = group.balancing
                upstream.keepalive = group.keepalive
            }
            return upstream
        }
        guard !path.containers.isEmpty else { return nil }
        var upstream = Upstream(key: path.upstreamKey, backends: backends(of: path))
        if asked.isTLS { upstream.tls = site.tls() }
        upstream.balancing = asked.balancing
        upstream.keepalive = asked.keepalive
        return upstream
    }

    /// `VIRTUAL_DEST` of the containers that can be used.
    private mutating func destination(of path: SitePath) -> ByteString? {
        var choice = ContainerChoice(
            path.containers.filter { (try? $0.checkDestination(for: path.match)) != nil }, host: path.label)
        defer { diagnostics += choice.diagnostics }
        return choice.value("VIRTUAL_DEST", expecting: "a path") { ByteString($0) }
    }
}

extension Location {
    /// Whether it covers every path that no other location covers.
    fileprivate var isRoot: Bool { match.path == "/" && match != .exact("/") }
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
