extension Theme {
    /// What becomes of the fields of the backend's answer.
    static let answerFields = Theme(
        "fields of the backend's answer",
        [
            Case(
                "passed and dropped", "",
                [
                    "X-Plain: a", "X-Accel-Expires: 1", "X-Accel-Limit-Rate: 0", "X-Accel-Buffering: no",
                    "X-Accel-Charset: utf-8", "X-Pad: x", "Server: theirs", "Date: Mon, 01 Jan 2001 00:00:00 GMT",
                    "Set-Cookie: a=1; Path=/", "Expires: 0", "Cache-Control: no-store", "ETag: \"x\"",
                    "Last-Modified: Mon, 01 Jan 2001 00:00:00 GMT", "Vary: Accept", "WWW-Authenticate: Basic",
                    "Content-Encoding: br", "Accept-Ranges: bytes", "Content-Range: bytes 0-1/2",
                    "Link: </x>; rel=next",
                    "Refresh: 5", "Keep-Alive: timeout=5", "X-Empty:",

                    "Alt-Svc: h3", "Strict-Transport-Security: max-age=1", "Location: /there",
                    "Location: http://other.test/x",
                    "Content-Disposition: attachment", "Via: 1.1 x", "Age: 5", "Status: 404", "Content-Language: de",
                ].map { Ask(stringLiteral: "/\nX-Reply-Field: \($0)") }
                    + ["Proxy-Connection: x", "Upgrade: h2c", "Trailer: X"].map {
                        .differing("proxy-connection", Ask(stringLiteral: "/\nX-Reply-Field: \($0)"))
                    }),
            Case(
                "statuses without a body", "",
                ["204", "304", "HEAD"].map {
                    Ask(stringLiteral: $0 == "HEAD" ? "HEAD /" : "/\nX-Reply: \($0)")
                }),
        ])
}
