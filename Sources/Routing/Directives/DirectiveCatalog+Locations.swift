extension DirectiveCatalog {
    /// Which paths are treated how, and what is done to requests before that.
    static let locations: [DirectiveRow] = [
        DirectiveRow("break", "", in: .rewriting, arity: 0...0, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addBreak(directive)
        },
        DirectiveRow(
            "if", "(CONDITION)", in: [.server, .location], arity: 1...20, hasBlock: true, repeats: true
        ) { directive, compiler throws(Diagnostic) in
            try compiler.addBranch(directive)
        },
        DirectiveRow("internal", "", in: .location, arity: 0...0) { directive, compiler in
            compiler.setInternal(directive)
        },
        DirectiveRow("limit_except", "METHOD…", in: .location, arity: 1...20, hasBlock: true) {
            directive, compiler throws(Diagnostic) in try compiler.setException(directive)
        },
        DirectiveRow(
            "location", "[= | ^~ | ~ | ~*] PATH", in: [.server, .location, .override], arity: 1...2, hasBlock: true,
            repeats: true
        ) { directive, compiler throws(Diagnostic) in
            try compiler.addLocation(directive)
        },
        DirectiveRow("map", "TEXT $NAME", in: .http, arity: 2...2, hasBlock: true, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addMap(directive)
        },
        DirectiveRow("proxy_pass", "http[s]://HOST[:PORT][PATH]", in: [.location, .locationIf, .limitExcept]) {
            directive, compiler throws(Diagnostic) in try compiler.setLocationPass(directive)
        },
        DirectiveRow("return", "CODE [TEXT | URL]", in: .rewriting, arity: 1...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addReturn(directive)
        },
        DirectiveRow(
            "rewrite", "PATTERN REPLACEMENT [last | break | redirect | permanent]", in: .rewriting, arity: 2...3,
            repeats: true
        ) { directive, compiler throws(Diagnostic) in
            try compiler.addRewrite(directive)
        },
        DirectiveRow("set", "$NAME VALUE", in: .rewriting, arity: 2...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addAssignment(directive)
        },
    ]
}
