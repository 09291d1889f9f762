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
    ]

    private static let advised: [String: String] = [
        "add_header_inherit": "repeat the fields of the level around in each level that has an add_header of its own",
        "auth_delay": "remove it: passwords are checked on threads of their own, where guessing slows down nobody else",
        "charset": "write add_header Content-Type, or have the backend say its charset",
        "else": "nginx has no else: write a second if with the opposite condition",
        "events": "a file of vhost.d is the inside of server { }: write its directives alone",
        "fastcgi_split_path_info":
            "write location ~ ^(/.+[.]php)(/.*)?$ and in it fastcgi_param SCRIPT_NAME $1; and fastcgi_param PATH_INFO $2;",
        "geo": "write allow and deny, or in a file of conf.d a map of $remote_addr with regular expressions",
        "http": "a file of vhost.d is the inside of server { }: write its directives alone",
        "http3": "remove it: clients speak HTTP/1.1 and HTTP/2",
        "ignore_invalid_headers": "remove it: fields with names that are none are always refused",
        "listen": "the ports of all hosts are set when Portico is started, with --http and --https",
        "merge_slashes": "remove it: locations are chosen with // as /, and backends get the path as it came",
        "mirror": "have the backend, or a log of requests, feed the other one: requests are sent to one backend",
        "proxy_bind": "remove it: the system chooses the address that backends are reached from",
        "proxy_cache": "put a cache such as varnish behind Portico: answers are not kept",
        "proxy_cookie_domain": "have the backend set its cookies without Domain",
        "proxy_cookie_path": "have the backend set its cookies for the path that clients see",
        "proxy_method": "have the backend take the method that clients use",
        "proxy_set_body": "have the backend take the body that clients send",
        "proxy_store": "put a cache such as varnish behind Portico: answers are not kept",
        "server": "a file of vhost.d is already the inside of server { }: write the directives without it",
        "slice": "remove it: ranges are passed to backends as they are asked for",
        "split_clients": "share requests by the weights of the servers in an upstream",
        "ssi": "have the backend put its pages together: bodies are passed on as they are",
        "ssl": "remove it: a host is served over https as soon as its pair is in the folder of certificates",
        "ssl_certificate": "put the pair into the folder of certificates as HOST.crt and HOST.key",
        "ssl_certificate_key": "put the pair into the folder of certificates as HOST.crt and HOST.key",
        "stream": "a file of vhost.d is the inside of server { }: write its directives alone",
        "stub_status": "ask with: portico routes",
        "sub_filter": "have the backend write what clients shall read: bodies are passed on as they are",
        "underscores_in_headers":
            "remove it: fields with _ in their names never reach a backend, which could take them for others",
        "user": "a file of vhost.d is the inside of server { }: write its directives alone",
        "valid_referers": "write if ($http_referer !~ PATTERN) { return 403; }",
        "worker_processes": "the number of workers is set when Portico is started, with --workers",
    ]

    /// Their names.
    static var known: [String] { Array(names) + Array(advised.keys) }

    /// Those that there is no advice for.
    private static let names: Set<String> = [
        "absolute_redirect", "add_trailer",
        "client_body_in_file_only", "client_body_in_single_buffer", "directio", "disable_symlinks",
        "geoip_country", "gunzip",
        "image_filter", "keepalive_disable", "log_subrequest", "max_ranges",
        "mirror_request_body", "msie_padding",
        "open_file_cache", "perl_set", "port_in_redirect",

        "quic_retry", "random_index", "read_ahead",
        "referer_hash_max_size", "rewrite_log", "server_name_in_redirect",
        "source_charset",
        "sub_filter_once", "sub_filter_types",
        "subrequest_output_buffer_size",
        "uninitialized_variable_warn", "xslt_stylesheet",
    ]

    private static let prefixes = [
        "access_by_", "addition_", "auth_jwt", "body_filter_by_", "brotli", "content_by_", "dav_",
        "fastcgi_", "grpc_", "gzip", "header_filter_by_", "js_", "log_by_", "lua_",
        "memcached_", "more_", "pagespeed", "proxy_", "rewrite_by_", "scgi_", "secure_link", "set_by_", "ssl_",
        "userid", "uwsgi_",
    ]
}
