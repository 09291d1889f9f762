extension Theme {
    /// `rewrite`, `set`, `if`, `break`, and inner redirects.
    static let rewriting = Theme(
        "rewriting",
        rewrites.map { Case($0, $0, rewritten) }
            + conditions.map { condition in
                Case(
                    "if \(condition)", "if \(condition) { return 402; }",
                    [
                        "/", "/a", "/a?x=1", "/a?x=", "/a?x=0", "POST /a\n\nb", "HEAD /",
                        "/\nUser-Agent: Mozilla/5.0 bot",
                        "/\nUser-Agent: curl/8", "/\nCookie: a=1", "/old/x",
                    ])
            }
            + [
                Case(
                    "if inside of a location",
                    """
                    location /a/ {
                        if ($arg_x) { return 402; }
                        if ($request_method = POST) { rewrite ^ /b/posted break; }
                        if ($arg_h) { add_header X-If "$arg_h"; }
                        proxy_pass http://@BACKEND@;
                    }
                    """, ["/a/", "/a/?x=1", "POST /a/\n\nb", "/a/?h=1", "/b/"]),
                Case(
                    "the answer to a browser that asks before it sends",
                    """
                    location / {
                        if ($request_method = OPTIONS) {
                            add_header Access-Control-Allow-Origin *;
                            add_header Access-Control-Max-Age 600;
                            return 204;
                        }
                        add_header Access-Control-Allow-Origin $http_origin always;
                        proxy_pass http://@BACKEND@;
                    }
                    """, isRouted: false,
                    ["OPTIONS /", "/\nOrigin: http://o.test", "/", "/\nX-Reply: 404\nOrigin: http://o.test"]),
                Case(
                    "set and its order",
                    """
                    set $a 1; set $b "$a-2"; set $a 3;
                    add_header X-Vars "$a $b $c";
                    if ($arg_x) { set $a x; set $c "${b}c"; }
                    if ($uri ~ ^/(\\w+)/(\\w+)) { set $c "$2/$1"; }
                    set $unset $arg_none;
                    """, ["/", "/?x=1", "/p/q", "/p/q?x=1"]),
                Case(
                    "rewrites go on, stop or go round",
                    """
                    location /last/ { rewrite ^/last/(.*)$ /target/$1 last; return 500; }
                    location /break/ { rewrite ^/break/(.*)$ /target/$1 break; proxy_pass http://@BACKEND@; }
                    location /breakpath/ { rewrite ^/breakpath/(.*)$ /target/$1 break; proxy_pass http://@BACKEND@/lost/; }
                    location /target/ { proxy_pass http://@BACKEND@; add_header X-Uri $uri; add_header X-Asked $request_uri; }
                    location /twice/ { rewrite ^/twice/(.*) /mid/$1; rewrite ^/mid/(.*) /target/$1; }
                    location /round/ { rewrite ^/round/(.*)$ /round/$1x last; }
                    location /args/ { rewrite ^/args/(.*)$ /target/$1?new=1 last; }
                    location /noargs/ { rewrite ^/noargs/(.*)$ /target/$1?new=1? last; }
                    location /drop/ { rewrite ^/drop/(.*)$ /target/$1? last; }
                    location /enc/ { rewrite ^/enc/(.*)$ /target/$1 last; }
                    """,
                    [
                        "/last/x?y=1", "/break/x?y=1", "/break/a%20b", "/breakpath/x", "/twice/x", "/round/x",
                        "/args/x?y=1",
                        "/args/x", "/noargs/x?y=1", "/drop/x?y=1", "/enc/a%20b", "/enc/a%2fb", "/enc/a%3fb",
                        "/enc/%C3%A9",
                        "/enc/a%25b", "/enc/a+b", "/last/../last/x", "POST /last/x\n\nbody",
                    ]),
                Case(
                    "internal locations",
                    """
                    location /in/ { internal; proxy_pass http://@BACKEND@; }
                    location /go/ { rewrite ^/go/(.*)$ /in/$1 last; }
                    """, ["/in/x", "/go/x", "/go/../in/x"]),
            ])

    private static let rewritten: [Ask] = [
        "/", "/old/x", "/old/x?q=1", "/old/a%20b", "/OLD/x", "/other?old", "POST /old/x\n\nbody", "HEAD /old/x",
    ]

    private static let rewrites = [
        "rewrite ^/old/(.*)$ /new/$1;", "rewrite ^/old/(.*)$ /new/$1 last;", "rewrite ^/old/(.*)$ /new/$1 break;",
        "rewrite ^/old/(.*)$ /new/$1 redirect;", "rewrite ^/old/(.*)$ /new/$1 permanent;",
        "rewrite ^/old/(.*)$ https://other.test/$1;", "rewrite ^/old/(.*)$ https://other.test/$1 permanent;",
        "rewrite ^/old/(.*)$ $scheme://other.test/$1 redirect;", "rewrite ^/old/(.*)$ /new/$1? permanent;",
        "rewrite ^/old/(.*)$ /new/$1?a=b permanent;", "rewrite ^/old/(.*)$ /new?path=$1 redirect;",
        "rewrite (?i)^/old/(.*)$ /new/$1;", "rewrite ^ /all;", "rewrite ^ /all permanent;", "rewrite ^/$ /index.html;",
        "rewrite ^/(\\w+)/(\\w+)$ /$2/$1;", "rewrite ^/old/(?<name>.*)$ /new/$name;", "rewrite ^(.*)$ $1/;",
        "rewrite ^/old http://other.test redirect;",
        "rewrite ^/old /a%20b;",
    ]

    private static let conditions = [
        "($arg_x)", "($arg_x = 1)", "($arg_x != 1)", "($request_method = POST)", "($request_method != GET)",
        "($http_user_agent ~ bot)", "($http_user_agent ~* BOT)", "($http_user_agent !~ curl)",
        "($http_user_agent !~* CURL)", "($http_user_agent ~* \"(bot|curl)/\")", "($uri ~ ^/old/(.*)$)", "($host = x)",
        "($cookie_a)", "($http_cookie ~* \"a=([^;]+)\")", "($args)", "($is_args)", "($scheme = http)", "($https = on)",
        "($request_uri = /a)", "($arg_x = \"\")", "($uri = '/a')", "($remote_addr = 127.0.0.1)", "($http_none)",
    ]
}
