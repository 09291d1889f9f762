extension Theme {
    /// Which answers are compressed.
    static let compression = Theme(
        "gzip",
        [
            Case(
                "which answers are compressed",
                """
                gzip on; gzip_types text/plain application/json; gzip_min_length 100;
                location /vary/ { gzip_vary on; proxy_pass http://@BACKEND@; }
                location /long/ { gzip_min_length 1m; proxy_pass http://@BACKEND@; }
                location /proxied/ { gzip_proxied no-cache private auth; proxy_pass http://@BACKEND@; }
                location /any/ { gzip_proxied any; gzip_types *; proxy_pass http://@BACKEND@; }
                location /off/ { gzip off; proxy_pass http://@BACKEND@; }
                """,
                [
                    "/", "/\nAccept-Encoding: gzip", .differing("head-of-compressed", "HEAD /\nAccept-Encoding: gzip"),
                    "/\nAccept-Encoding: gzip;q=0",
                    "/\nAccept-Encoding: br, gzip;q=0.1", "/\nAccept-Encoding: *", "/\nAccept-Encoding: deflate",
                    "/\nAccept-Encoding: gzip\nX-Reply: 404", "/\nAccept-Encoding: gzip\nX-Reply: 403",
                    "/\nAccept-Encoding: gzip\nX-Reply: 500", "/\nAccept-Encoding: gzip\nX-Reply: 206",
                    "/\nAccept-Encoding: gzip\nX-Reply: 304", "/\nAccept-Encoding: gzip\nX-Reply: 201",
                    "/\nAccept-Encoding: gzip\nX-Reply-Field: ETag: \"a\"",
                    "/\nAccept-Encoding: gzip\nX-Reply-Field: ETag: W/\"a\"",
                    "/\nAccept-Encoding: gzip\nX-Reply-Field: ETag: bare",
                    "/\nAccept-Encoding: gzip\nX-Reply-Field: Accept-Ranges: bytes",
                    "/\nAccept-Encoding: gzip\nX-Reply-Field: Content-Encoding: br",
                    "/\nAccept-Encoding: gzip\nX-Reply-Field: Last-Modified: Sat, 21 Nov 2026 12:00:00 GMT",
                    "/\nAccept-Encoding: gzip\nVia: 1.1 x", "/vary/", "/vary/\nAccept-Encoding: gzip",
                    "/vary/\nAccept-Encoding: gzip\nX-Reply: 500",
                    "/vary/\nAccept-Encoding: gzip\nX-Reply-Field: Vary: X",
                    "/long/\nAccept-Encoding: gzip", "/off/\nAccept-Encoding: gzip",
                    "/proxied/\nAccept-Encoding: gzip\nVia: x",
                    "/proxied/\nAccept-Encoding: gzip\nVia: x\nAuthorization: Bearer x",
                    "/proxied/\nAccept-Encoding: gzip\nVia: x\nX-Reply-Field: Cache-Control: private",
                    "/proxied/\nAccept-Encoding: gzip\nVia: x\nX-Reply-Field: Cache-Control: no-store",
                    "/proxied/\nAccept-Encoding: gzip\nVia: x\nX-Reply-Field: Expires: Thu, 01 Jan 1970 00:00:01 GMT",
                    "/any/\nAccept-Encoding: gzip\nVia: x",
                ])
        ])
}
