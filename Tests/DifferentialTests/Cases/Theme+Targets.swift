extension Theme {
    /// Spellings of a path, most of which no location may be got round with.
    static let paths: [String] = [
        "/", "/a", "/a/", "/a/b", "/a//b", "//a", "///a//b///", "/a/./b", "/a/../b", "/a/..", "/a/.", "/a/../../b",
        "/..",
        "/../etc", "/%2e%2e/a", "/a/%2e%2e/b", "/a/%2E/b", "/a/..%2fb", "/a%2fb", "/a%2Fb", "/a%252fb", "/a%20b",
        "/a+b", "/a;b", "/a;b/c", "/a%3bb", "/a,b", "/a:b", "/a@b", "/a=b", "/a&b", "/a$b", "/a!b", "/a*b", "/a'b",
        "/a(b)", "/a~b", "/a%7eb", "/%61", "/a%", "/a%2", "/a%zz", "/a%00b", "/a%23b",
        "/a?b", "/a?", "/a??b", "/a?b?c", "/a?b=c&d=%20", "/a?/../b", "/a\\b", "/a%5cb", "/a%C3%A9", "/aé",
        "/a%ff", "/a|b", "/a\"b", "/a<b>", "/a{b}", "/a^b", "/a`b", "/a[b]", "/.", "/./", "/./a", "/a/.b", "/a/..b",
        "/a/...", "/a/b/../../c", "/a/b/%2e%2e/%2e%2e/c", "/?", "/?a", "/%2f", "/%2fa", "/a%2e", "/a.", "/a..", "/.a",
    ]

    /// The path as the backend gets it, and as `$uri` shows it.
    static let targets = Theme(
        "targets",
        [
            Case("targets pass as they came", "", paths.map(Ask.init(stringLiteral:))),
            Case(
                "$uri is the path made plain", "add_header X-Uri \"[$uri]\" always;",
                paths.map(Ask.init(stringLiteral:))),
            Case(
                "targets that differ", "add_header X-Uri \"[$uri]\" always;",
                ["/a#b", "/a?b#c"].map { .differing("fragment", $0) }
                    + ["/a%0ab", "/a%0d%0ab"].map { .differing("no-injection", $0) }),
            Case(
                "queries", "add_header X-Args \"[$args][$is_args][$arg_a][$arg_b]\" always;",
                [
                    "/?a=1", "/?a=1&b=2", "/?b=2&a=1", "/?a", "/?a=", "/?A=1", "/?a=1&a=2", "/?xa=1", "/?a=%20+",
                    "/?&a=1",
                    "/?a=b=c", "/?=1", "/?a;b=1", "/",
                ]),
        ])
}
