extension Theme {
    /// What the backend is told: the default set, `proxy_set_header`, and what is never passed on.
    static let requestFields = Theme(
        "fields of the request",
        [
            Case(
                "the default set", "",
                [
                    "/", "/a?b=c", "POST /p\n\nbody", "PUT /p\n\nbody", "DELETE /d", "PATCH /p\n\nx", "OPTIONS /o",
                    "HEAD /h",
                    .differing("options-asterisk", "OPTIONS *"), "PROPFIND /dav",
                    "/\nX-Forwarded-For: 1.2.3.4\nX-Real-IP: 1.2.3.4\nX-Forwarded-Proto: https",
                    "/\nX-Forwarded-Host: evil.test\nX-Forwarded-Port: 1\nX-Forwarded-Ssl: on\nX-Original-URI: /x",
                    "/\nForwarded: for=1.2.3.4\nProxy: evil",
                    "/\nTE: trailers\nKeep-Alive: 5", .differing("proxy-connection", "/\nProxy-Connection: keep-alive"),
                    "/\nUpgrade: websocket", "/\nA_b: dropped\nA-B: kept", "/\nCookie: a=1\nCookie: b=2",
                    "/\nAccept: a\nAccept: b", "/\nX-Empty:", "/\nX-Spaces:    a  b   ",
                    .differing("leading-tab", "/\nX-Tab:\ta\tb"),
                    "/\nRange: bytes=0-1\nIf-None-Match: \"x\"", "/\nAuthorization: Bearer t", "/\nX-High: é",
                    "POST /c\nTransfer-Encoding: chunked\n\n3\r\nabc\r\n0\r\n\r\n", "/\nExpect: 100-continue",
                    .differing(
                        "request-trailers",
                        "POST /t\nTransfer-Encoding: chunked\n\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nHost: evil.test\r\n\r\n"),
                    .differing("absolute-form", "http://c0.test/absolute?x=1"),
                    .differing("forwarded-port", "/\nHost: c0.test:8080"),
                    .differing("forwarded-port", "/\nHost: C0.TEST"), .differing("forwarded-port", "/\nHost: c0.test."),
                ]),
            Case(
                "proxy_set_header drops the default set", "proxy_set_header X-New $remote_addr;",
                [
                    "/", "/\nCookie: a=1\nX-New: theirs",
                    .differing("untrusted-claims", "/\nX-Forwarded-Proto: https"),
                ]),
            Case(
                "proxy_set_header",
                """
                proxy_set_header Host $host;
                proxy_set_header X-A "a $request_method";
                proxy_set_header X-Empty "";
                proxy_set_header Accept-Encoding "";
                proxy_set_header X-Uri $request_uri;
                proxy_set_header Authorization "Basic $arg_token";
                """,
                [
                    "/", "/?token=x", "/\nAccept-Encoding: gzip\nX-A: theirs\nX-Empty: theirs",
                    "/\nAuthorization: Bearer t",
                ]),
            Case("proxy_set_header Host by text", "proxy_set_header Host fixed.test;", ["/", "POST /\n\nx"]),
            Case("proxy_set_header Host empty", "proxy_set_header X-B b;", ["/"]),
        ])
}
