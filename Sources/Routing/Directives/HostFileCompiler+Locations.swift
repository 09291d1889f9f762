internal import Bytes

extension HostFileCompiler {
    /// `location [= | ^~ | ~ | ~*] PATH { … }` or `location @NAME { … }`.
    mutating func addLocation(_ directive: Directive) throws(Diagnostic) {
        let match = try match(of: directive)
        try checkNesting(of: match, directive)
        guard locationCount < Self.mostLocations else {
            throw directive.error(directive.name, "there are more than \(Self.mostLocations) locations")
        }
        locationCount += 1
        if let first = level.locations.first(where: { $0.match.covers(sameAs: match) }) {
            let line = if case .file(_, let position) = first.place { position.line } else { 0 }
            throw directive.error(
                directive.name, "location \(match.text) stands here for the second time",
                hint: "write what both hold into the one in line \(line)")
        }
        let outer = (openMatch, openBlocks)
        (openMatch, openBlocks) = (match, 0)
        let inner = compileLevel(directive.block ?? [], in: .location)
        (openMatch, openBlocks) = outer
        level.locations.append(
            FileLocation(match: match, place: .file(directive.file, directive.name.position), level: inner))
    }

    /// `limit_except METHOD… { … }`.
    mutating func setException(_ directive: Directive) throws(Diagnostic) {
        var methods: [ByteString] = []
        for argument in directive.arguments {
            let name = ByteString(argument.text.text.uppercased())
            guard Self.methods.contains(name.text) else {
                throw directive.error(
                    argument, "\(Quoted(argument.text)) is not a method",
                    hint: "write \(Self.methods.sorted().joined(separator: ", "))")
            }
            methods.append(name)
        }
        let inner = compileLevel(directive.block ?? [], in: .limitExcept)
        level.exceptions.append(.init(methods: methods, level: inner))
    }

    /// `internal`.
    mutating func setInternal(_ directive: Directive) { level.isInternal = true }

    /// Reports named locations that something refers to and that are not in the file.
    mutating func checkNamedLocations() {
        let names = level.locations.compactMap { location -> ByteString? in
            if case .named(let name) = location.match { name } else { nil }
        }
        for (name, var finding) in namedReferences where !names.contains(name) {
            finding.hint =
                NearMiss.suggestion(for: name.text, among: names.map(\.text)).map { "did you mean @\($0)?" }
                ?? "write location @\(name) { … } outside of every other one"
            report(finding)
        }
    }

    /// Which paths a location covers.
    private func match(of directive: Directive) throws(Diagnostic) -> LocationMatch {
        let last = directive.arguments[directive.arguments.count - 1]
        if directive.arguments.count == 2 {
            let sign = directive.arguments[0]
            guard ["=", "^~", "~", "~*"].contains(sign.text.text) else {
                throw directive.error(
                    sign, "\(Quoted(sign.text)) cannot stand before the path of a location",
                    hint:
                        "write = for one path, ^~ for paths that begin so, ~ or ~* for a regular expression, or nothing"
                )
            }
        } else if last.text.bytes.first == UInt8(ascii: "@") {
            let name = ByteString(Array(last.text.bytes.dropFirst()))
            guard !name.isEmpty, name.count <= 200, name.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw directive.error(last, "\(Quoted(last.text)) cannot name a location", hint: "write @NAME")
            }
            return .named(name)
        }
        do throws(LocationMatchError) {
            return try LocationMatch(directive.arguments.map(\.text.text).joined(separator: " "))
        } catch {
            let hint =
                error == .noPath
                ? "write a path such as /api/, or ~ before a regular expression" : nil
            throw directive.error(last, "\(Quoted(last.text)) \(error.message)", hint: hint)
        }
    }

    /// Refuses what nginx refuses of locations in locations.
    private func checkNesting(of match: LocationMatch, _ directive: Directive) throws(Diagnostic) {
        guard context == .location else { return }
        let argument = directive.arguments[directive.arguments.count - 1]
        if case .named = match {
            throw directive.error(
                argument, "a named location cannot stand inside of another one",
                hint: "write it outside of every location")
        }
        guard let outer = openMatch else { return }
        switch outer {
        case .exact, .named:
            throw directive.error(
                argument, "no location can stand inside of location \(outer.text)", hint: "write it behind that one")
        case .prefix(let prefix), .finalPrefix(let prefix):
            guard let path = match.path, !path.bytes.starts(with: prefix.bytes) else { return }
            throw directive.error(
                argument, "location \(match.text) lies outside of location \(outer.text), in which it stands",
                hint: "write it behind that one, or a path that begins with \(prefix)")
        case .pattern where match.path != nil:
            throw directive.error(
                argument, "only regular expressions can stand inside of location \(outer.text)",
                hint: "write it behind that one")
        case .pattern, .block: break
        }
    }

    private static let mostLocations = 1000
    private static let methods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK",
        "UNLOCK", "PATCH",
    ]
}

extension LocationMatch {
    /// Whether nginx takes both for the same location.
    func covers(sameAs other: LocationMatch) -> Bool {
        switch (self, other) {
        case (.exact(let a), .exact(let b)), (.named(let a), .named(let b)): a == b
        case (.prefix(let a), .prefix(let b)), (.prefix(let a), .finalPrefix(let b)),
            (.finalPrefix(let a), .prefix(let b)), (.finalPrefix(let a), .finalPrefix(let b)):
            a == b
        default: false
        }
    }
}
