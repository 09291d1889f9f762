internal import Bytes

extension DirectiveCatalog {
    /// How many requests are taken of each client.
    static let limits: [DirectiveRow] = [
        DirectiveRow("limit_conn", "ZONE NUMBER", arity: 2...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addConnectionLimit(directive)
        },
        logLevel("limit_conn_log_level"),
        status("limit_conn_status", \.limits.connectionStatus),
        DirectiveRow("limit_conn_zone", "KEY zone=NAME:SIZE", in: [.http, .server], arity: 2...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addConnectionZone(directive)
        },
        DirectiveRow("limit_req", "zone=NAME [burst=NUMBER] [nodelay | delay=NUMBER]", arity: 1...4, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addRequestLimit(directive)
        },
        logLevel("limit_req_log_level"),
        status("limit_req_status", \.limits.requestStatus),
        DirectiveRow(
            "limit_req_zone", "KEY zone=NAME:SIZE rate=NUMBERr/s", in: [.http, .server], arity: 3...3, repeats: true
        ) { directive, compiler throws(Diagnostic) in
            try compiler.addRequestZone(directive)
        },
    ]

    /// Those that others refer to wherever they stand.
    static let declarations: Set<ByteString> = ["limit_conn_zone", "limit_req_zone"]

    private static func status(
        _ name: String, _ setting: any WritableKeyPath<DirectiveSettings, Int?> & Sendable
    ) -> DirectiveRow {
        DirectiveRow(name, "STATUS") { directive, compiler throws(Diagnostic) in
            let argument = directive.arguments[0]
            let status = try directive.number(argument)
            guard (400...599).contains(status) else {
                throw directive.error(argument, "\(status) is not the status of an error", hint: "write 400 to 599")
            }
            compiler.settings[keyPath: setting] = status
        }
    }

    /// What is refused by a limit stands in the access log; there is no other log of it.
    private static func logLevel(_ name: String) -> DirectiveRow {
        DirectiveRow(name, "LEVEL") { directive, _ throws(Diagnostic) in
            _ = try directive.choice(directive.arguments[0], ["info", "notice", "warn", "error"])
        }
    }
}
