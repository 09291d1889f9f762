internal import Bytes

/// Tells whether a file that cannot be used was meant to say who may come in, or may do so all the same.
enum AccessDirectives {
    /// Whether a directive of access control stands in the file, or could: its name may be misspelt, its semicolon
    /// missing, or the file may not even be made of words.
    static func mayStand(in bytes: [UInt8]) -> Bool {
        guard bytes.count <= DirectiveParser.largestFile else { return true }
        var lexer = DirectiveLexer(bytes, file: "")
        var beginsDirective = true
        var lastLine = 0
        var misses = 0
        do throws(Diagnostic) {
            while true {
                switch try lexer.next() {
                case .word(let word):
                    let name = word.text.text.lowercased()
                    if isName(name) { return true }
                    if beginsDirective || word.position.line > lastLine, DirectiveCatalog.rows(named: word.text).isEmpty
                    {
                        misses += 1
                        let isMiss = misses > mostMisses || NearMiss.suggestion(for: name, among: names) != nil
                        if isMiss { return true }
                    }
                    beginsDirective = false
                    lastLine = word.position.line
                case .semicolon(let position), .open(let position), .close(let position):
                    beginsDirective = true
                    lastLine = position.line
                case .end:
                    return false
                }
            }
        } catch {
            return true
        }
    }

    private static func isName(_ name: String) -> Bool {
        names.contains(name) || detours.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    private static let names: Set<String> = [
        "allow", "auth_basic", "auth_basic_user_file", "auth_request", "deny", "internal", "limit_except", "satisfy",
        "ssl_client_certificate", "ssl_crl", "ssl_verify_client", "ssl_verify_depth", "valid_referers",
    ]
    /// What answers requests itself, sends them elsewhere or says who a client is, and so may keep clients out as well.
    private static let detours: Set<String> = [
        "error_page", "fastcgi_pass", "geo", "grpc_pass", "if", "limit_conn", "limit_req", "location", "map",
        "proxy_pass", "real_ip_header", "real_ip_recursive", "return", "rewrite", "set_real_ip_from", "try_files",
        "uwsgi_pass",
    ]

    private static let prefixes = ["access_by_", "auth_", "secure_link"]
    /// Words that are no directive are compared with those that are; past this many the file is no file of directives.
    private static let mostMisses = 1000
}
