extension DirectiveCatalog {
    /// What is noted of requests, and where.
    static let logs: [DirectiveRow] = [
        // nginx-proxy's template writes the log of all hosts on the level of the server, beside what the file says; on the
        // level of the location it is replaced.
        accessLog(in: .server, addsToStandard: true),
        accessLog(in: .location, addsToStandard: false),
        DirectiveRow(
            "log_format", "NAME [escape=default | json | none] TEXT…", in: [.http, .server], arity: 2...200,
            repeats: true
        ) { directive, compiler throws(Diagnostic) in try compiler.addLogFormat(directive) },
    ]

    private static func accessLog(in contexts: DirectiveContexts, addsToStandard: Bool) -> DirectiveRow {
        DirectiveRow("access_log", "off | PATH [FORMAT] [if=CONDITION]", in: contexts, arity: 1...6, repeats: true) {
            directive, compiler throws(Diagnostic) in
            try compiler.addAccessLog(directive, addsToStandard: addsToStandard)
        }
    }
}
