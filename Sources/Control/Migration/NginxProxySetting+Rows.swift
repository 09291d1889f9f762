extension NginxProxySetting {
    /// The variables of the proxy itself.
    package static let proxyVariables: [NginxProxySetting] = [
        .init("ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST", .same),
        .init("ACME_HTTP_CHALLENGE_LOCATION", .same),
        .init("DEBUG_ENDPOINT", .better),
        .init("DEFAULT_HOST", .same),
        .init("DEFAULT_ROOT", .same),
        .init("DHPARAM_BITS", .same),
        .init("DHPARAM_GENERATION", .unsupported),
        .init("DHPARAM_SKIP", .same),
        .init("DISABLE_ACCESS_LOGS", .same),
        .init("DOCKER_CERT_PATH", .same),
        .init("DOCKER_CONTAINER_FILTERS", .better),
        .init("DOCKER_HOST", .same),
        .init("DOCKER_TLS_VERIFY", .same),
        .init("ENABLE_HTTP2", .same),
        .init("ENABLE_HTTP3", .unsupported, "clients speak HTTP/2 and HTTP/1.1", harmless: no),
        .init("ENABLE_HTTP_ON_MISSING_CERT", .same),
        .init("ENABLE_IPV6", .same),
        .init("ENABLE_PROXY_PROTOCOL", .better),
        .init("HSTS", .same),
        .init("HTTPS_METHOD", .same),
        .init("HTTPS_PORT", .same),
        .init("HTTP_PORT", .same),
        .init("LOG_FORMAT", .same),
        .init("LOG_FORMAT_ESCAPE", .same),
        .init("LOG_JSON", .same),
        .init("NGINX_CONTAINER_LABEL", .same),
        .init("NON_GET_REDIRECT", .same),
        .init("NO_COLOR", .same),
        .init("PREFER_IPV6_NETWORK", .same),
        .init("RESOLVERS", .unsupported),
        .init("SHA1_UPSTREAM_NAME", .unsupported),
        .init("SSL_POLICY", .same),
        .init("TRUST_DEFAULT_CERT", .same),
        .init("TRUST_DOWNSTREAM_PROXY", .different),
    ]

    /// The variables of the containers behind the proxy.
    package static let containerVariables: [NginxProxySetting] = [
        .init("ACME_HTTP_CHALLENGE_LOCATION", .same),
        .init("CERT_NAME", .same),
        .init("ENABLE_HTTP_ON_MISSING_CERT", .same),
        .init("EXTERNAL_HTTPS_PORT", .same),
        .init("EXTERNAL_HTTP_PORT", .same),
        .init("HSTS", .same),
        .init("HTTPS_METHOD", .same),
        .init("NETWORK_ACCESS", .better),
        .init("SERVER_TOKENS", .same),
        .init("SSL_POLICY", .same),
        .init("SSL_VERIFY_CLIENT", .better),
        .init("VIRTUAL_DEST", .same),
        .init("VIRTUAL_HOST", .same),
        .init("VIRTUAL_HOST_MULTIPORTS", .better),
        .init("VIRTUAL_PATH", .same),
        .init("VIRTUAL_PORT", .same),
        .init("VIRTUAL_PROTO", .different),
        .init("VIRTUAL_ROOT", .same),
    ]

    /// The labels of the containers behind the proxy, without `com.github.nginx-proxy.nginx-proxy.` before them.
    package static let labels: [NginxProxySetting] = [
        .init("debug-endpoint", .better),
        .init("http2.enable", .same),
        .init("http3.enable", .unsupported, "clients speak HTTP/2 and HTTP/1.1", harmless: no),
        .init("keepalive", .better),
        .init("loadbalance", .different),
        .init("non-get-redirect", .same),
        .init("ssl_verify_client", .better),
        .init("trust-default-cert", .same),
    ]

    /// The files and folders, by their paths in nginx-proxy's container.
    package static let files: [NginxProxySetting] = [
        .init("/app/nginx.tmpl", .unsupported, "there is no template; put directives into vhost.d"),
        .init("/etc/nginx/certs/NAME.ca.crt", .better),
        .init("/etc/nginx/certs/NAME.chain.pem", .better),
        .init("/etc/nginx/certs/NAME.crl.pem", .better),
        .init("/etc/nginx/certs/NAME.crt", .better),
        .init("/etc/nginx/certs/NAME.dhparam.pem", .better),
        .init("/etc/nginx/certs/NAME.key", .better),
        .init("/etc/nginx/certs/ca.crl.pem", .better),
        .init("/etc/nginx/certs/ca.crt", .better),
        .init("/etc/nginx/certs/default.crt", .same),
        .init("/etc/nginx/conf.d/*.conf", .better),
        .init("/etc/nginx/dhparam/dhparam.pem", .better),
        .init("/etc/nginx/fastcgi.conf", .same),
        .init("/etc/nginx/fastcgi_params", .same),
        .init("/etc/nginx/htpasswd/HOST", .better),
        .init("/etc/nginx/htpasswd/HOST_SHA1", .better),
        .init("/etc/nginx/network_internal.conf", .better),
        .init("/etc/nginx/passwords/HOST", .better),
        .init("/etc/nginx/proxy.conf", .better),
        .init("/etc/nginx/toplevel.conf.d/*.conf", .unsupported, "streams of TCP and UDP are not forwarded"),
        .init("/etc/nginx/vhost.d/HOST", .better),
        .init("/etc/nginx/vhost.d/HOST_SHA1_location", .better),
        .init("/etc/nginx/vhost.d/HOST_SHA1_location_override", .better),
        .init("/etc/nginx/vhost.d/HOST_location", .better),
        .init("/etc/nginx/vhost.d/HOST_location_override", .better),
        .init("/etc/nginx/vhost.d/default", .better),
        .init("/etc/nginx/vhost.d/default_location", .better),
        .init("/usr/share/nginx/html/.well-known/acme-challenge", .same),
        .init("/usr/share/nginx/html/errors/50x.html", .better),
        .init("/var/log/nginx", .same),
    ]

    /// Variables that Portico adds, which nginx-proxy does not know.
    package static let own: Set<String> = [
        "CLIENT_HEADER_TIMEOUT", "CLIENT_MIN_RATE", "HEALTH", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID",
        "LOGIN_ATTEMPTS",
        "MEMORY_LIMIT", "NOTIFY_SOCKET",
        "PORTICO_CONTROL", "PORTICO_HANDOVER", "PORTICO_SANDBOX", "PORTICO_USER", "WATCHDOG_PID", "WATCHDOG_USEC",
        "XDG_RUNTIME_DIR",
    ]

    private static let no: Set<String> = ["", "0", "f", "false", "no", "off"]
}
