internal import Bytes

extension HostFileCompiler {
    /// `proxy_pass` outside of every location: a backend or a group for all paths; several share the requests.
    mutating func addProxyPass(_ directive: Directive) throws(Diagnostic) {
        try refuseInDefault(directive)
        let argument = directive.arguments[0]
        guard !argument.text.bytes.contains(Self.dollar) else {
            throw directive.error(
                argument, "variables in proxy_pass need a location", hint: "write it inside of location / { }")
        }
        let (pass, path) = try ProxyPass.parse(argument.text.bytes, of: argument, in: directive)
        guard path.isEmpty || Array(path) == [ASCII.slash] else {
            throw directive.error(
                argument, "a path behind the address needs a location",
                hint: "leave the path out, so that it is sent as it came, or write it inside of location / { }")
        }
        guard passes.count < Self.mostServers else {
            throw directive.error(directive.name, "more than \(Self.mostServers) backends are named")
        }
        passes.append(pass)
        if let first = passes.first, first.isTLS != pass.isTLS {
            throw directive.error(
                argument, "the backends of a host are all reached over http, or all over https",
                hint: "write the same as in line \(first.server.position.line)")
        }
    }

    /// `proxy_pass` of a location.
    mutating func setLocationPass(_ directive: Directive) throws(Diagnostic) {
        let argument = directive.arguments[0]
        guard let match = openMatch else {
            throw directive.error(
                directive.name, "the location of this file passes its requests to containers already",
                hint: "write the whole location in a file whose name ends in _location_override")
        }
        let place = Diagnostic.Place.file(directive.file, argument.position)
        guard argument.text.bytes.contains(Self.dollar) else {
            let (pass, path) = try ProxyPass.parse(argument.text.bytes, of: argument, in: directive)
            try checkPath(path, match, directive)
            let candidate = LocationPass.Candidate(
                text: argument.text, pass: pass, path: ByteString(Array(path)))
            level.pass = LocationPass(candidates: [candidate], place: place)
            return
        }
        level.pass = try variablePass(directive, place)
    }

    /// Refuses a path where nothing says what part of the request's it replaces, as nginx does.
    private func checkPath(
        _ path: ArraySlice<UInt8>, _ match: LocationMatch, _ directive: Directive
    ) throws(Diagnostic) {
        guard !path.isEmpty else { return }
        let reason: String? =
            switch match {
            case _ where context != .location: "in an if or limit_except"
            case .pattern: "in the location of a regular expression"
            case .named: "in a named location"
            case .exact, .prefix, .finalPrefix, .block: nil
            }
        if let reason {
            throw directive.error(
                directive.arguments[0], "proxy_pass cannot have a path \(reason)",
                hint: "leave the path out, and change it with rewrite PATTERN PATH break;")
        }
        guard path.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "#") }) else {
            throw directive.error(directive.arguments[0], "the path holds a byte that no path can hold")
        }
    }

    /// A `proxy_pass` with variables: those of the address must have values that are known beforehand, so that no client can
    /// choose where its request goes.
    private func variablePass(
        _ directive: Directive, _ place: Diagnostic.Place
    ) throws(Diagnostic) -> LocationPass {
        let argument = directive.arguments[0]
        let template = try directive.template(argument)
        var texts: [[UInt8]] = [[]]
        var index = 0
        scan: while index < template.pieces.count {
            switch template.pieces[index] {
            case .literal(let literal):
                for text in texts.indices { texts[text] += literal.bytes }
            case .variable(let variable):
                if texts.allSatisfy(Self.hasWholeAddress) { break scan }
                if variable == .requestURI || variable == .uri, texts.allSatisfy(Self.hasHost) { break scan }
                guard let values = scope.values(of: variable), values.count * texts.count <= Self.mostCandidates else {
                    throw directive.error(
                        argument, "where requests go would depend on a value that is not known beforehand",
                        hint: "write the address itself, or a variable that set gives a fixed value such as "
                            + "set $backend http://app:8080;")
                }
                texts = texts.flatMap { text in values.map { text + $0.bytes } }
            }
            index += 1
        }
        var rest = Array(template.pieces[index...])
        var address = Array(template.pieces[..<index])
        // A literal behind the host belongs to the path: the part in front of it is what candidates are told apart by.
        if address.count == 1, case .literal(let text) = address[0], texts.count == 1 {
            let end = Self.endOfAuthority(text.bytes)
            address = [.literal(ByteString(Array(text.bytes[..<end])))]
            if end < text.count { rest.insert(.literal(ByteString(Array(text.bytes[end...]))), at: 0) }
            texts = [Array(text.bytes[..<end])]
        }
        var candidates: [LocationPass.Candidate] = []
        for text in texts {
            let (pass, path) = try ProxyPass.parse(text, of: argument, in: directive)
            candidates.append(.init(text: ByteString(text), pass: pass, path: ByteString(Array(path))))
        }
        let isFixed = candidates.count == 1 && candidates[0].path.isEmpty && address.count == 1 && texts.count == 1
        let isLiteral = if case .literal? = address.first, address.count == 1 { true } else { false }
        return LocationPass(
            candidates: candidates, address: isFixed && isLiteral ? nil : Template(pieces: address),
            target: rest.isEmpty ? nil : Template(pieces: rest), place: place)
    }

    /// Whether a path or query has begun behind the host.
    private static func hasWholeAddress(_ text: [UInt8]) -> Bool { endOfAuthority(text) < text.count }

    private static func hasHost(_ text: [UInt8]) -> Bool { endOfAuthority(text) > 8 }

    /// Where the part behind the host begins; the end of the text where there is none, or no scheme.
    private static func endOfAuthority(_ text: [UInt8]) -> Int {
        let start = text.prefix(8).map(ASCII.lowercased) == Array("https://".utf8) ? 8 : 7
        guard text.count > start, text[..<start].suffix(3) == [ASCII.colon, ASCII.slash, ASCII.slash] else {
            return text.count
        }
        return text[start...].firstIndex { $0 == ASCII.slash || $0 == UInt8(ascii: "?") } ?? text.count
    }

    /// Replaces the names of groups in `proxy_pass` by their servers, now that all groups are known.
    mutating func resolvePasses() {
        for pass in passes {
            guard file.servers.count < Self.mostServers else { break }
            if !pass.hasPort, let group = groups[pass.shownHost] ?? declared.groups[pass.shownHost] {
                file.servers += group.servers
                if file.group == nil { file.group = group }
            } else {
                file.servers.append(pass.server)
            }
        }
        if let first = passes.first {
            file.proxyHost = first.shownHost
            file.proxyPort = first.server.port
            file.isUpstreamTLS = first.isTLS
            if file.group == nil, case .name(let name) = first.server.host { file.upstreamName = ByteString(name) }
        }
    }

    private static let mostCandidates = 64
    private static let dollar = UInt8(ascii: "$")
}
