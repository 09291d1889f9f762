import Bytes
import Routing
import Testing

@testable import Proxy

@Suite("Rewriting of requests", .timeLimit(.minutes(10)))
struct RewritingTests {
    private let backend: ScriptedBackend

    init() throws { backend = try .answering() }

    /// The target that the backend is asked for.
    private func sent(_ file: String, _ target: String, _ fields: String = "") throws -> String {
        let answer = try TestProxy(file: file, to: backend).get(target, fields)
        guard answer.status == 200 else { return "\(answer.status)\(answer["Location"].map { " \($0)" } ?? "")" }
        guard let request = try backend.requests(1).last else { return "" }
        return String(request.startLine.split(separator: " ")[1])
    }

    /// What nginx 1.22 sends for the same files and targets.
    @Test(
        "sends what nginx sends",
        arguments: [
            ("/x/a%20b+c?k=v", "/y/a%20b+c?a=a%20b%2Bc&k=v"), ("/z/a%20b?k=v", "/y/a%20b?k=v"),
            ("/z/a%20b", "/y/a%20b"), ("/x/a%26%3f%3bb%3c%7cb?k=v", "/y/a&%3F;b%3C%7Cb?a=a%26%3F%3Bb%3C%7Cb&k=v"),
            ("/v/a%20b?k=v", "/vv/"), ("/cap/ab?k=v", "/c/ab?k=v"), ("/cap/ab", "/c/ab"),
            ("/rd/a%20b%26c+%3fd%23?k=v", "302 http://other/a%20b&c+?d%23?q=1&k=v"),
            ("/rel/a%20b%26c?k=v", "301 http://red.test/t/a%20b&c?k=v"), ("/drop/a?k=v", "/kept/a"),
            ("/last/a", "/i/a"), ("/chain/a", "/c/b"), ("/raw/%41?x", "/raw/%41?x"), ("/uri/%41%20?x", "/n/A%20?x"),
            ("/pfx/%41%20?x", "/n/A%20?x"), ("/brk/a", "/brk/b"), ("/quiet/a", "/quiet/a"),
            ("/args/a?x=1", "/args/a?y=1"),
        ])
    func targets(_ target: String, _ expected: String) throws {
        let file = """
            set $b BACKEND;
            location /x/ { rewrite ^/x/(.*)$ /y/$1?a=$1 break; proxy_pass http://BACKEND/pfx/; }
            location /z/ { rewrite ^/z/(.*)$ /y/$1 break; proxy_pass http://BACKEND; }
            location /v/ { set $p "/vv"; proxy_pass http://BACKEND/vv/$1; }
            location ~ ^/cap/(.*)$ { proxy_pass http://BACKEND/c/$1$is_args$args; }
            location /rd/ { rewrite ^/rd/(.*)$ http://other/$1?q=1; }
            location /rel/ { rewrite ^/rel/(.*)$ /t/$1 permanent; }
            location /drop/ { rewrite ^/drop/(.*)$ /kept/$1? break; proxy_pass http://BACKEND; }
            location /last/ { rewrite ^/last/(.*)$ /inner/$1 last; return 500; }
            location /inner/ { internal; proxy_pass http://BACKEND/i/; }
            location /chain/ { rewrite ^/chain/a /cap/b; }
            location /raw/ { proxy_pass http://BACKEND; }
            location /uri/ { proxy_pass http://BACKEND/n/; }
            location /pfx/ { proxy_pass http://$b/n/; rewrite ^/never /x last; }
            location /brk/ { rewrite ^/brk/a /brk/b; break; proxy_pass http://BACKEND; }
            location /quiet/ { rewrite ^/nope /x; proxy_pass http://BACKEND; }
            location /args/ { set $args y=$arg_x; proxy_pass http://BACKEND; }
            """
        // The address holds a variable there, so nginx sends what the URI says and nothing of the path.
        #expect(try sent(file, target) == (target.hasPrefix("/pfx/") ? "/n/" : expected))
    }

    @Test(
        "asks what its conditions ask",
        arguments: [
            ("/", "", "none"), ("/?a=x", "", "a"), ("/?a=0", "", "none"), ("/?b=one", "", "b"), ("/?b=ONE", "", "none"),
            ("/?c=ONE", "", "c ON"), ("/?d=two", "", "not one"), ("/?d=one", "", "none"), ("/", "X-E: 5\r\n", "e"),
            ("/f", "", "f"), ("/?g=9", "", "g"),
        ])
    func conditions(_ target: String, _ fields: String, _ expected: String) throws {
        let proxy = try TestProxy(
            file: """
                if ($arg_a) { return 200 a; }
                if ($arg_b = one) { return 200 b; }
                if ($arg_c ~* ^(on)e$) { return 200 "c $1"; }
                set $d $arg_d;
                if ($arg_d = "") { set $d one; }
                if ($d !~ ^(?<all>one)$) { return 200 "not one"; }
                if ($http_x_e != "") { return 200 e; }
                if ($uri = /f) { return 200 f; }
                set $g 0; if ($arg_g ~ 9) { set $g 1; } if ($g) { return 200 g; }
                return 200 none;
                """)
        #expect(try proxy.get(target, fields).text == expected)
    }

    @Test("gives answers of the host's own steps the fields of the host, before any location is looked at")
    func serverSteps() throws {
        let proxy = try TestProxy(
            file: """
                add_header X-Host yes always;
                if ($request_method = POST) { return 405 no; }
                location / { deny all; add_header X-Location yes always; }
                """)
        let answer = try proxy.get("/", method: "POST")
        #expect(answer.status == 405)
        #expect(answer["X-Host"] == "yes")
        #expect(answer["X-Location"] == nil)
        #expect(try proxy.get("/")["X-Location"] == "yes")
    }

    @Test("gives answers the fields of the last if that holds, and passes requests on as around it")
    func blocks() throws {
        let proxy = try TestProxy(
            file: """
                location / { proxy_pass http://BACKEND/i/; add_header A a;
                  if ($arg_x) { add_header B b; } if ($arg_y) { add_header C c; } if ($arg_z) { set $q 1; } }
                """, to: backend)
        #expect(try proxy.get("/?n=1").values("A") == ["a"])
        let one = try proxy.get("/p?x=1")
        #expect((one["A"], one["B"]) == (nil, "b"))
        let two = try proxy.get("/p?x=1&y=1")
        #expect((two["A"], two["B"], two["C"]) == (nil, nil, "c"))
        #expect(try proxy.get("/p?x=1&z=1")["B"] == nil)
        #expect(try backend.requests(3)[1].startLine == "GET /i/p?x=1 HTTP/1.1")
    }

    @Test("answers preflights as people write them")
    func preflight() throws {
        let proxy = try TestProxy(
            file: """
                location / {
                  if ($request_method = 'OPTIONS') {
                    add_header 'Access-Control-Allow-Origin' '*'; add_header 'Content-Length' 0; return 204;
                  }
                  proxy_pass http://BACKEND;
                }
                """, to: backend)
        let answer = try proxy.get("/", method: "OPTIONS")
        #expect(answer.status == 204)
        #expect(answer["Access-Control-Allow-Origin"] == "*")
        #expect(try proxy.get("/").text == "ok")
    }

    @Test("ends circles with 500, and says so")
    func circles() throws {
        let proxy = try TestProxy(
            file: "location / { rewrite ^/(.*)$ /x$1; }")
        #expect(try proxy.get("/").status == 500)
        try proxy.reports.wait(for: "the report") { reports in
            reports.contains { if case .failed(.circle, _, _) = $0 { true } else { false } }
        }
    }

    @Test("lets nobody but inner redirects into internal locations")
    func internalLocations() throws {
        let proxy = try TestProxy(
            file: "location /in/ { internal; return 200 in; } location /out/ { rewrite ^/out(.*)$ /in$1 last; }")
        #expect(try proxy.get("/in/x").status == 404)
        #expect(try proxy.get("/%69n/x").status == 404)
        #expect(try proxy.get("/out/x").text == "in")
    }

    @Test("passes over no rule of access of the location that a rewrite leads to")
    func access() throws {
        let proxy = try TestProxy(
            file: """
                location / { proxy_pass http://BACKEND; }
                location /shut/ { deny all; proxy_pass http://BACKEND; }
                location /to/ { rewrite ^/to/(.*)$ /shut/$1 last; }
                location /dots/ { rewrite ^/dots/x(.*)$ /$1/shut/ last; proxy_pass http://BACKEND; }
                """, to: backend)
        #expect(try proxy.get("/to/x").status == 403)
        #expect(try proxy.get("/dots/x..").status == 400)
        #expect(try proxy.get("/dots/x.").status == 400)
        #expect(backend.log.current.connectionCount == 0)
    }

    @Test(
        "treats other methods than those of limit_except as that says",
        arguments: [("GET", 200), ("HEAD", 200), ("POST", 403), ("DELETE", 403), ("OPTIONS", 403)])
    func limitExcept(_ method: String, _ status: Int) throws {
        let proxy = try TestProxy(
            file: "location / { limit_except GET { deny all; } proxy_pass http://BACKEND; }", to: backend)
        #expect(try proxy.get("/", method: method).status == status)
    }

    @Test("treats them so in a named location as well", arguments: [("GET", 200), ("POST", 403)])
    func limitExceptByName(_ method: String, _ status: Int) throws {
        let proxy = try TestProxy(
            file: """
                location / { try_files /nothing @app; }
                location @app { limit_except GET { deny all; } proxy_pass http://BACKEND; }
                """, to: backend)
        #expect(try proxy.get("/", method: method).status == status)
    }

    @Test("sends requests where variables with fixed values say")
    func choice() throws {
        let other = try ScriptedBackend.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother")
        let proxy = try TestProxy(
            file: """
                set $b http://BACKEND; if ($arg_o) { set $b http://OTHER/o; }
                location / { proxy_pass $b; proxy_set_header Host $proxy_host; }
                location /unset { if ($arg_n) { set $n http://BACKEND; } proxy_pass $n; }
                """.replacing("OTHER", with: "\(other.endpoint)"), to: backend)
        #expect(try proxy.get("/a%41?x").text == "ok")
        #expect(try proxy.get("/a%41?o=1").text == "other")
        #expect(try proxy.get("/unset").status == 500)
        #expect(try backend.requests(1)[0].startLine == "GET /a%41?x HTTP/1.1")
        #expect(try backend.requests(1)[0]["Host"] == "\(backend.endpoint)")
        #expect(try other.requests(1)[0].startLine == "GET /o HTTP/1.1")
    }

    @Test("fills what the host's regular expression captured into fields")
    func hostCaptures() throws {
        let proxy = try TestProxy(
            file: """
                server_name ~^(?<sub>[a-z]+)\\.red\\.(.+)$;
                location / { proxy_pass http://BACKEND; proxy_set_header X-Sub "$sub $2"; }
                """, to: backend)
        #expect(try proxy.get("/", host: "blue.red.test").status == 200)
        #expect(try backend.requests(1)[0]["X-Sub"] == "blue test")
    }

    @Test(
        "takes the values of maps",
        arguments: [
            ("one", "first"), ("ONE", "first"), ("two", "other"), ("x-y", "x and y"), ("", "none"), ("default", "word"),
        ])
    func maps(_ value: String, _ expected: String) throws {
        let proxy = try TestProxy(
            file: "return 200 $side;",
            global: """
                map $arg_side $side {
                  default other; one first; '' none; ~^(?<left>[a-z])-(.)$ "$left and $2"; \\default word;
                }
                """)
        #expect(try proxy.get("/?side=\(value)").text == expected)
    }

    @Test("has the path and query inside that rewriting made, and the target outside that was sent")
    func variables() throws {
        let proxy = try TestProxy(
            file: """
                rewrite ^/a/(.*)$ /b/$1?q=1;
                location /b/ { return 200 "$uri|$document_uri|$args|$query_string|$is_args|$request_uri|$arg_q|$arg_k"; }
                """)
        #expect(try proxy.get("/a/%41?k=v").text == "/b/A|/b/A|q=1&k=v|q=1&k=v|?|/a/%41?k=v|1|v")
    }

    @Test("checks the declared size of a body when a location is found, before what it does")
    func bodies() throws {
        let proxy = try TestProxy(
            file: "client_max_body_size 5; if ($arg_r) { return 200 r; } location / { return 200 l; }")
        #expect(try proxy.get("/", "Content-Length: 6\r\n", method: "POST").status == 413)
        #expect(try proxy.get("/?r=1", "Content-Length: 6\r\n", method: "POST").text == "r")
    }

    @Test("refuses paths that nginx refuses whatever its steps are", arguments: ["/..", "/%", "/a%00", "/x/../../y"])
    func malformed(_ target: String) throws {
        for file in ["set $a b; location / { return 200 x; }", "location / { set $a b; return 200 x; }"] {
            #expect(try TestProxy(file: file).get(target).status == 400)
        }
    }

    @Test("answers 404 where a location neither answers nor passes on")
    func empty() throws {
        #expect(try TestProxy(file: "location / { client_max_body_size 1m; }").get("/").status == 404)
    }
}
