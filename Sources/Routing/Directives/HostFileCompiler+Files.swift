internal import Bytes

extension HostFileCompiler {
    /// The path of `root` or `alias`, which may hold variables; a relative one begins at the folder that holds `vhost.d`.
    func fileTemplate(_ directive: Directive) throws(Diagnostic) -> Template {
        let argument = directive.arguments[0]
        guard !argument.text.isEmpty else { throw directive.error(argument, "the path is empty") }
        let template = try directive.template(argument)
        if argument.text.bytes.first == ASCII.slash { return template }
        return Template(pieces: [.literal(ByteString(files.root + "/"))] + template.pieces)
    }

    /// `alias PATH`.
    mutating func setAlias(_ directive: Directive) throws(Diagnostic) {
        let replaced: StaticFiles.Replaced
        switch openMatch {
        case .exact(let path), .prefix(let path), .finalPrefix(let path): replaced = .prefix(path.count)
        case .pattern: replaced = .everything
        case .named:
            throw directive.error(directive.name, "alias cannot stand in a named location", hint: "write root")
        case .block, nil: replaced = .ownPath
        }
        guard settings.fileBase == nil else {
            throw directive.error(directive.name, "root and alias stand in one location", hint: "remove one of the two")
        }
        settings.fileBase = .alias(try fileTemplate(directive), of: replaced)
    }

    /// `index FILE…`; several lines of a level add up.
    mutating func addIndex(_ directive: Directive) throws(Diagnostic) {
        var names = settings.index ?? []
        for argument in directive.arguments {
            guard !argument.text.isEmpty else { throw directive.error(argument, "the name is empty") }
            names.append(try directive.template(argument))
        }
        guard names.count <= Self.mostNames else {
            throw directive.error(directive.name, "more than \(Self.mostNames) names are given")
        }
        settings.index = names
    }

    /// `try_files PATH… FALLBACK`.
    mutating func setAttempts(_ directive: Directive) throws(Diagnostic) {
        var candidates: [FileAttempts.Candidate] = []
        for argument in directive.arguments.dropLast() {
            var path = argument
            let isFolder = path.text.bytes.count > 1 && path.text.bytes.last == ASCII.slash
            if isFolder { path.text = ByteString(path.text.bytes.dropLast()) }
            candidates.append(.init(path: try directive.template(path), isFolder: isFolder))
        }
        let last = directive.arguments[directive.arguments.count - 1]
        settings.fileAttempts = FileAttempts(candidates: candidates, fallback: try fallback(last, of: directive))
    }

    private func fallback(
        _ argument: Directive.Argument, of directive: Directive
    ) throws(Diagnostic) -> FileAttempts.Fallback {
        let bytes = argument.text.bytes
        switch bytes.first {
        case UInt8(ascii: "="):
            let status = bytes.dropFirst().withUnsafeBytes { ASCII.decimal($0, limit: 999) }
            guard let status, status >= 200 else {
                throw directive.error(
                    argument, "\(Quoted(argument.text)) is not a status that can be answered", hint: "write =404")
            }
            return .status(status)
        case UInt8(ascii: "@"): return .named(ByteString(Array(bytes.dropFirst())))
        default: return .path(try directive.template(argument))
        }
    }

    /// `types { TYPE EXTENSION…; … }`.
    mutating func setMediaTypes(_ directive: Directive) throws(Diagnostic) {
        var types = MediaTypes([:])
        for line in directive.block ?? [] {
            if line.name.text == "include", line.arguments.first?.text.text.hasSuffix("mime.types") == true {
                types.types.merge(MediaTypes.standard.types) { _, new in new }
                continue
            }
            guard line.block == nil, !line.arguments.isEmpty else {
                throw line.error(line.name, "the type has no extensions", hint: "write TYPE EXTENSION…;")
            }
            let type = try mediaType(line.name, of: line)
            for argument in line.arguments {
                types.types[ByteString(argument.text.bytes.map(ASCII.lowercased))] = type
            }
        }
        settings.mediaTypes = types
    }

    /// The text as the value of Content-Type.
    func mediaType(_ argument: Directive.Argument, of directive: Directive) throws(Diagnostic) -> ByteString {
        guard argument.text.bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
            throw directive.error(argument, "\(Quoted(argument.text)) is not a media type", hint: "write text/plain")
        }
        return argument.text
    }

    private static let mostNames = 50
}
