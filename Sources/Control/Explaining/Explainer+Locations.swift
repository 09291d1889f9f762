internal import Bytes
internal import Passwords
internal import Proxy
internal import Routing

/// From the location to the backends.
extension Explainer {
    /// Everything that decides within the host.
    mutating func locationSteps(_ host: VirtualHost, _ number: Int, _ answer: RehearsedAnswer) {
        let location = host.locations[number]
        locationStep(host, number, answer)
        rewritingStep(host, location, answer)
        let origins = location.origins
        bodyStep(location, origins)
        if let exception = location.exception {
            let origin = origins.inForce("limit_except").first
            let inner = host.locations[exception.location].origins
            let rules = inner.inForce("allow", "deny", "auth_basic").map(\.text).joined(separator: "; ")
            step(
                "methods",
                [
                    line(
                        "methods other than \(exception.methods.map(\.text).joined(separator: ", ")) are treated otherwise: \(rules)",
                        at: origin)
                ])
        }
        if let returned = location.settings.returned {
            step(
                "return",
                [line("answers \(returned.status) by itself, before any check", at: origins.inForce("return").first)])
            return
        }
        accessStep(location, origins)
        passwordStep(location, origins)
        // What has no step of its own is named as it stands.
        step(
            "limits",
            origins.inForce("auth_request").map { line("\($0.text): its answer is taken for a yes", at: $0) }
                + origins.inForce("limit_req").map { line($0.text, at: $0) }
                + origins.inForce("limit_conn").map { line($0.text, at: $0) })
        timeoutStep(location, origins)
    }

    // MARK: Location

    private mutating func locationStep(_ host: VirtualHost, _ number: Int, _ answer: RehearsedAnswer) {
        let first = firstLocation(of: host)
        var lines: [Explanation.Line] = []
        if let first {
            let location = host.locations[first]
            lines.append(line("\(location.match.text): \(reason(for: location.match))", place(of: location)))
            for beaten in beaten(by: first, in: host) {
                lines.append(line("also fits, and is beaten: \(beaten.match.text)", place(of: beaten)))
            }
        } else {
            lines.append(line("the path cannot be put into one: it is malformed, or its address only redirects to one"))
        }
        if first != number {
            let location = host.locations[number]
            let name = location.match == .block ? "the inside of an if or limit_except" : location.match.text
            lines.append(line("in the end: \(name)", place(of: location)))
        }
        let location = host.locations[number]
        if location.isInternal { lines.append(line("only inner redirects may enter it (internal)")) }
        if let destination = location.destination {
            lines.append(
                line("the backend gets \(destination) in place of \(location.base ?? location.match.path ?? "/")"))
        }
        step("location", lines)
    }

    /// Why the request got into no location.
    mutating func noLocationStep(_ host: VirtualHost) {
        let reason =
            firstLocation(of: host) == nil
            ? "the path is malformed: it climbs above the root, or holds a % that begins no escape"
            : "it is answered before one is chosen"
        step("location", [line("none: \(reason)")])
    }

    /// The location that the path leads to before anything is rewritten.
    private func firstLocation(of host: VirtualHost) -> Int? {
        var path = ByteBuffer()
        let sent = ByteString(String(address.target.prefix { $0 != "?" }))
        guard sent.withBytes({ NormalizedPath.append($0, to: &path) }) else { return nil }
        let tree = LocationTree(host.locations.map { ($0.match, $0.parent) }) { host.locations[$0].isProxied }
        switch tree.find(path.readable, with: matcher) {
        case .location(let index), .directory(let index): return index
        case .none, .failed: return nil
        }
    }

    /// The other locations of the same level that fit the path, each asked alone.
    private func beaten(by chosen: Int, in host: VirtualHost) -> [Location] {
        var path = ByteBuffer()
        let sent = ByteString(String(address.target.prefix { $0 != "?" }))
        guard sent.withBytes({ NormalizedPath.append($0, to: &path) }) else { return [] }
        var result: [Location] = []
        for (index, location) in host.locations.enumerated()
        where index != chosen && location.parent == host.locations[chosen].parent {
            guard case .location = LocationMatcher([location.match]).find(path.readable, with: matcher) else {
                continue
            }
            result.append(location)
        }
        return result
    }

    private func reason(for match: LocationMatch) -> String {
        switch match {
        case .exact: "the exact path"
        case .prefix("/"): "no other location fits better"
        case .prefix: "the longest beginning that fits, and no regular expression does"
        case .finalPrefix: "the longest beginning that fits; no regular expression is asked (^~)"
        case .pattern: "the first regular expression that fits"
        case .named, .block: "it is led to from inside"
        }
    }

    private func place(of location: Location) -> Diagnostic.Place? { location.place }

    private mutating func rewritingStep(_ host: VirtualHost, _ location: Location, _ answer: RehearsedAnswer) {
        let names: [ByteString] = ["set", "rewrite", "if", "break", "return"]
        var seen: Set<DirectiveOrigin> = []
        var lines: [Explanation.Line] = []
        for origin in (host.steps.isEmpty ? [] : Array(host.origins.joined())) + (location.origins.last ?? [])
        where names.contains(origin.name) && seen.insert(origin).inserted {
            lines.append(line(origin.text, at: origin))
        }
        guard !lines.isEmpty || answer.isRewritten else { return }
        let query = answer.query.isEmpty ? "" : "?\(answer.query)"
        let summary = answer.isRewritten ? "it is served as \(answer.path)\(query)" : "the path stays as it came"
        step("rewriting", [line(summary)] + lines)
    }

    // MARK: Gates

    private mutating func bodyStep(_ location: Location, _ origins: [[DirectiveOrigin]]) {
        let origin = origins.inForce("client_max_body_size").first
        guard let limit = location.settings.maxBodySize else {
            let reason =
                origin != nil ? "" : location.settings.hostsRegistry ? ", because the backend is a registry" : ""
            return step("body", [line("any size\(reason)", at: origin)])
        }
        let verdict = question.bodySize.map { $0 > limit ? ": 413" : ": passes" } ?? ""
        step("body", [line("at most \(limit) bytes\(origin == nil ? ", the default" : "")\(verdict)", at: origin)])
    }

    private mutating func accessStep(_ location: Location, _ origins: [[DirectiveOrigin]]) {
        let rules = location.settings.accessRules
        guard !rules.isEmpty else { return }
        let written = origins.inForce("allow", "deny")
        let places = written.count == rules.count ? written : []
        var lines: [Explanation.Line] = []
        if let index = rules.firstIndex(where: { $0.matches(question.client) }) {
            let verdict = rules[index].allows ? "may come in" : "is kept out"
            let rule = places.isEmpty ? "rule \(index + 1) of \(rules.count)" : places[index].text
            let text = "\(question.client) \(verdict), by \(rule)"
            lines.append(places.isEmpty ? line(text) : line(text, at: places[index]))
        } else {
            lines.append(line("\(question.client) may come in: none of the \(rules.count) rules is about it"))
        }
        if places.isEmpty {
            lines.append(line("the rules are those of NETWORK_ACCESS internal, or of network_internal.conf"))
        }
        if location.settings.authentication != nil {
            let origin = origins.inForce("satisfy").first
            let text =
                location.settings.satisfy == .any
                ? "address or password is enough (satisfy any)" : "address and password must both pass"
            lines.append(line(text, at: origin))
        }
        step("access", lines)
    }

    private mutating func passwordStep(_ location: Location, _ origins: [[DirectiveOrigin]]) {
        let origin = origins.inForce("auth_basic_user_file").first ?? origins.inForce("auth_basic").first
        guard let authentication = location.settings.authentication else {
            if let origin { step("password", [line("none is asked for: \(origin.text)", at: origin)]) }
            return
        }
        let byName = "the file is named like the host or path"
        var lines = [
            line(
                "a password is asked for, because \(origin.map(\.text) ?? byName)",
                origin.map { .file($0.file, $0.position) })
        ]
        let path = authentication.file
        switch result.configuration.passwordFiles[path] {
        case .loaded(let file):
            let count = file.count
            lines.append(line("\(count) user\(count == 1 ? "" : "s")", .wholeFile(path)))
            if let user = question.user {
                let entry = ByteString(user).withBytes { file.entry(for: $0) }
                let text =
                    switch entry?.isReadable {
                    case true?: "\(user) is one of them; the password is taken for right"
                    case false?: "the hash of \(user) cannot be read: 500"
                    case nil: "\(user) is none of them: 401"
                    }
                lines.append(line(text, entry.map { .file(path, SourcePosition(line: $0.line, column: 1)) }))
            } else {
                lines.append(line("nobody is named: 401; add --as USER to go on"))
            }
        case .missing, nil: lines.append(line("there is no such file: 403", .wholeFile(path)))
        case .unreadable: lines.append(line("the file cannot be read: 500", .wholeFile(path)))
        }
        step("password", lines)
    }

    private mutating func timeoutStep(_ location: Location, _ origins: [[DirectiveOrigin]]) {
        let values: [(ByteString, Duration)] = [
            ("proxy_connect_timeout", location.settings.connectTimeout),
            ("proxy_send_timeout", location.settings.sendTimeout),
            ("proxy_read_timeout", location.settings.readTimeout),
        ]
        guard location.isProxied else { return }
        step(
            "timeouts",
            values.map { name, value in
                let origin = origins.inForce(name).first
                return line("\(name) \(value)\(origin == nil ? ", the default" : "")", at: origin)
            })
    }

    // MARK: To the backend and back

    /// The head that the backend gets.
    mutating func requestStep(_ head: ByteString) {
        let lines = head.text.split(separator: "\r\n").map { text in
            // What a client proves itself with is nobody's to read.
            let isSecret = ["authorization:", "cookie:", "proxy-authorization:"].contains {
                text.lowercased().hasPrefix($0)
            }
            return isSecret ? text.prefix { $0 != ":" } + ": …" : text
        }
        step("request", lines.map { line(String($0)) })
    }

    /// The fields that the answer gets.
    mutating func answerStep(_ answer: RehearsedAnswer, in host: VirtualHost) {
        let origins = answer.location.map { host.locations[$0].origins } ?? host.origins
        let added = origins.inForce("add_header")
        let own: Set<String> = ["Server", "Date", "Content-Type"]
        step(
            "answer",
            answer.fields.filter { !own.contains($0.name.text) }.map { name, value in
                let origin = added.first { $0.words.first?.lowercased() == name.text.lowercased() }
                return line("\(name): \(value)", at: origin)
            })
    }

    /// The backends of an upstream.
    mutating func backendStep(_ upstream: Upstream) -> [RouteReport.Backend] {
        let backends = upstream.backends.map {
            RouteReport.Backend(address: $0.endpoint.description, origin: $0.origin, weight: $0.weight)
        }
        var lines = backends.map { backend in
            let weight = backend.weight == 1 ? "" : ", weight \(backend.weight)"
            return line("\(backend.address), from \(backend.origin)\(health(of: backend.origin))\(weight)")
        }
        if lines.isEmpty { lines.append(line("none: 502")) }
        if let tls = upstream.tls {
            lines.append(line("over TLS\(tls.serverName.map { ", asking for \($0)" } ?? ", naming no host")"))
        }
        if backends.count > 1 { lines.append(line("shared \(upstream.balancing.words)")) }
        step("backends", lines)
        return backends
    }

    private func health(of origin: String) -> String {
        switch containers.first(where: { $0.name == origin })?.health {
        case .healthy: ", healthy"
        case .starting: ", whose health check has not passed yet"
        case .unhealthy: ", whose health check fails"
        case .some(.none), nil: ""
        }
    }

    /// The containers that ask for the host and get nothing.
    func leftOut(of host: VirtualHost) -> [RouteReport.LeftOut] {
        let name = host.name.text
        return snapshot.leftOut.filter {
            $0.host == name || $0.host.hasPrefix("\(name)/") || $0.host.hasPrefix("\(name) ")
        }
        .map { RouteReport.LeftOut(container: $0.container, host: $0.host, reason: $0.reason.description) }
    }
}

extension LoadBalancing {
    /// How requests are shared, to follow a verb.
    fileprivate var words: String {
        switch self {
        case .roundRobin: "in turn"
        case .leastConnections: "by the fewest requests under way"
        case .random, .randomPair: "at random"
        case .clientAddress: "by the client's address"
        case .hash: "by a key of the request"
        }
    }
}
