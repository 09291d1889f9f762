internal import Bytes

extension DirectiveCatalog {
    /// How fast answers are sent, and what becomes of requests that a backend fails.
    static let transfer: [DirectiveRow] = [
        DirectiveRow("keepalive_requests", "NUMBER") { directive, compiler throws(Diagnostic) in
            compiler.settings.keepaliveRequests = try directive.number(directive.arguments[0])
        },
        rate("limit_rate", \.rate, in: [.http, .server, .location, .locationIf]),
        DirectiveRow("limit_rate_after", "SIZE", in: [.http, .server, .location, .locationIf]) {
            directive, compiler throws(Diagnostic) in
            compiler.settings.rateAfter = try directive.size(directive.arguments[0], allowsGiga: false)
        },
        rate("proxy_limit_rate", \.backendRate),
    ]

    /// When a request is sent to another backend.
    static func passingOver(prefix: String) -> [DirectiveRow] {
        [
            DirectiveRow("\(prefix)_next_upstream", "CASE…", arity: 1...12) { directive, compiler throws(Diagnostic) in
                compiler.settings.nextConditions = try compiler.nextConditions(directive)
            },
            DirectiveRow("\(prefix)_next_upstream_timeout", "TIME") { directive, compiler throws(Diagnostic) in
                compiler.settings.nextTimeout = try directive.time(directive.arguments[0])
            },
            DirectiveRow("\(prefix)_next_upstream_tries", "NUMBER") { directive, compiler throws(Diagnostic) in
                compiler.settings.nextTries = try directive.number(directive.arguments[0])
            },
        ]
    }

    private static func rate(
        _ name: String, _ setting: any WritableKeyPath<DirectiveSettings, Int?> & Sendable,
        in contexts: DirectiveContexts = .settings
    ) -> DirectiveRow {
        DirectiveRow(name, "BYTES", in: contexts) { directive, compiler throws(Diagnostic) in
            let argument = directive.arguments[0]
            guard !argument.text.bytes.contains(UInt8(ascii: "$")) else {
                throw directive.error(
                    argument, "variables in \(name) are not supported",
                    hint: "write the bytes of a second, such as 500k")
            }
            compiler.settings[keyPath: setting] = try directive.size(argument, allowsGiga: false)
        }
    }
}
