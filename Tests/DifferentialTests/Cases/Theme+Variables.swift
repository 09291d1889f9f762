extension Theme {
    /// Each variable in a field of the answer and in one of the request.
    static let variables = Theme(
        "variables",
        [
            "args", "arg_a", "content_length", "content_type", "cookie_a", "document_uri", "host", "http_host",
            "http_user_agent", "http_x_forwarded_for", "http_cookie", "https", "is_args", "query_string", "remote_addr",
            "remote_user", "request", "request_method", "request_uri", "scheme", "server_addr", "server_name",
            "server_port", "server_protocol", "uri", "request_length", "proxy_host", "proxy_port", "status",
            "sent_http_content_type", "upstream_http_x_backend",
            "upstream_status", "upstream_addr",
            "realip_remote_addr", "sent_http_x_none", "upstream_http_x_none", "http_none", "cookie_none",
        ].map { name in
            Case(
                "$\(name)", "add_header X-Value \"[$\(name)]\" always;",
                [
                    "/p/q?a=1&b=2\nCookie: a=1; b=2\nUser-Agent: test/1\nX-List: a\nX-List: b",
                    "POST /a%20b\nContent-Type: text/x\nX-Forwarded-For: 1.1.1.1\n\nbody",
                    "/\nX-Reply: 404\nX-Reply-Field: Set-Cookie: a=5; Path=/\nCookie: x=1\nCookie: a=7",
                ])
        }
            + [
                Case(
                    "$proxy_add_x_forwarded_for", "add_header X-Value \"[$proxy_add_x_forwarded_for]\";",
                    ["/", .differing("untrusted-claims", "/\nX-Forwarded-For: 1.1.1.1")]),
                Case(
                    "$http_NAME of several fields", "add_header X-Value \"[$http_x_list]\";",
                    ["/\nX-List: a", .differing("several-fields", "/\nX-List: a\nX-List: b")]),
            ]
            + [
                "args", "arg_a", "host", "http_host", "http_user_agent", "request_method", "request_uri", "scheme",
                "uri",
                "server_name", "proxy_host", "proxy_add_x_forwarded_for", "cookie_a", "content_type", "remote_addr",
            ].map { name in
                Case(
                    "$\(name) to the backend",
                    "proxy_set_header X-Value \"[$\(name)]\"; proxy_set_header Host $http_host;",
                    ["/p/q?a=1&b=2\nCookie: a=1; b=2\nUser-Agent: test/1", "POST /a%20b\nContent-Type: text/x\n\nbody"])
            })
}
