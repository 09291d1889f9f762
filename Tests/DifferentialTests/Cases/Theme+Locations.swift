extension Theme {
    /// Which location a path leads to, in every spelling, and what it inherits.
    static let locations = Theme(
        "locations",
        [
            Case(
                "kinds of locations",
                """
                location /plain { return 302 /plain; }
                location = /exact { return 302 /exact; }
                location /exact { return 302 /prefix-of-exact; }
                location ^~ /final/ { return 302 /final; }
                location ~ \\.php$ { return 302 /regex; }
                location ~* \\.JPG$ { return 302 /regex-any-case; }
                location ~ ^/plain/regex { return 302 /regex-over-prefix; }
                location /plain/longer/ { return 302 /longer; }
                location ~ "^/a b$" { return 302 /blank; }
                location ~ "^/n{2}$" { return 302 /quantifier; }
                location ~ ^/\\d+/(?<rest>.*)$ { return 302 /digits-$1-$rest; }
                """,
                [
                    "/plain", "/plainer", "/plain/x", "/Plain", "/exact", "/exact/", "/exactly", "/final/", "/final",
                    "/final/x.php", "/x.php", "/x.PHP", "/x.php/y", "/x.jpg", "/x.Jpg", "/plain/regex",
                    "/plain/longer/",
                    "/plain/longer", "/plain/longer/x.php", "/a%20b", "/nn", "/n", "/12/rest/of", "/12/", "/12",
                    "/%70lain", "/./plain", "/x/../plain", "//plain", "/plain%2f", "/plain?x", "/final/../x.php",
                    "/final/%2e%2e/x.php", "/exact?query", "/exact%3f", "/other", "/", "/PLAIN", "/plain/%72egex",
                ]),
            Case(
                "order of expressions",
                """
                location ~ b { return 302 /first; }
                location ~ a { return 302 /second; }
                location ~ ab { return 302 /third; }
                """, ["/a", "/b", "/ab", "/c"]),
            Case(
                "nested locations",
                """
                location /outer/ {
                    add_header X-Outer o;
                    location /outer/inner/ { return 302 /inner; }
                    location ~ \\.txt$ { return 302 /nested-regex; }
                    location = /outer/exact { return 302 /nested-exact; }
                    return 302 /outer;
                }
                location ~ \\.txt$ { return 302 /text; }
                location ~ ^/re/(.*)$ { location ~ ^/re/a(.*)$ { return 302 /re-a-$1; } return 302 /re-$1; }
                """,
                [
                    "/outer/", "/outer/x", "/outer/inner/", "/outer/inner/x.txt", "/outer/x.txt", "/outer/exact",
                    "/x.txt",
                    "/outer/exact/", "/re/b", "/re/ab", "/outer",
                ]),
            Case(
                "proxied locations that end in a slash",
                """
                location /dir/ { proxy_pass http://@BACKEND@; }
                location = /both { return 302 /exact; }
                location /both/ { proxy_pass http://@BACKEND@; }
                location /said/ { return 302 /said; }
                location ^~ /fin/ { proxy_pass http://@BACKEND@; }
                """,
                ["/dir", "/dir?x=1", "/dir/", "/both", "/both/", "/said", "/fin", "POST /dir\n\nx", "/di", "/%64ir"].map
                {
                    Ask(stringLiteral: $0)
                }),
            Case(
                "what a location inherits",
                """
                add_header X-Server s;
                proxy_set_header X-From server;
                proxy_set_header Host $http_host;
                client_max_body_size 4;
                location /none/ { proxy_pass http://@BACKEND@; }
                location /own/ {
                    add_header X-Location l;
                    proxy_set_header X-From location;
                    client_max_body_size 8;
                    proxy_pass http://@BACKEND@;
                    location /own/deep/ { proxy_pass http://@BACKEND@; }
                    location /own/deeper/ { add_header X-Deep d; proxy_pass http://@BACKEND@; }
                }
                """,
                [
                    "/none/", "/own/", "/own/deep/", "/own/deeper/", "/", "POST /none/\n\n12345", "POST /own/\n\n12345",
                    "POST /own/deep/\n\n123456789", "POST /own/deep/\n\n12345",
                ]),
            Case(
                "access inside of locations",
                """
                deny all;
                location /open/ { allow all; proxy_pass http://@BACKEND@; }
                location /same/ { proxy_pass http://@BACKEND@; }
                location /inner/ { allow all; location /inner/shut/ { deny all; proxy_pass http://@BACKEND@; } proxy_pass http://@BACKEND@; }
                location /secret/ { allow all; auth_basic R; auth_basic_user_file @FOLDER@/users; proxy_pass http://@BACKEND@;
                    location /secret/off/ { auth_basic off; proxy_pass http://@BACKEND@; } }
                location = /answer { return 302 /answered; }
                """, files: ["users": Users.file],
                [
                    "/open/", "/same/", "/inner/", "/inner/shut/", "/inner/x", "/secret/", "/secret/off/",
                    .as("ann", "secret", target: "/secret/"), .as("ann", "wrong", target: "/secret/off/"), "/", "/x",
                    "/open/../same/", "/open/%2e%2e/same/", "/inner//shut/", "/inner/%73hut/",
                ]),
            Case(
                "limit_except",
                """
                location /get/ { limit_except GET { deny all; } proxy_pass http://@BACKEND@; }
                location /head/ { limit_except HEAD { deny all; } proxy_pass http://@BACKEND@; }
                location /post/ { limit_except POST PUT { auth_basic R; auth_basic_user_file @FOLDER@/users; } proxy_pass http://@BACKEND@; }
                """, files: ["users": Users.file],
                [
                    "/get/", "HEAD /get/", "POST /get/\n\nx", "DELETE /get/", "/head/", "HEAD /head/", "/post/",
                    "POST /post/\n\nx", "PUT /post/\n\nx", .as("ann", "secret", target: "/post/"), "OPTIONS /get/",
                ]),
        ])
}
