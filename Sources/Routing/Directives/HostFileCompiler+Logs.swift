internal import Bytes

extension HostFileCompiler {
    /// `access_log off` or `access_log PATH [FORMAT] [if=CONDITION]`; one `off` counts more than all others of its level.
    mutating func addAccessLog(_ directive: Directive, addsToStandard: Bool) throws(Diagnostic) {
        let target = directive.arguments[0]
        guard target.text != "off" else {
            guard directive.arguments.count == 1 else {
                throw directive.error(directive.arguments[1], "access_log off takes nothing more")
            }
            settings.accessLogging = .off
            return
        }
        var destination = AccessLogging.Destination(path: try logFile(target, of: directive), format: .combined)
        var hasFormat = false
        for argument in directive.arguments.dropFirst() {
            let text = argument.text.text
            if text.hasPrefix("if=") {
                var condition = argument
                condition.text = ByteString(String(text.dropFirst(3)))
                destination.condition = try directive.template(condition)
            } else if text.hasPrefix("buffer=") || text.hasPrefix("flush=") || text == "gzip" || text.hasPrefix("gzip=")
            {
                if text.hasPrefix("gzip") {
                    report(
                        directive.diagnostic(.warning, argument, "log files are not compressed while they are written"))
                }
            } else if hasFormat {
                throw directive.error(argument, "\(Quoted(argument.text)) is not a choice here", hint: usage)
            } else {
                destination.format = try logFormat(argument, of: directive)
                hasFormat = true
            }
        }
        var destinations: [AccessLogging.Destination] = []
        switch settings.accessLogging {
        case .to(let earlier):
            if earlier.isEmpty { return }
            destinations = earlier
        case .standard, nil: if addsToStandard { destinations = [AccessLogging.Destination()] }
        }
        guard destinations.count < Self.mostLogs else {
            throw directive.error(directive.name, "requests are noted in more than \(Self.mostLogs) logs")
        }
        settings.accessLogging = .to(destinations + [destination])
    }

    /// `log_format NAME [escape=…] TEXT…`; the texts are joined as they are.
    mutating func addLogFormat(_ directive: Directive) throws(Diagnostic) {
        let name = directive.arguments[0]
        var texts = directive.arguments.dropFirst()
        var escape = LogFormat.Escape.default
        if let first = texts.first, first.text.bytes.starts(with: "escape=".utf8) {
            let word = String(first.text.text.dropFirst("escape=".count))
            guard let known = LogFormat.Escape(rawValue: word) else {
                throw directive.error(
                    first, "\(Quoted(first.text)) is not a choice here",
                    hint: "write escape=default, escape=json or escape=none")
            }
            escape = known
            texts = texts.dropFirst()
        }
        var pieces: [Template.Piece] = []
        for text in texts { pieces += try directive.template(text).pieces }
        guard !pieces.isEmpty else { throw directive.error(name, "the format is empty") }
        guard logFormats[name.text] == nil, LogFormat.predefined[name.text] == nil, name.text != "vhost" else {
            throw directive.error(name, "there is a log format \(Quoted(name.text)) already")
        }
        logFormats[name.text] = LogFormat(template: Template(pieces: pieces), escape: escape)
    }

    /// The format of this name; nil for that of the log of all hosts, which nginx-proxy names `vhost`.
    private func logFormat(_ name: Directive.Argument, of directive: Directive) throws(Diagnostic) -> LogFormat? {
        if name.text == "vhost" { return nil }
        if let format = logFormats[name.text] ?? LogFormat.predefined[name.text] { return format }
        let known = (logFormats.keys.map(\.text) + LogFormat.predefined.keys.map(\.text) + ["vhost"]).sorted()
        let suggestion = NearMiss.suggestion(for: name.text.text, among: known)
        throw directive.error(
            name, "there is no log format \(Quoted(name.text))",
            hint: suggestion.map { "did you mean \($0)?" } ?? "declare it above with log_format, or write combined")
    }

    /// The file in the folder of logs that a path means; nil for the log of all hosts.
    private mutating func logFile(
        _ argument: Directive.Argument, of directive: Directive
    ) throws(Diagnostic) -> String? {
        let text = argument.text.text
        if Self.standardStreams.contains(text) { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: true)
        let folder = Self.logFolder.split(separator: "/")
        let isInside = text.hasPrefix("/") && parts.count > folder.count && parts.starts(with: folder)
        guard isInside, !parts.contains(".."), !parts.contains("."), !text.contains("$"), !text.hasSuffix("/") else {
            report(
                directive.diagnostic(
                    .warning, argument,
                    "\(Quoted(argument.text)) is no file in \(Self.logFolder), so these lines go to the log of all hosts",
                    hint: "write \(Self.logFolder)/NAME"))
            return nil
        }
        return parts.dropFirst(folder.count).joined(separator: "/")
    }

    private var usage: String { "write access_log PATH [FORMAT] [if=CONDITION]" }

    private static let mostLogs = 8
    private static let logFolder = "/var/log/nginx"
    private static let standardStreams: Set<String> = [
        "/dev/stdout", "/dev/stderr", "/proc/self/fd/1", "/proc/self/fd/2", "/var/log/nginx/access.log",
    ]
}
