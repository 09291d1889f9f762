extension Theme {
    /// `proxy_pass` with and without a path, in locations of every kind.
    static let passing = Theme(
        "proxy_pass",
        [
            ("/a/", ""), ("/a/", "/"), ("/a/", "/b"), ("/a/", "/b/"), ("/a", ""), ("/a", "/"), ("/a", "/b"),
            ("/a", "/b/"),
            ("= /a", ""), ("= /a", "/"), ("= /a", "/b/c"), ("^~ /a/", "/b/"), ("/a/", "/b%20c/"), ("/a/", "/b?x=1"),
            ("/", "/"), ("/", "/b"), ("/", "/b/"),
        ].map { location, path in
            Case(
                "location \(location) to \(path.isEmpty ? "no path" : path)",
                "location \(location) { proxy_pass http://@BACKEND@\(path); }", isRouted: location != "/",
                [
                    "/a", "/a/", "/a/x", "/a/x?q=1", "/a/x%20y", "/a/x%2fy", "/a//x", "/a/./x", "/a/../a/x", "/a/é",
                    "/a/%C3%A9", "/a/x;y", "/a/%7e", "/a/x%3fy", "/a/x%23y", "/a/x%25y", "/a/?", "/ab", "/a%2fx",
                    "/a/x+y",
                    "/a/x:y@z", "/a/%22", "/a/x|y", "/a/{x}", "/a?x", "POST /a/\n\nbody",
                ])
        }
            + [
                Case(
                    "expressions and variables",
                    """
                    location ~ ^/re/(.*)$ { proxy_pass http://@BACKEND@; }
                    location ~ ^/cap/(?<tail>.*)$ { proxy_pass http://@BACKEND@/to/$tail; }
                    location ~ ^/query/(.*)$ { proxy_pass http://@BACKEND@/to/$1$is_args$args; }
                    location /var/ { proxy_pass http://@BACKEND@$request_uri; }
                    location /fixed/ { proxy_pass http://@BACKEND@/fixed?$args; }
                    """,
                    [
                        "/re/x?y", "/re/a%20b", "/cap/x", "/cap/x?lost=1", "/query/x?a=1", "/query/x", "/var/x?y=%20",
                        "/fixed/x?y",
                    ]),
                Case(
                    "an upstream of its own",
                    """
                    location /up/ { proxy_pass http://@BACKEND@; proxy_set_header Host $proxy_host; }
                    location /named/ { proxy_pass http://@BACKEND@; proxy_set_header X-Port $proxy_port; }
                    """, ["/up/", "/named/x"]),
            ])
}
