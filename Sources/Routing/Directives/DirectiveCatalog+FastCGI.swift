internal import Bytes

extension DirectiveCatalog {
    /// How FastCGI applications are asked.
    static let fastCGI: [DirectiveRow] = [
        DirectiveRow("fastcgi_index", "NAME") { directive, compiler in
            compiler.level.settings.fastCGI.index = directive.arguments[0].text
        },
        DirectiveRow("fastcgi_param", "NAME VALUE [if_not_empty]", arity: 2...3, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addFastCGIParameter(directive)
        },
        DirectiveRow("fastcgi_pass", "HOST:PORT | UPSTREAM", in: [.location, .locationIf]) {
            directive, compiler throws(Diagnostic) in try compiler.setFastCGIPass(directive)
        },
        DirectiveRow("fastcgi_connect_timeout", "TIME") { directive, compiler throws(Diagnostic) in
            compiler.level.settings.fastCGI.connectTimeout = try directive.time(directive.arguments[0])
        },
        DirectiveRow("fastcgi_read_timeout", "TIME") { directive, compiler throws(Diagnostic) in
            compiler.level.settings.fastCGI.readTimeout = try directive.time(directive.arguments[0])
        },
        DirectiveRow("fastcgi_send_timeout", "TIME") { directive, compiler throws(Diagnostic) in
            compiler.level.settings.fastCGI.sendTimeout = try directive.time(directive.arguments[0])
        },
    ]
}
