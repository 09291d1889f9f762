extension Theme {
    /// `return` in every form, and what the proxy says by itself.
    static let answers = Theme(
        "answers of the proxy itself",
        returns([
            "return 204;", "return 301 /there;", "return 302 http://other.test/x;", "return 303 /a?b=c;",
            "return 307 https://$host$request_uri;", "return 308 $scheme://other.test$request_uri;",
            "return http://other.test/;", "return https://other.test/$uri;", "return 302 there;", "return 301 $uri;",
            "return 301 //other.test/x;", "return 400;", "return 401;", "return 403;", "return 404;", "return 405;",
            "return 429;", "return 444;", "return 499;", "return 500;", "return 502;", "return 504;", "return 507;",
        ])
            + returns(
                [
                    "return 200;", "return 200 text;", "return 200 \"text with spaces\\n\";", "return 200 \"\";",
                    "return 403 denied;", "return 410 gone;", "return 418 teapot;", "return 200 $host;",
                    "return 200 \"$request_method $uri $args $is_args$http_x_test\";", "return 404 $arg_a;",
                ], differing: "type-of-returned-text")
            + returns(["return 418;", "return 451;", "return 599;"], differing: "page-of-every-error")
            + returns(["return 503;", "return 503 \"back soon\";"], differing: "retry-after")
            + returns(["return 301;", "return 302;"], differing: "no-empty-location")
            + [
                Case(
                    "the type of returned text", "return 200 x;",
                    ["/a.html", "/a.png", "/a"].map { .differing("type-of-returned-text", $0) }),
                Case(
                    "return before everything else", "deny all; client_max_body_size 1; return 402;",
                    ["/", "POST /\n\nlong body"]),
                Case(
                    "an unknown host", "",
                    ["/\nHost: nobody.test", "/\nHost: NOBODY.test:80"].map { .differing("retry-after", $0) }),
                Case(
                    "spellings of the host", "",
                    ["/\nHost: a b.test", "/\nHost: c.test/x", .differing("strict-host", "/\nHost: c%@.test")]),
            ])

    private static func returns(_ files: [String], differing difference: String? = nil) -> [Case] {
        let asks: [Ask] = ["/", "/a%20b/c?a=1&b=2\nX-Test: t", "HEAD /h", "POST /p\n\nbody"]
        return files.map { file in
            Case(file, file, asks.map { ask in difference.map { .differing($0, ask) } ?? ask })
        }
    }
}
