extension Theme {
    /// `auth_request`: whether another location says yes.
    static let subrequests = Theme(
        "auth_request",
        [
            Case(
                "what the other location says",
                (["200", "201", "204", "301", "302", "400", "401", "403", "404", "500", "503"].map {
                    """
                    location /by/\($0)/ { auth_request /say/\($0); proxy_pass http://@BACKEND@; }
                    location = /say/\($0) { internal; return \($0); }
                    """
                } + [
                    """
                    location /asked/ {
                        auth_request /auth;
                        auth_request_set $who $upstream_http_x_who;
                        auth_request_set $code $upstream_status;
                        proxy_set_header X-Who $who;
                        proxy_set_header Host $http_host;
                        add_header X-Code $code always;
                        proxy_pass http://@BACKEND@;
                    }
                    location = /auth {
                        internal;
                        proxy_pass http://@BACKEND@/check;
                        proxy_pass_request_body off;
                        proxy_set_header Content-Length "";
                        proxy_set_header X-Original $request_uri;
                    }
                    location /off/ { auth_request off; proxy_pass http://@BACKEND@; }
                    """
                ]).joined(separator: "\n"),
                ["200", "201", "204", "301", "302", "400", "401", "403", "404", "500", "503"].map {
                    Ask(stringLiteral: "/by/\($0)/x")
                } + [
                    "/asked/x?y=1", "POST /asked/x\n\nbody", "/asked/\nX-Reply-Field: X-Who: ann",
                    "/asked/\nX-Reply: 401\nX-Reply-Field: WWW-Authenticate: Bearer", "/asked/\nX-Reply: 403",
                    "/asked/\nX-Reply: 302", "/off/", "/auth",
                ])
        ])
}
