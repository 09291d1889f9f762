internal import Routing

extension Environment {
    /// The global settings as nginx-proxy's debug endpoint names and shows them, with their defaults.
    var debugGlobals: [JSONValue.Member] {
        Self.shown.map { row in
            let text = self[row.variable] ?? row.standard
            return JSONValue.Member(row.name, text.map { .string($0) } ?? .null)
        } + [.init("nginx_proxy_version", .string("portico \(ProductVersion.text)"))]
    }

    private static let shown: [(name: String, variable: String, standard: String?)] = [
        ("acme_http_challenge", "ACME_HTTP_CHALLENGE_LOCATION", "true"),
        ("default_host", "DEFAULT_HOST", nil),
        ("default_root_response", "DEFAULT_ROOT", "404"),
        ("disable_access_logs", "DISABLE_ACCESS_LOGS", "false"),
        ("enable_debug_endpoint", "DEBUG_ENDPOINT", "false"),
        ("enable_http2", "ENABLE_HTTP2", "true"),
        ("enable_http3", "ENABLE_HTTP3", "false"),
        ("enable_http_on_missing_cert", "ENABLE_HTTP_ON_MISSING_CERT", "true"),
        ("enable_ipv6", "ENABLE_IPV6", "false"),
        ("enable_json_logs", "LOG_JSON", "false"),
        ("external_http_port", "HTTP_PORT", "80"),
        ("external_https_port", "HTTPS_PORT", "443"),
        ("hsts", "HSTS", "max-age=31536000"),
        ("https_method", "HTTPS_METHOD", "redirect"),
        ("log_format", "LOG_FORMAT", nil),
        ("log_format_escape", "LOG_FORMAT_ESCAPE", nil),
        ("non_get_redirect", "NON_GET_REDIRECT", "301"),
        ("prefer_ipv6_network", "PREFER_IPV6_NETWORK", "false"),
        ("proxy_protocol", "ENABLE_PROXY_PROTOCOL", "false"),
        ("resolvers", "RESOLVERS", nil),
        ("sha1_upstream_name", "SHA1_UPSTREAM_NAME", "false"),
        ("ssl_policy", "SSL_POLICY", "Mozilla-Intermediate"),
        ("trust_default_cert", "TRUST_DEFAULT_CERT", "true"),
        ("trust_downstream_proxy", "TRUST_DOWNSTREAM_PROXY", "false"),
    ]
}
