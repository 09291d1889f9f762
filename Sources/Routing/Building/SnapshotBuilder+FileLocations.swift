internal import Bytes

/// The `location`s that operators write.
extension SnapshotBuilder {
    /// Adds a location of a file, and what stands inside of it, behind those that are there.
    mutating func add(
        _ location: FileLocation, inside parent: Int? = nil, in outer: Surroundings, of site: Site,
        to result: inout [Location]
    ) {
        var inner = outer.inside(location.level)
        let replaced = parent == nil ? site.orderedPaths.first { $0.match.covers(sameAs: location.match) } : nil
        if let replaced, replaced.override == nil {
            warn(of: location, replacing: replaced, in: site)
            if UpstreamSettings(replaced.containers, host: replaced.label).isInternal,
                location.level.settings.accessRules.isEmpty
            {
                inner.settings.accessRules = internalRules
            }
            inner.settings.authentication = protect(&inner, as: replaced, of: site, location.level)
        } else {
            if parent == nil { warnIfUnprotected(location, inner, of: site) }
            inner.settings.authentication = authentication(in: inner, of: site)
        }
        let number = result.count
        result.append(Location(match: location.match, parent: parent, settings: inner.settings))
        result[number].origins = inner.origins
        result[number].place = location.place
        complete(number, with: location.level, inner, of: site, in: &result)
    }

    /// Gives a location what its level says beside settings: steps, backends, and what stands inside.
    mutating func complete(
        _ number: Int, with level: DirectiveLevel, _ inner: Surroundings, of site: Site, in result: inout [Location]
    ) {
        if let returned = level.returned {
            if result[number].settings.returned == nil { result[number].settings.returned = returned }
        } else {
            result[number].steps = level.steps
        }
        result[number].isInternal = level.isInternal
        if let pass = level.pass { apply(pass, to: &result[number], inner, of: site) }
        // Where no `if` says anything but steps, it does not matter which location a request is in.
        if level.branches.contains(where: \.saysMoreThanSteps) {
            result[number].blocks = level.branches.map { branch in
                addBlock(branch, inside: number, inner, of: site, to: &result)
            }
        }
        for exception in level.exceptions {
            result[number].exception = MethodException(
                methods: exception.methods,
                location: addBlock(exception.level, inside: number, inner, of: site, to: &result))
        }
        for location in level.locations { add(location, inside: number, in: inner, of: site, to: &result) }
    }

    /// Adds the inside of an `if` or `limit_except`, which passes requests on as the location around it does.
    private mutating func addBlock(
        _ level: DirectiveLevel, inside number: Int, _ outer: Surroundings, of site: Site,
        to result: inout [Location]
    ) -> Int {
        var inner = outer.inside(level)
        let around = result[number]
        var block = Location(match: .block, settings: inner.settings)
        block.origins = inner.origins
        if level.settings.realm != nil || level.settings.passwordFile != nil {
            block.settings.authentication = authentication(in: inner, of: site)
        } else {
            block.settings.authentication = around.settings.authentication
        }
        block.settings.maxBodySize = around.settings.maxBodySize
        block.settings.hostsRegistry = around.settings.hostsRegistry
        inner.settings = block.settings
        block.base = around.base ?? around.match.path
        block.upstream = around.upstream
        block.choice = around.choice
        if let asked = around.fastCGI { block.setFastCGI(asked) }
        block.destination = around.destination
        block.target = around.target
        if let pass = level.pass { apply(pass, to: &block, inner, of: site) } else { block.preferGRPC() }
        result.append(block)
        return result.count - 1
    }

    private mutating func apply(
        _ pass: LocationPass, to location: inout Location, _ inner: Surroundings, of site: Site
    ) {
        location.fastCGI = nil
        location.target = pass.target
        if let address = pass.address {
            location.upstream = nil
            location.destination = nil
            location.choice = UpstreamChoice(
                address: address,
                candidates: pass.candidates.map { candidate in
                    .init(
                        address: candidate.text, upstream: upstream(of: candidate.pass, for: site).upstream,
                        path: candidate.path)
                })
        } else if let candidate = pass.candidates.first {
            let (upstream, isRegistry) = upstream(of: candidate.pass, for: site)
            location.upstream = upstream
            location.choice = nil
            location.destination = candidate.path.isEmpty ? nil : candidate.path
            location.settings.hostsRegistry = isRegistry
            if isRegistry, !inner.limitsBodies { location.settings.maxBodySize = nil }
            if candidate.pass.protocol == .fastCGI {
                location.setFastCGI(FastCGISettings(root: location.settings.files.base))
            }
        }
        location.preferGRPC()
    }

    private mutating func warn(of location: FileLocation, replacing path: SitePath, in site: Site) {
        let name = path.containers.first.map { "that of the container \($0.name)" } ?? "that of proxy_pass"
        diagnostics.append(
            Diagnostic(
                .warning, at: location.place,
                "location \(location.match.text) takes the place of \(name), which nginx refuses as a second one",
                hint: "write its directives in \(site.fileName)_location to keep that one, or the whole location in "
                    + "\(site.fileName)_location_override"))
    }
}

extension DirectiveLevel {
    /// Whether it says more than what is done to requests first.
    fileprivate var saysMoreThanSteps: Bool { settings != DirectiveSettings() || pass != nil }
}
