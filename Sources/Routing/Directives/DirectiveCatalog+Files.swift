internal import Bytes
internal import HTTP

extension DirectiveCatalog {
    /// Answers with files.
    static let staticFiles: [DirectiveRow] = [
        DirectiveRow("alias", "PATH", in: .location) { directive, compiler throws(Diagnostic) in
            try compiler.setAlias(directive)
        },
        DirectiveRow("autoindex", "on | off", in: [.server, .location]) { directive, compiler throws(Diagnostic) in
            guard try directive.choice(directive.arguments[0], ["on", "off"]) == 0 else { return }
            compiler.report(
                directive.diagnostic(
                    .warning, directive.name, "folders are not listed: one without an index is answered with 403"))
        },
        DirectiveRow("default_type", "TYPE", in: [.server, .location]) { directive, compiler throws(Diagnostic) in
            compiler.settings.defaultType = try compiler.mediaType(directive.arguments[0], of: directive)
        },
        DirectiveRow("etag", "on | off", in: [.server, .location]) { directive, compiler throws(Diagnostic) in
            compiler.settings.sendsETag = try directive.choice(directive.arguments[0], ["on", "off"]) == 0
        },
        DirectiveRow("if_modified_since", "off | exact | before", in: [.server, .location]) {
            directive, compiler throws(Diagnostic) in
            let choices = ConditionalRequest.TimeComparison.allCases
            let choice = try directive.choice(directive.arguments[0], choices.map(\.rawValue))
            compiler.settings.timeComparison = choices[choice]
        },
        DirectiveRow("index", "FILE…", in: [.server, .location], arity: 1...50, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addIndex(directive)
        },
        DirectiveRow("root", "PATH", in: [.server, .location, .locationIf]) { directive, compiler throws(Diagnostic) in
            compiler.settings.fileBase = .root(try compiler.fileTemplate(directive))
        },
        DirectiveRow("try_files", "PATH… URI | =CODE | @NAME", in: .location, arity: 2...50) {
            directive, compiler throws(Diagnostic) in try compiler.setAttempts(directive)
        },
        DirectiveRow("try_files", "PATH… URI | =CODE | @NAME", in: .server, arity: 2...50) { directive, compiler in
            compiler.report(
                directive.diagnostic(
                    .warning, directive.name, "try_files has no effect outside of a location, as in nginx",
                    hint: "write it inside of location / { }"))
        },
        DirectiveRow("types", "", in: [.server, .location], arity: 0...0, hasBlock: true) {
            directive, compiler throws(Diagnostic) in try compiler.setMediaTypes(directive)
        },
    ]
}
