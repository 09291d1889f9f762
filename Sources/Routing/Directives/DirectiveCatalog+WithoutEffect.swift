internal import Bytes

extension DirectiveCatalog {
    /// Directives that are checked as nginx checks them and change nothing: what they tune is not there, because bodies are
    /// always streamed and the limits behind them are generous.
    static let withoutEffect: [DirectiveRow] =
        flags.map(flag) + sizes.map(size) + numbers.map(number) + times.map(time) + sizedNumbers.map(buffers) + others

    private static let flags: [String] = [
        "chunked_transfer_encoding", "fastcgi_buffering", "fastcgi_ignore_client_abort",
        "fastcgi_request_buffering",
        "fastcgi_socket_keepalive", "grpc_socket_keepalive", "grpc_ssl_server_name", "grpc_ssl_session_reuse",
        "lingering_close", "proxy_buffering", "proxy_ignore_client_abort",
        "proxy_request_buffering", "proxy_socket_keepalive", "proxy_ssl_server_name", "proxy_ssl_session_reuse",
        "http2_push_preload", "reset_timedout_connection", "sendfile",
        "ssl_session_tickets", "tcp_nodelay", "tcp_nopush",
    ]

    private static let sizes: [String] = [
        "client_body_buffer_size", "client_header_buffer_size", "connection_pool_size", "fastcgi_buffer_size",
        "fastcgi_busy_buffers_size", "fastcgi_max_temp_file_size", "fastcgi_temp_file_write_size",
        "grpc_buffer_size",
        "http2_body_preread_size", "http2_chunk_size", "http2_max_field_size", "http2_max_header_size",
        "http2_pool_size", "http2_recv_buffer_size",
        "postpone_output",
        "proxy_buffer_size", "proxy_busy_buffers_size", "proxy_max_temp_file_size",
        "proxy_temp_file_write_size", "request_pool_size", "sendfile_max_chunk", "ssl_buffer_size",
    ]

    private static let numbers: [String] = [
        "grpc_ssl_verify_depth", "http2_max_concurrent_pushes", "http2_max_requests", "http2_streams_index_size",
        "proxy_ssl_verify_depth", "proxy_headers_hash_bucket_size",
        "proxy_headers_hash_max_size",
        "server_names_hash_bucket_size", "server_names_hash_max_size",
        "types_hash_bucket_size", "types_hash_max_size", "variables_hash_bucket_size", "variables_hash_max_size",
    ]

    private static let times: [String] = [
        "http2_idle_timeout", "http2_recv_timeout", "keepalive_time", "lingering_time", "lingering_timeout",
        "resolver_timeout",
    ]

    private static let sizedNumbers: [String] = [
        "fastcgi_buffers", "large_client_header_buffers", "output_buffers", "proxy_buffers",
    ]

    private static let others: [DirectiveRow] = [
        silent("client_body_temp_path", "PATH [LEVEL…]", arity: 1...4),
        silent("proxy_temp_path", "PATH [LEVEL…]", arity: 1...4),
        DirectiveRow("ssl_session_timeout", "TIME") { directive, _ throws(Diagnostic) in
            _ = try directive.seconds(directive.arguments[0])
        },
        silent("ssl_session_cache", "CACHE…", arity: 1...2),
        spoken(
            "fastcgi_keep_conn", "on | off",
            because: "connections to FastCGI applications are kept where the label keepalive has a number"),
        oneOf("proxy_http_version", ["1.0", "1.1"]),
        spoken(
            "http2_max_concurrent_streams", "NUMBER", in: [.http, .server],
            because: "every client may have 128 requests under way on a connection"),
        spoken("http2_push", "off | URI", because: "browsers take nothing that they have not asked for"),
        silent("keepalive_requests", "NUMBER", in: .upstream),
        silent("keepalive_time", "TIME", in: .upstream),
        silent("keepalive_timeout", "TIME", in: .upstream),
        silent("zone", "NAME [SIZE]", in: .upstream, arity: 1...2),
        spoken("error_log", "PATH [LEVEL]", arity: 1...2, because: "Portico's log goes to standard error"),
        spoken("resolver", "ADDRESS… [OPTION…]", arity: 1...20, because: "names are resolved as the system does"),
        spoken("ssl_ciphers", "CIPHERS", because: policy),
        spoken("ssl_ecdh_curve", "CURVES", because: policy),
        spoken("ssl_prefer_server_ciphers", "on | off", because: policy),
        spoken("ssl_protocols", "PROTOCOL…", arity: 1...6, because: policy),
    ]

    private static let policy = "SSL_POLICY decides on versions and ciphers of TLS"

    private static func flag(_ name: String) -> DirectiveRow {
        oneOf(name, name == "lingering_close" ? ["off", "on", "always"] : ["on", "off"])
    }

    private static func oneOf(_ name: String, _ choices: [String]) -> DirectiveRow {
        DirectiveRow(name, choices.joined(separator: " | ")) { directive, _ throws(Diagnostic) in
            _ = try directive.choice(directive.arguments[0], choices)
        }
    }

    private static func size(_ name: String) -> DirectiveRow {
        DirectiveRow(name, "SIZE") { directive, _ throws(Diagnostic) in
            _ = try directive.size(directive.arguments[0], allowsGiga: false)
        }
    }

    private static func number(_ name: String) -> DirectiveRow {
        DirectiveRow(name, "NUMBER") { directive, _ throws(Diagnostic) in
            _ = try directive.number(directive.arguments[0])
        }
    }

    private static func time(_ name: String) -> DirectiveRow {
        DirectiveRow(name, "TIME") { directive, _ throws(Diagnostic) in _ = try directive.time(directive.arguments[0]) }
    }

    private static func buffers(_ name: String) -> DirectiveRow {
        DirectiveRow(name, "NUMBER SIZE", arity: 2...2) { directive, _ throws(Diagnostic) in
            _ = try directive.number(directive.arguments[0])
            _ = try directive.size(directive.arguments[1], allowsGiga: false)
        }
    }

    private static func silent(
        _ name: String, _ form: String, in contexts: DirectiveContexts = .settings,
        arity: ClosedRange<Int> = 1...1
    ) -> DirectiveRow {
        DirectiveRow(name, form, in: contexts, arity: arity) { _, _ in }
    }

    private static func spoken(
        _ name: String,
        _ form: String,
        in contexts: DirectiveContexts = .settings,
        arity: ClosedRange<Int> = 1...1,
        because reason: String
    ) -> DirectiveRow {
        DirectiveRow(name, form, in: contexts, arity: arity, repeats: true) { directive, compiler in
            compiler.report(directive.diagnostic(.warning, directive.name, "\(name) has no effect: \(reason)"))
        }
    }
}
