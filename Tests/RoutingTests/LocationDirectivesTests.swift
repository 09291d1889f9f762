import Bytes
import Testing

@testable import Routing

@Suite("location, if, rewrite and set")
struct LocationDirectivesTests {
    private func compile(_ text: String) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles())
    }

    private func level(_ text: String) throws -> DirectiveLevel {
        let outcome = compile(text)
        return try #require(outcome.file, "\(outcome.diagnostics)").level
    }

    @Test(
        "cover the paths that nginx's spellings mean",
        arguments: [
            ("location /a { }", "/a"), ("location = /a { }", "= /a"), ("location =/a { }", "= /a"),
            ("location ^~ /a { }", "^~ /a"), ("location ~ a$ { }", "~ a$"), ("location ~* \"a{2}$\" { }", "~* a{2}$"),
            ("location ~a { }", "~ a"), ("location @a { }", "@a"),
        ])
    func matches(_ text: String, _ expected: String) throws {
        #expect(try level(text).locations.map(\.match.text) == [expected])
    }

    @Test(
        "are refused in words that help",
        arguments: [
            (
                "location a { }",
                "h:1:10: error: \"a\" is no path that begins with /; write a path such as /api/, or ~ before a regular expression"
            ),
            (
                "location == /a { }",
                "h:1:10: error: \"==\" cannot stand before the path of a location; write = for one path, ^~ for paths that begin so, ~ or ~* for a regular expression, or nothing"
            ),
            (
                "location /a { }\nlocation ^~ /a { }",
                "h:2:1: error: location ^~ /a stands here for the second time; write what both hold into the one in line 1"
            ),
            (
                "location = /a { location /a/b { } }",
                "h:1:26: error: no location can stand inside of location = /a; write it behind that one"
            ),
            (
                "location /a { location /b { } }",
                "h:1:24: error: location /b lies outside of location /a, in which it stands; write it behind that one, or a path that begins with /a"
            ),
            (
                "location /a { location @b { } }",
                "h:1:24: error: a named location cannot stand inside of another one; write it outside of every location"
            ),
            (
                "location ~ a { location /b { } }",
                "h:1:25: error: only regular expressions can stand inside of location ~ a; write it behind that one"
            ),
            (
                "location ~ a( { }",
                "h:1:12: error: \"a(\" is not a regular expression: missing closing parenthesis (at byte 3)"
            ),
            (
                "location / { server_name x; }",
                "h:1:14: error: server_name cannot stand in a location; it belongs in a virtual host's file"
            ),
            (
                "if ($host = a) { add_header A b; }",
                "h:1:18: error: add_header cannot stand in an if outside of a location; it belongs in a virtual host's file or a location"
            ),
            ("if ($a) { if ($b) { } }", "h:1:5: error: unknown variable $a"),
            (
                "if ($host) { if ($uri) { } }",
                "h:1:14: error: if cannot stand in an if outside of a location; it belongs in a virtual host's file or a location"
            ),
            ("if $host { }", "h:1:4: error: the condition needs parentheses; write if ($VARIABLE = VALUE) { … }"),
            (
                "if ($host = a { }",
                "h:1:13: error: the condition lacks its closing ); write if ($VARIABLE = VALUE) { … }"
            ),
            ("if ($host == a) { }", "h:1:11: error: \"==\" is not a comparison; write = for equality"),
            (
                "if ($host = a && $uri = b) { }",
                "h:1:15: error: conditions cannot be joined, as in nginx; write set $x A; if (…) { set $x B; } for each of them, and ask for $x last"
            ),
            (
                "if (-f $uri) { }",
                "h:1:5: error: if cannot ask for files; write try_files PATH… in the location instead"
            ),
            (
                "if (!$host) { }",
                "h:1:5: error: a condition begins with one variable, and \"!$host\" is none; write ($VARIABLE = \"\") for what is not set"
            ),
            ("if () { }", "h:1:1: error: the condition is empty; write if ($VARIABLE = VALUE) { … }"),
            ("set a b;", "h:1:5: error: \"a\" is not a variable; write set $NAME VALUE;"),
            (
                "set $host b;",
                "h:1:5: error: $host is Portico's own variable, which cannot be set; give your variable another name"
            ),
            ("set $a $beee; set $been x;", "h:1:8: error: unknown variable $beee; did you mean $been?"),
            (
                "rewrite a( /b;",
                "h:1:9: error: \"a(\" is not a regular expression: missing closing parenthesis (at byte 3); a regular expression with { or ; needs quotes"
            ),
            (
                "rewrite a /b always;",
                "h:1:14: error: \"always\" is not a choice here; write last, break, redirect or permanent"
            ),
            (
                "location / { limit_except FETCH { } }",
                "h:1:27: error: \"FETCH\" is not a method; write COPY, DELETE, GET, HEAD, LOCK, MKCOL, MOVE, OPTIONS, PATCH, POST, PROPFIND, PROPPATCH, PUT, UNLOCK"
            ),
            (
                "location ~ a { proxy_pass http://b/c; }",
                "h:1:27: error: proxy_pass cannot have a path in the location of a regular expression; leave the path out, and change it with rewrite PATTERN PATH break;"
            ),
            (
                "location @a { proxy_pass http://b/; }",
                "h:1:26: error: proxy_pass cannot have a path in a named location; leave the path out, and change it with rewrite PATTERN PATH break;"
            ),
            (
                "location / { proxy_pass http://$host; }",
                "h:1:25: error: where requests go would depend on a value that is not known beforehand; write the address itself, or a variable that set gives a fixed value such as set $backend http://app:8080;"
            ),
            (
                "set $b $http_x; location / { proxy_pass http://$b; }",
                "h:1:41: error: where requests go would depend on a value that is not known beforehand; write the address itself, or a variable that set gives a fixed value such as set $backend http://app:8080;"
            ),
            (
                "set $b app; location / { proxy_pass $b; }",
                "h:1:37: error: the address must begin with http:// or https://; write proxy_pass http://HOST:PORT"
            ),
            ("internal;", "h:1:1: error: internal cannot stand in a virtual host's file; it belongs in a location"),
        ])
    func faults(_ text: String, _ expected: String) {
        let outcome = compile(text)
        #expect(outcome.file == nil)
        #expect(outcome.diagnostics.first?.description == expected)
    }

    @Test("compile to steps in the order written")
    func steps() throws {
        let steps = try level(
            """
            set $A "x $1"; set $args b=c;
            rewrite ^/old/(.*)$ /new/$1?from=$uri last;
            rewrite ^/gone /here? permanent;
            rewrite ^/a http://other/$1;
            if ($http_user_agent ~* "bad bot") { return 403; break; }
            if ( $request_method != GET ) { set $a POST; }
            """
        ).steps
        #expect(
            steps == [
                .assign("a", Template(pieces: [.literal("x "), .variable(.capture(1))])),
                .assignQuery(Template(literal: "b=c")),
                .rewrite(
                    Rewrite(
                        pattern: try Pattern("^/old/(.*)$"),
                        path: Template(pieces: [.literal("/new/"), .variable(.capture(1))]),
                        query: Template(pieces: [.literal("from="), .variable(.uri)]), hasQuery: true, outcome: .last)),
                .rewrite(
                    Rewrite(
                        pattern: try Pattern("^/gone"), path: Template(literal: "/here"), keepsQuery: false,
                        outcome: .redirect(301))),
                .rewrite(
                    Rewrite(
                        pattern: try Pattern("^/a"),
                        path: Template(pieces: [.literal("http://other/"), .variable(.capture(1))]),
                        outcome: .redirect(302))),
                .branch(
                    .matches(
                        Template(pieces: [.variable(.http("user-agent"))]),
                        try Pattern("bad bot", ignoresCase: true), isNegated: false),
                    steps: [.answer(Return(status: 403)), .stop], block: nil),
                .branch(
                    .equals(
                        Template(pieces: [.variable(.requestMethod)]), Template(literal: "GET"), isNegated: true),
                    steps: [.assign("a", Template(literal: "POST"))], block: nil),
            ])
    }

    @Test("know variables of set and of named groups, wherever these stand in the file")
    func variables() throws {
        let text = """
            add_header A $later; location ~ ^/(?<Part>[a-z]+) { add_header B $part$1; }
            if ($host ~ "^(?<sub>.+)\\.a$") { set $later 1; }
            server_name ~^(?<site>.+)\\.b$; add_header C $sub$SITE;
            """
        #expect(compile(text).diagnostics.map(\.severity) == [.warning])
        #expect(try level(text).locations.count == 1)
    }

    @Test("pass requests to addresses that are known beforehand")
    func passes() throws {
        let level = try level(
            """
            set $backend app; if ($arg_x) { set $backend other; }
            location /a { proxy_pass http://$backend:8080; }
            location /b { proxy_pass http://app/x$request_uri; }
            location /c { proxy_pass http://app$request_uri; }
            location ~ ^/d/(.*) { proxy_pass http://app:81/$1?$args; }
            location /e { proxy_pass http://app/e/; }
            """)
        let passes = level.locations.map(\.level.pass)
        #expect(passes[0]?.candidates.map(\.text) == ["http://app:8080", "http://other:8080"])
        #expect(passes[0]?.address != nil)
        #expect(passes[0]?.target == nil)
        #expect(passes[1...3].map { $0?.address } == [nil, nil, nil])
        #expect(passes[1...3].map { $0?.candidates.count } == [1, 1, 1])
        #expect(passes[1]?.target.map(written) == ["/x", "<requestURI>"])
        #expect(passes[2]?.target.map(written) == ["<requestURI>"])
        #expect(passes[3]?.target.map(written) == ["/", "<capture(1)>", "?", "<args>"])
        #expect(passes[4]?.candidates.first?.path == "/e/")
    }

    @Test("say which fields of the levels around it an add_header takes away")
    func lostHeaders() {
        let outcome = compile("location / { add_header B c; }\nadd_header A b; add_header B b;")
        #expect(
            outcome.diagnostics.map(\.description) == [
                "h:1:14: warning: add_header takes the place of those further out, as in nginx: A is not added here; repeat it here"
            ])
        #expect(compile("add_header A b; location / { add_header a c; }").diagnostics.isEmpty)
    }

    @Test("stay within bounds")
    func bounds() {
        let many = compile((0..<1001).map { "location /\($0) { }\n" }.joined())
        #expect(many.diagnostics.first?.message == "there are more than 1000 locations")
        #expect(compile(String(repeating: "set $a b;\n", count: 501)).file == nil)
    }
}
