extension DirectiveCatalog {
    /// Who may come in.
    static let access: [DirectiveRow] = [
        DirectiveRow("allow", "ADDRESS | NETWORK | unix: | all", in: .access, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addAccessRule(directive, allows: true)
        },
        DirectiveRow("auth_basic", "REALM | off", in: .access) { directive, compiler throws(Diagnostic) in
            try compiler.setRealm(directive)
        },
        DirectiveRow("auth_basic_user_file", "PATH", in: .access) { directive, compiler throws(Diagnostic) in
            try compiler.setPasswordFile(directive)
        },
        DirectiveRow("auth_request", "PATH | off") { directive, compiler throws(Diagnostic) in
            try compiler.setAuthorization(directive)
        },
        DirectiveRow("auth_request_set", "$NAME VALUE", arity: 2...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addAuthorizationAssignment(directive)
        },
        DirectiveRow("deny", "ADDRESS | NETWORK | unix: | all", in: .access, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addAccessRule(directive, allows: false)
        },
        DirectiveRow("real_ip_header", "FIELD | proxy_protocol") { directive, compiler throws(Diagnostic) in
            try compiler.setClientAddressField(directive)
        },
        DirectiveRow("real_ip_recursive", "on | off") { directive, compiler throws(Diagnostic) in
            compiler.settings.findsClientRecursively = try directive.choice(directive.arguments[0], ["on", "off"]) == 0
        },
        DirectiveRow("satisfy", "all | any") { directive, compiler throws(Diagnostic) in
            compiler.settings.satisfy = try directive.choice(directive.arguments[0], ["all", "any"]) == 0 ? .all : .any
        },
        DirectiveRow("set_real_ip_from", "ADDRESS | NETWORK", repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addTrustedAddress(directive)
        },
    ]
}
