extension Theme {
    /// `add_header`: for which statuses, with which values, beside what the backend sends.
    static let addedFields = Theme(
        "fields of the answer",
        [
            Case(
                "add_header by status", "add_header X-Plain a; add_header X-Always b always;",
                [
                    "200", "201", "202", "204", "206", "301", "302", "303", "304", "307", "308", "400", "401", "403",
                    "404",
                    "409", "416", "418", "429", "500", "502", "503", "504",
                ].map { Ask(stringLiteral: "/\nX-Reply: \($0)") }),
            Case(
                "add_header with variables",
                """
                add_header X-Host $host;
                add_header X-Empty "$arg_none";
                add_header X-Empty-Text "";
                add_header X-Both "a $request_method b${uri}c" always;
                add_header "X-Quoted" 'single "quotes"';
                """, ["/", "/a%20b?x=1", "POST /p\n\nbody", "/q\nX-Reply: 500"]),
            Case(
                "add_header beside the backend's field", "add_header X-Other mine;",
                ["/\nX-Reply-Field: X-Other: theirs", "/\nX-Reply-Field: x-other: theirs"]),
            Case(
                "add_header with the backend's value",
                "add_header X-Same same; add_header X-Twice a; add_header X-Twice a;",
                ["/", .differing("same-field-once", "/\nX-Reply-Field: X-Same: same")]),
            Case(
                "add_header of cookies", "add_header Set-Cookie a=1; add_header Set-Cookie b=2;",
                ["/", "/\nX-Reply-Field: Set-Cookie: c=3"]),
            Case(
                "add_header on the proxy's own answers",
                "add_header X-Always a always; add_header X-Plain b; return 403;",
                ["/"]),
            Case(
                "add_header on a redirect", "add_header X-Always a always; add_header X-Plain b; return 302 /there;",
                ["/"]),
            Case(
                "add_header Cache-Control and ETag", "add_header Cache-Control no-store; add_header ETag '\"x\"';",
                ["/", "/\nX-Reply-Field: Cache-Control: max-age=1"]),
        ])
}
