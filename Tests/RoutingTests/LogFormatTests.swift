import Bytes
import Testing

@testable import Routing

@Suite("Log formats and access_log")
struct LogFormatTests {
    private func compile(_ text: String, in context: DirectiveContexts = .server) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", in: context, files: MemoryFiles([:]))
    }

    private func logging(_ text: String, in context: DirectiveContexts = .server) throws -> AccessLogging {
        let outcome = compile(text, in: context)
        let file = try #require(outcome.file, "\(outcome.diagnostics)")
        return file.settings.applied(to: LocationSettings()).accessLogging
    }

    private func destinations(
        _ text: String, in context: DirectiveContexts = .server
    ) throws -> [AccessLogging.Destination] {
        guard case .to(let destinations) = try logging(text, in: context) else { return [] }
        return destinations
    }

    @Test("is that of nginx-proxy where nothing is said")
    func standard() throws {
        let text = #"""
            $host $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" \#
            "$http_user_agent" "$upstream_addr"
            """#
        #expect(
            try LogFormat(compiling: ByteString(text), at: .setting("LOG_FORMAT")).template.flattened
                == LogFormat.virtualHost.template.flattened)
        #expect(try logging("") == .standard)
    }

    @Test("is JSON with nginx-proxy's members")
    func json() {
        let text = LogFormat.json.template.flattened
        #expect(text.hasPrefix(#"{"time_local":"<timeISO8601>","client_ip":"<"#))
        #expect(text.hasSuffix(#"","request_id":"<requestID>"}"#))
        #expect(LogFormat.json.escape == .json)
    }

    @Test("refuses variables that nobody knows, and names a near one")
    func unknown() {
        #expect(
            throws: Diagnostic(
                .error, at: .setting("LOG_FORMAT"), "unknown variable $remote_adr", hint: "did you mean $remote_addr?")
        ) { try LogFormat(compiling: "$host $remote_adr", at: .setting("LOG_FORMAT")) }
        #expect(throws: Diagnostic.self) { try LogFormat(compiling: "", at: .setting("LOG_FORMAT")) }
        #expect(throws: Diagnostic.self) { try LogFormat(compiling: "100$", at: .setting("LOG_FORMAT")) }
    }

    @Test("is declared by log_format, its texts joined")
    func declared() throws {
        let text = #"log_format short escape=json '$host ' "$status" x; access_log /var/log/nginx/a.log short;"#
        let destination = try #require(try destinations(text).last)
        #expect(destination.path == "a.log")
        #expect(
            destination.format
                == LogFormat(
                    template: Template(pieces: [.variable(.host), .literal(" "), .variable(.status), .literal("x")]),
                    escape: .json))
    }

    @Test("adds a file of a host to the log of all hosts, as nginx-proxy does, and one of a location replaces it")
    func levels() throws {
        #expect(
            try destinations("access_log /var/log/nginx/a.log; access_log /var/log//nginx/b/c.log main;").map(\.path)
                == [nil, "a.log", "b/c.log"])
        #expect(try destinations("access_log /var/log/nginx/a.log;", in: .location).map(\.path) == ["a.log"])
        #expect(try destinations("access_log /var/log/nginx/a.log;").last?.format == .combined)
        #expect(try destinations("access_log /dev/stdout vhost;", in: .location) == [AccessLogging.Destination()])
    }

    @Test("turns the log off, whatever else stands beside it")
    func off() throws {
        #expect(try logging("access_log off;") == .off)
        #expect(try logging("access_log off; access_log /var/log/nginx/a.log;") == .off)
        #expect(try logging("access_log /var/log/nginx/a.log; access_log off;", in: .location) == .off)
        #expect(compile("access_log off main;").file == nil)
    }

    @Test("takes nginx's parameters")
    func parameters() throws {
        let text = "access_log /var/log/nginx/a.log combined buffer=32k flush=5m if=$http_x_log;"
        #expect(try destinations(text).last?.condition == Template(pieces: [.variable(.http("x-log"))]))
        #expect(compile("access_log /var/log/nginx/a.log combined gzip=4;").diagnostics.map(\.severity) == [.warning])
        #expect(compile("access_log /var/log/nginx/a.log combined main;").file == nil)
        #expect(compile("access_log /var/log/nginx/a.log combine;").diagnostics.first?.hint == "did you mean combined?")
        #expect(compile("access_log /var/log/nginx/a.log if=$nothing_known;").file == nil)
    }

    @Test(
        "never writes outside the folder of logs",
        arguments: [
            "/etc/passwd", "/var/log/nginx/../../../etc/passwd", "/var/log/nginx", "/var/log/nginx/", "logs/a.log",
            "/var/log/nginxx/a", "/var/log/nginx/./a", "/var/log/nginx/$host.log", "syslog:server=10.0.0.1", "/",
            "/var/log/nginx/a/..",
        ])
    func outside(path: String) throws {
        let outcome = compile("access_log \(path);", in: .location)
        #expect(outcome.diagnostics.map(\.severity) == [.warning])
        #expect(outcome.file?.settings.accessLogging?.paths == [])
    }

    @Test(
        "refuses formats that cannot be",
        arguments: [
            "log_format a;", "log_format a escape=xml '$host';", "log_format a '$nothing';",
            "log_format combined '$host';",
            "log_format a '$host'; log_format a '$uri';", "log_format a escape=json;", "log_format a '';",
        ])
    func bad(text: String) { #expect(compile(text).file == nil) }

    @Test("are bounded in number")
    func bounded() {
        let text = (0..<9).map { "access_log /var/log/nginx/\($0).log;" }.joined()
        #expect(compile(text, in: .location).file == nil)
    }
}

extension Template {
    /// The text with the names of its variables, so that templates can be compared that were put together differently.
    fileprivate var flattened: String {
        pieces.map { piece in
            switch piece {
            case .literal(let text): text.text
            case .variable(let variable): "<\(variable)>"
            }
        }.joined()
    }
}
