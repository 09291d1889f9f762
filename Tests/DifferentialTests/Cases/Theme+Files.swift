extension Theme {
    /// Files of the proxy's own: `root`, `alias`, `index`, `try_files`, `error_page`.
    static let files = Theme(
        "files",
        [
            Case(
                "root, alias and index",
                """
                location /site/ { root @FOLDER@/www; }
                location /aliased/ { alias @FOLDER@/www/site/; }
                location = /one { alias @FOLDER@/www/site/page.html; }
                location ~ ^/re/(.*)$ { alias @FOLDER@/www/site/$1; }
                location /index/ { alias @FOLDER@/www/site/; index none.html page.html; }
                location /typed/ { alias @FOLDER@/www/site/; default_type text/x-odd; }
                """, files: content,
                [
                    "/site/page.html", "/site/", "/site", "/site/none", "/site/sub", "/site/sub/", "/site/empty/",
                    "/site/a.txt",
                    "/site/odd", "/aliased/page.html", "/aliased/", "/aliased/sub", "/aliased/sub/",
                    "/aliased/../page.html",
                    "/one", "/re/page.html", "/re/none", "/index/", "/typed/odd", "/typed/a.txt", "/site/page.html/",
                    "/site/page.html/x", "/site/a%20b.txt", "/site/%2e%2e/secret", "/site/..%2fsecret",
                    "/aliased/..%2fsecret",
                    "/aliased%2f..%2fsecret", "/site/.hidden", "HEAD /site/page.html",
                    .differing("allowed-methods", "POST /site/page.html\n\nx"),
                    .differing("allowed-methods", "DELETE /site/page.html"),
                    .differing("allowed-methods", "OPTIONS /site/page.html"), "/site/page.html?x=1", "/site/UPPER.HTML",
                    "/site/archive.tar.gz", "/site/script.js", "/site/style.css", "/site/image.png", "/site/data.json",
                    "/site/page.html\nRange: bytes=0-3", "/site/page.html\nRange: bytes=-3",
                    "/site/page.html\nRange: bytes=3-", "/site/page.html\nRange: bytes=900-",
                    "/site/page.html\nRange: bytes=x",
                    "/site/page.html\nIf-None-Match: *", "/site/page.html\nIf-None-Match: \"x\"",
                    "/site/page.html\nIf-Match: \"x\"",
                    "/site/page.html\nIf-Modified-Since: Mon, 01 Jan 2001 00:00:00 GMT",
                    "/site/page.html\nIf-Unmodified-Since: Mon, 01 Jan 2001 00:00:00 GMT",
                    "/site/page.html\nRange: bytes=0-3\nIf-Range: \"x\"",
                ]),
            Case(
                "try_files",
                """
                root @FOLDER@/www/site;
                location /app/ { try_files $uri $uri/ /page.html; }
                location /code/ { try_files $uri =404; }
                location /named/ { try_files $uri @backend; }
                location /query/ { try_files $uri /go/?from=$uri; }
                location /go/ { proxy_pass http://@BACKEND@; }
                location @backend { proxy_pass http://@BACKEND@; }
                location /all/ { try_files /none /a.txt =500; }
                location = /page.html { }
                location = /a.txt { }
                """, files: content,
                [
                    "/app/x", "/app/", "/code/x", "/named/x?q=1", "POST /named/x\n\nbody", "/query/x", "/all/x",
                    "/page.html",
                ]),
            Case(
                "error_page",
                """
                root @FOLDER@/www/site;
                error_page 404 /page.html;
                error_page 403 =200 /a.txt;
                error_page 402 @named;
                error_page 401 = /a.txt;
                error_page 410 https://other.test/gone;
                error_page 409 =301 https://other.test/moved;
                error_page 502 503 504 /sub/index.html;
                location = /page.html { }
                location = /a.txt { }
                location = /sub/index.html { }
                location @named { proxy_pass http://@BACKEND@; }
                location /s/404 { return 404; }
                location /s/403 { deny all; }
                location /s/402 { return 402; }
                location /s/401 { return 401; }
                location /s/410 { return 410; }
                location /s/409 { return 409; }
                location /s/503 { return 503; }
                location /missing/ { }
                location /catch/ { proxy_pass http://@BACKEND@; proxy_intercept_errors on; }
                location /own/ { error_page 404 /a.txt; return 404; }
                """, files: content,
                [
                    "/s/404", "/s/403", "/s/402?q=1", "POST /s/402\n\nbody", "/s/401", "/s/410", "/s/409", "/s/503",
                    "/missing/x",
                    "/catch/\nX-Reply: 404", "/catch/\nX-Reply: 500",
                    "/catch/\nX-Reply: 401\nX-Reply-Field: WWW-Authenticate: B",
                    "/own/", "/\nX-Reply: 404", "HEAD /s/404", "POST /s/404\n\nx",
                ]),
        ])

    private static let content: [String: String] = [
        "www/site/page.html": "<p>page</p>\n", "www/site/index.html": "<p>index</p>\n", "www/site/a.txt": "text\n",
        "www/site/odd": "odd\n", "www/site/sub/index.html": "<p>sub</p>\n", "www/site/a b.txt": "blank\n",
        "www/site/empty/x": "x\n", "www/site/.hidden": "hidden\n", "www/secret": "secret\n",
        "www/site/UPPER.HTML": "U\n",
        "www/site/archive.tar.gz": "gz\n", "www/site/script.js": "js\n", "www/site/style.css": "css\n",
        "www/site/image.png": "png\n", "www/site/data.json": "{}\n",
    ]
}
