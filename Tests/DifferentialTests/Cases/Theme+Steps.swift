extension Theme {
    /// What is done to requests before they are served, step by step.
    static let steps = Theme(
        "steps",
        [
            Case(
                "rewrite",
                """
                location /x/ { rewrite ^/x/(.*)$ /y/$1?a=$1 break; proxy_pass http://@BACKEND@/pfx/; }
                location /z/ { rewrite ^/z/(.*)$ /y/$1 break; proxy_pass http://@BACKEND@; }
                location /rd/ { rewrite ^/rd/(.*)$ http://other.test/$1?q=1; }
                location /rs/ { rewrite ^/rs/(.*)$ https://other.test/$1 permanent; }
                location /rel/ { rewrite ^/rel/(.*)$ /t/$1 redirect; }
                location /drop/ { rewrite ^/drop/(.*)$ /kept/$1? break; proxy_pass http://@BACKEND@; }
                location /dropq/ { rewrite ^/dropq/(.*)$ /kept/$1?n=1? break; proxy_pass http://@BACKEND@; }
                location /last/ { rewrite ^/last/(.*)$ /inner/$1 last; return 500; }
                location /inner/ { internal; proxy_pass http://@BACKEND@/i/; }
                location /chain/ { rewrite ^/chain/(.*)$ /chain2/$1; rewrite ^/chain2/(.*)$ /last/$1; }
                location /brk/ { rewrite ^/brk/a /brk/b; break; proxy_pass http://@BACKEND@/c/; }
                location /circle/ { rewrite ^/circle/(.*)$ /circle/$1; }
                location /case/ { rewrite ^/CASE/(.*)$ /no/$1 break; rewrite (?i)^/CASE/(.*)$ /yes/$1 break; proxy_pass http://@BACKEND@; }
                location /two/ { rewrite ^/two/([^/]+)/([^/]+)$ /$2/$1 break; proxy_pass http://@BACKEND@; }
                """,
                [
                    "/x/a%20b+c?k=v", "/x/a%26%3f%3bb%3c%7cb?k=v", "/x/a", "/z/a%20b?k=v", "/z/%C3%A9", "/z/a%25",
                    "/z/a%3fb", "/rd/a", "/rd/a?k=v", "/rd/a%20b%26c+%3fd%23?k=v", "/rs/a?b", "/rel/a%20b?k=v",
                    "/drop/a?k=v",
                    "/dropq/a?k=v", "/last/a", "/last/a?b=c", "/inner/a", "/chain/a", "/brk/a", "/brk/c", "/circle/a",
                    "/case/a", "/two/a/b", "/two/a%2fb/c", "/two/a", "POST /z/a\n\nbody",
                ]),
            Case(
                "steps of the host",
                """
                add_header X-Host yes always;
                if ($request_method = TRACK) { return 405; }
                if ($arg_stop) { return 403; }
                if ($http_user_agent ~* "(bad|evil)bot") { return 302 http://r.test/$1; }
                if ($http_x_old) { rewrite ^/(.*)$ /new/$1 permanent; }
                rewrite ^/server/(.*)$ /moved/$1;
                set $kind none;
                if ($uri ~ "^/k/(?<k>[a-z]+)") { set $kind $k; }
                location /moved/ { return 302 http://r.test/moved$uri; }
                location /k/ { return 302 http://r.test/$kind/$k; }
                location /locked/ { deny all; proxy_pass http://@BACKEND@; }
                """,
                [
                    "/", "/?stop=1", "/?stop=0", "/?stop=", "/locked/?stop=1", "/locked/", "/a\nUser-Agent: an EvilBot",
                    "/a?b\nX-Old: 1", "/server/x", "/k/abc", "/k/1", "/k/",
                ]),
            Case(
                "conditions",
                """
                location / {
                  if ($arg_a) { return 302 http://r.test/a; }
                  if ($arg_b = one) { return 302 http://r.test/b; }
                  if ($arg_c != "") { return 302 http://r.test/c; }
                  if ($arg_d ~ ^x) { return 302 http://r.test/d; }
                  if ($arg_e ~* ^x) { return 302 http://r.test/e; }
                  if ($arg_f !~ ^$) { return 302 http://r.test/f; }
                  if ($http_x_g = "a b") { return 302 http://r.test/g; }
                  set $h "$arg_h$arg_i"; if ($h = 12) { return 302 http://r.test/h; }
                  return 302 http://r.test/none;
                }
                """, isRouted: false,
                [
                    "/", "/?a=1", "/?a=0", "/?a=00", "/?b=one", "/?b=One", "/?c=x", "/?d=xy", "/?d=X", "/?e=XY",
                    "/?f=z",
                    "/\nX-G: a b", "/?h=1&i=2",
                ]),
            Case(
                "ifs in locations",
                """
                location / { proxy_pass http://@BACKEND@/i/; add_header X-A a;
                  if ($arg_x) { add_header X-B b; } if ($arg_y) { add_header X-C c; } if ($arg_z) { set $q 1; }
                  if ($request_method = OPTIONS) { add_header Access-Control-Allow-Origin *; return 204; } }
                """, isRouted: false,
                ["/", "/?x=1", "/?y=1", "/?x=1&y=1", "/?x=1&z=1", "OPTIONS /", "/a%20b?x=1"]),
        ])
}
