extension Theme {
    /// What is done to the answers of backends.
    static let backendAnswers = Theme(
        "answers of backends",
        [
            Case(
                "redirects of backends",
                """
                location /a/ { proxy_pass http://@BACKEND@; }
                location /b/ { proxy_pass http://@BACKEND@/in/; }
                location /c/ { proxy_pass http://@BACKEND@; proxy_redirect off; }
                location /d/ { proxy_pass http://@BACKEND@; proxy_redirect http://x.test/ /y/; proxy_redirect ~^http://(z)/(.*)$ http://$1$1/$2; }
                """,
                ["/a/", "/b/", "/c/", "/d/"].flatMap { path in
                    ["http://@/x", "http://x.test/x", "/x", "http://z/x", "https://x.test/", "x"].map { target in
                        Ask(stringLiteral: "\(path)\nX-Reply: 302\nX-Reply-Field: Location: \(target)")
                    }
                }),
            Case(
                "fields of backends",
                """
                location /h/ { proxy_hide_header X-One; proxy_hide_header x-two; proxy_pass http://@BACKEND@; }
                location /e/ { expires -1; proxy_pass http://@BACKEND@; }
                location /m/ { expires max; proxy_pass http://@BACKEND@; add_header Cache-Control public; }
                """,
                ["/h/", "/e/", "/m/"].flatMap { path in
                    ["X-One: 1", "X-Two: 2", "X-Three: 3", "Cache-Control: private"].map { field in
                        Ask(stringLiteral: "\(path)\nX-Reply: 200\nX-Reply-Field: \(field)")
                    }
                } + ["/m/\nX-Reply: 404"]),
        ])
}
