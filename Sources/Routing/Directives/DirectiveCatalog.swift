internal import Bytes

/// Every directive that is understood, one row each.
enum DirectiveCatalog {
    /// The rows of a name: several where it means something else elsewhere; none where it is not known.
    static func rows(named name: ByteString) -> [DirectiveRow] { byName[name] ?? [] }

    /// The names of all rows.
    static var names: some Sequence<String> { rows.lazy.map(\.name) }

    private static let byName = Dictionary(grouping: rows) { ByteString($0.name) }

    private static let rows: [DirectiveRow] = parts.flatMap { $0 }

    private static let parts: [[DirectiveRow]] = [
        serving, access, limits, transfer, compression, upstreams, fastCGI, grpc, locations, answers, logs, staticFiles,
        withoutEffect, backendTLS(prefix: "proxy"), passingOver(prefix: "proxy"), answerFilters(prefix: "proxy"),
        backendTLS(prefix: "grpc"), passingOver(prefix: "grpc"), answerFilters(prefix: "grpc"),
    ]

    /// Sizes, times, fields and answers.
    private static let serving: [DirectiveRow] = [
        DirectiveRow(
            "add_header", "NAME VALUE [always]", in: [.http, .server, .location, .locationIf], arity: 2...3,
            repeats: true
        ) {
            directive, compiler throws(Diagnostic) in try compiler.addHeader(directive)
        },
        time("client_body_timeout", \.clientBodyTimeout),
        time("client_header_timeout", \.clientHeaderTimeout),
        DirectiveRow("client_max_body_size", "SIZE") { directive, compiler throws(Diagnostic) in
            compiler.settings.maxBodySize = try directive.size(directive.arguments[0], allowsGiga: true)
        },
        DirectiveRow("http2", "on | off", in: [.http, .server]) { directive, compiler throws(Diagnostic) in
            try compiler.setHTTP2(directive)
        },
        DirectiveRow("include", "PATH", in: .everywhere, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.include(directive)
        },
        DirectiveRow("keepalive_timeout", "TIME [TIME]", arity: 1...2) { directive, compiler throws(Diagnostic) in
            compiler.settings.keepalive = DirectiveSettings.Keepalive(
                timeout: try directive.time(directive.arguments[0]),
                advice: directive.arguments.count == 2 ? try directive.seconds(directive.arguments[1]) : nil)
        },
        time("proxy_connect_timeout", \.connectTimeout),
        onOff("proxy_pass_request_body", \.passesRequestBody),
        onOff("proxy_pass_request_headers", \.passesRequestFields),
        time("proxy_read_timeout", \.readTimeout),
        time("proxy_send_timeout", \.sendTimeout),
        DirectiveRow("proxy_set_header", "NAME VALUE", arity: 2...2, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.setRequestHeader(directive)
        },
        time("send_timeout", \.clientSendTimeout),
        DirectiveRow("server_name", "NAME…", in: .server, arity: 1...1000, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addNames(directive)
        },
        DirectiveRow("server_tokens", "on | off | build") { directive, compiler throws(Diagnostic) in
            let choice = try directive.choice(directive.arguments[0], ["on", "off", "build"])
            compiler.settings.serverTokens = choice != 1
        },
    ]

    /// Where requests go.
    private static let upstreams: [DirectiveRow] = [
        balancing("hash", "KEY [consistent]", arity: 1...2),
        balancing("ip_hash", "", arity: 0...0),
        DirectiveRow("keepalive", "CONNECTIONS", in: .upstream) { directive, compiler throws(Diagnostic) in
            try compiler.setUpstreamKeepalive(directive)
        },
        balancing("least_conn", "", arity: 0...0),
        DirectiveRow("proxy_pass", "http[s]://HOST[:PORT]", in: .server, repeats: true) {
            directive, compiler throws(Diagnostic) in
            try compiler.addProxyPass(directive)
        },
        balancing("random", "[two [least_conn]]", arity: 0...2),
        DirectiveRow("server", "ADDRESS[:PORT] [OPTION…]", in: .upstream, arity: 1...16, repeats: true) {
            directive, compiler throws(Diagnostic) in try compiler.addServer(directive)
        },
        DirectiveRow("ssl_client_certificate", "PATH", in: .server) { directive, compiler throws(Diagnostic) in
            try compiler.setClientAuthorities(directive)
        },
        DirectiveRow("ssl_crl", "PATH", in: .server) { directive, compiler throws(Diagnostic) in
            try compiler.setClientRevocations(directive)
        },
        DirectiveRow("ssl_verify_client", "on | optional | optional_no_ca | off", in: .server) {
            directive, compiler throws(Diagnostic) in try compiler.setClientDemand(directive)
        },
        DirectiveRow("ssl_verify_depth", "NUMBER", in: .server) { directive, compiler throws(Diagnostic) in
            try compiler.setClientDepth(directive)
        },
        DirectiveRow("upstream", "NAME", in: [.http, .server], hasBlock: true, repeats: true) {
            directive, compiler throws(Diagnostic) in
            try compiler.addUpstream(directive)
        },
    ]

    /// How backends over TLS are known.
    static func backendTLS(prefix: String) -> [DirectiveRow] {
        [
            DirectiveRow("\(prefix)_ssl_name", "NAME") { directive, compiler throws(Diagnostic) in
                try compiler.setBackendName(directive)
            },
            DirectiveRow("\(prefix)_ssl_trusted_certificate", "PATH") { directive, compiler throws(Diagnostic) in
                try compiler.setBackendAuthorities(directive)
            },
            DirectiveRow("\(prefix)_ssl_verify", "on | off") { directive, compiler throws(Diagnostic) in
                try compiler.setBackendVerification(directive)
            },
        ]
    }

    private static func balancing(_ name: String, _ form: String, arity: ClosedRange<Int>) -> DirectiveRow {
        DirectiveRow(name, form, in: .upstream, arity: arity) { directive, compiler throws(Diagnostic) in
            try compiler.setBalancing(directive)
        }
    }

    /// The row of a directive that is on or off.
    static func onOff(
        _ name: String, _ setting: any WritableKeyPath<DirectiveSettings, Bool?> & Sendable,
        in contexts: DirectiveContexts = .settings
    ) -> DirectiveRow {
        DirectiveRow(name, "on | off", in: contexts) { directive, compiler throws(Diagnostic) in
            compiler.settings[keyPath: setting] = try directive.choice(directive.arguments[0], ["on", "off"]) == 0
        }
    }

    /// The row of a directive that says a time.
    static func time(
        _ name: String, _ setting: any WritableKeyPath<DirectiveSettings, Duration?> & Sendable
    ) -> DirectiveRow {
        DirectiveRow(name, "TIME") { directive, compiler throws(Diagnostic) in
            compiler.settings[keyPath: setting] = try directive.time(directive.arguments[0])
        }
    }
}
