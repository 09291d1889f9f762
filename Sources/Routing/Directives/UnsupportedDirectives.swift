/// Directives of nginx that are known by name and refused, so that they are not taken for slips of the hand.
enum UnsupportedDirectives {
    /// What to do instead of one of them; nil where there is nothing to say.
    static func advice(for name: String, in context: DirectiveContexts = .server) -> String? {
        if context == .http, let advice = advisedForAll[name] { return advice }
        return advised[name]
    }

    /// Whether it is the name of one of them.
    static func contains(_ name: String) -> Bool { advised[name] != nil || names.contains(name) }

    /// Whether it begins like those of a whole module that is not supported.
    static func hasPrefix(of name: String) -> Bool { prefixes.contains { name.hasPrefix($0) } }

    private static let advisedForAll: [String: String] = [
        "http": "this file is the inside of http { } already: write its directives alone",
        "listen": "the ports of all hosts are set when Portico is started, with --http and --https",
        "server":
            "write its directives into vhost.d/HOST, where HOST is its server_name; with proxy_pass or a location "
            + "there the host needs no container",
        "geo": "write allow and deny, or a map of $remote_addr with regular expressions",
        "split_clients": "share requests by the weights of the servers in an upstream",
    ]

    private static let advised: [String: String] = [
        "else": "nginx has no else: write a second if with the opposite condition",
        "events": "a file of vhost.d is the inside of server { }: write its directives alone",
        "fastcgi_split_path_info":
            "write location ~ ^(/.+[.]php)(/.*)?$ and in it fastcgi_param SCRIPT_NAME $1; and fastcgi_param PATH_INFO $2;",
        "http": "a file of vhost.d is the inside of server { }: write its directives alone",
        "listen": "the ports of all hosts are set when Portico is started, with --http and --https",
        "server": "a file of vhost.d is already the inside of server { }: write the directives without it",
        "ssl_certificate": "put the pair into the folder of certificates as HOST.crt and HOST.key",
        "ssl_certificate_key": "put the pair into the folder of certificates as HOST.crt and HOST.key",
        "stream": "a file of vhost.d is the inside of server { }: write its directives alone",
        "user": "a file of vhost.d is the inside of server { }: write its directives alone",
        "worker_processes": "the number of workers is set when Portico is started, with --workers",
    ]

    /// Those that there is no advice for.
    static let names: Set<String> = [
        "absolute_redirect", "add_header_inherit", "add_trailer", "auth_delay", "charset",
        "client_body_in_file_only", "client_body_in_single_buffer", "directio", "disable_symlinks",
        "geo", "geoip_country", "gunzip", "http2", "http3", "ignore_invalid_headers",
        "image_filter", "keepalive_disable", "log_subrequest", "max_ranges",
        "merge_slashes", "mirror", "mirror_request_body", "msie_padding",
        "open_file_cache", "perl_set", "port_in_redirect", "proxy_bind", "proxy_cache", "proxy_cookie_domain",
        "proxy_cookie_path", "proxy_method", "proxy_set_body", "proxy_store",
        "quic_retry", "random_index", "read_ahead",
        "referer_hash_max_size", "rewrite_log", "server_name_in_redirect",
        "slice", "source_charset", "split_clients",
        "ssi", "ssl", "stub_status", "sub_filter", "sub_filter_once", "sub_filter_types",
        "subrequest_output_buffer_size", "underscores_in_headers",
        "uninitialized_variable_warn", "valid_referers", "xslt_stylesheet",
    ]

    private static let prefixes = [
        "access_by_", "addition_", "auth_jwt", "body_filter_by_", "brotli", "content_by_", "dav_",
        "fastcgi_", "grpc_", "gzip", "header_filter_by_", "js_", "log_by_", "lua_",
        "memcached_", "more_", "pagespeed", "proxy_", "rewrite_by_", "scgi_", "secure_link", "set_by_", "ssl_",
        "userid", "uwsgi_",
    ]
}
