extension DirectiveCatalog {
    /// What is done to answers.
    static let answers: [DirectiveRow] = [
        DirectiveRow(
            "error_page", "CODE… [=[CODE]] TARGET", in: [.http, .server, .location, .locationIf], arity: 2...100,
            repeats: true
        ) { directive, compiler throws(Diagnostic) in
            try compiler.addErrorPage(directive)
        },
        DirectiveRow(
            "expires", "[modified] TIME | @TIME | epoch | max | off", in: [.http, .server, .location, .locationIf],
            arity: 1...2
        ) { directive, compiler throws(Diagnostic) in
            try compiler.setExpiry(directive)
        },
        DirectiveRow("proxy_redirect", "off | default | FROM TO", arity: 1...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addRedirect(directive)
        },
        DirectiveRow("recursive_error_pages", "on | off") { directive, compiler throws(Diagnostic) in
            guard try directive.choice(directive.arguments[0], ["on", "off"]) == 0 else { return }
            compiler.report(
                directive.diagnostic(
                    .warning, directive.arguments[0], "an error of an error page is not replaced by another one"))
        },
    ]

    /// Which fields of a backend's answer are passed on and heeded, and which answers are not passed on.
    static func answerFilters(prefix: String) -> [DirectiveRow] {
        [
            DirectiveRow("\(prefix)_hide_header", "NAME", repeats: true) { directive, compiler throws(Diagnostic) in
                try compiler.addFilteredField(directive, to: \.answers.hiddenFields)
            },
            DirectiveRow("\(prefix)_ignore_headers", "NAME…", arity: 1...9) { directive, compiler throws(Diagnostic) in
                let ignored = try compiler.ignoredFields(directive)
                if ignored.redirect { compiler.settings.answers.ignoresInnerRedirects = true }
                if ignored.rate { compiler.settings.heedsBackendRate = false }
            },
            DirectiveRow("\(prefix)_intercept_errors", "on | off") { directive, compiler throws(Diagnostic) in
                compiler.settings.answers.interceptsErrors =
                    try directive.choice(directive.arguments[0], ["on", "off"]) == 0
            },
            DirectiveRow("\(prefix)_pass_header", "NAME", repeats: true) { directive, compiler throws(Diagnostic) in
                try compiler.addFilteredField(directive, to: \.answers.passedFields)
            },
        ]
    }
}
