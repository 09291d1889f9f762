import Bytes
import Proxy
import Routing
import Testing

@Suite("What is done to answers", .timeLimit(.minutes(10)))
struct AnswerRulesTests {
    private func backend(_ head: String, status: String = "200 OK") throws -> ScriptedBackend {
        try .answering("HTTP/1.1 \(status)\r\nContent-Length: 2\r\n\(head)\r\nok")
    }

    @Test("leaves out fields of backends, and passes on others that it mostly leaves out")
    func filteredFields() throws {
        let backend = try backend(
            "Server: apache\r\nX-Powered-By: x\r\nX-Accel-Buffering: no\r\nDate: then\r\nX-Other: o\r\n")
        let proxy = try TestProxy(
            file: """
                location / { proxy_pass http://BACKEND; proxy_hide_header x-powered-by; proxy_pass_header Server;
                  proxy_pass_header X-Accel-Buffering; }
                location /plain { proxy_pass http://BACKEND; }
                """, to: backend)
        let answer = try proxy.get("/")
        #expect(answer.values("Server") == ["apache"])
        #expect(answer.values("Date").count == 1)
        #expect(answer["Date"] != "then")
        #expect(answer["X-Powered-By"] == nil)
        #expect(answer["X-Accel-Buffering"] == "no")
        #expect(answer["X-Other"] == "o")
        let plain = try proxy.get("/plain")
        #expect(plain.values("Server") == ["portico"])
        #expect(plain["X-Powered-By"] == "x")
        #expect(plain["X-Accel-Buffering"] == nil)
    }

    @Test(
        "changes where backends send the client as proxy_redirect says",
        arguments: [
            ("/plain", "http://BACKEND/x?y", "http://red.test/x?y"), ("/plain", "http://other/x", "http://other/x"),
            ("/plain", "/x", "/x"), ("/plain", "https://BACKEND/x", "https://BACKEND/x"),
            ("/path/", "http://BACKEND/in/x", "http://red.test/path/x"),
            ("/path/", "http://BACKEND/out", "http://BACKEND/out"),
            ("/off", "http://BACKEND/x", "http://BACKEND/x"), ("/pair", "http://a.test:80/x", "https://b.test/y/x"),
            ("/pair", "http://BACKEND/x", "http://BACKEND/x"),
            ("/regex", "http://one.a.test/x", "http://red.test/one/x"),
            ("/both", "http://BACKEND/x", "http://red.test/x"), ("/both", "http://a/z", "http://red.test/b/z"),
        ])
    func redirects(_ path: String, _ location: String, _ expected: String) throws {
        let target = Watched("")
        let backend = try ScriptedBackend { connection in
            while true {
                _ = try connection.receiveRequest()
                try connection.send("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: \(target.current)\r\n\r\n")
            }
        }
        target.update { $0 = location.replacing("BACKEND", with: "\(backend.endpoint)") }
        let proxy = try TestProxy(
            file: """
                location /plain { proxy_pass http://BACKEND; }
                location /path/ { proxy_pass http://BACKEND/in/; }
                location /off { proxy_pass http://BACKEND; proxy_redirect off; }
                location /pair { proxy_pass http://BACKEND; proxy_redirect http://a.test:80/ https://b.test/y/; }
                location /regex { proxy_pass http://BACKEND; proxy_redirect ~^http://([a-z]+)\\.a\\.test(/.*)$ /$1$2; }
                location /both { proxy_pass http://BACKEND; proxy_redirect default; proxy_redirect http://a/ /b/; }
                """, to: backend)
        #expect(try proxy.get(path)["Location"] == expected.replacing("BACKEND", with: "\(backend.endpoint)"))
    }

    @Test("changes the target in Refresh too")
    func refresh() throws {
        let backend = try backend("Refresh: 5; URL=http://a.test/x\r\n")
        let proxy = try TestProxy(
            file: "location / { proxy_pass http://BACKEND; proxy_redirect http://a.test /b; }", to: backend)
        #expect(try proxy.get("/")["Refresh"] == "5; URL=http://red.test/b/x")
    }

    @Test(
        "says how long answers may be kept, in place of what the backend says",
        arguments: [
            ("1h", "max-age=3600"), ("-1", "no-cache"), ("epoch", "no-cache"), ("max", "max-age=315360000"),
            ("off", "private"), ("modified 10s", nil), ("0", "max-age=0"), ("@23h59m59s", nil),
        ])
    func expiry(_ text: String, _ expected: String?) throws {
        let backend = try backend(
            "Cache-Control: private\r\nExpires: 0\r\nLast-Modified: Thu, 01 Jan 2037 00:00:00 GMT\r\n")
        let proxy = try TestProxy(file: "location / { proxy_pass http://BACKEND; expires \(text); }", to: backend)
        let answer = try proxy.get("/")
        #expect(answer.values("Cache-Control").count == 1)
        #expect(answer.values("Expires").count == 1)
        if let expected { #expect(answer["Cache-Control"] == expected) }
        if text.hasPrefix("modified") { #expect(answer["Expires"] == "Thu, 01 Jan 2037 00:00:10 GMT") }
    }

    @Test(
        "serves the pages of errors, with the status that is asked for",
        arguments: [
            ("/gone", 404, "page /gone"), ("/fixed", 200, "page /fixed"), ("/own", 403, "inner"),
            ("/named", 404, "named /named"), ("/none", 410, ""), ("/denied", 403, "page /denied"),
            ("/missing", 404, "page /missing"),
        ])
    func errorPages(_ path: String, _ status: Int, _ text: String) throws {
        let proxy = try TestProxy(
            file: """
                error_page 404 403 /page.html;
                location = /page.html { internal; return 200 "page $request_uri"; }
                location = /inner { return 403 inner; }
                location @named { return 200 "named $uri"; }
                location /gone { return 404; }
                location /fixed { error_page 404 =200 /page.html; return 404; }
                location /own { error_page 404 = /inner; return 404; }
                location /named { error_page 404 @named; return 404; }
                location /none { return 410; }
                location /denied { deny all; proxy_pass http://10.0.0.1; }
                location /missing { }
                """)
        let answer = try proxy.get(path)
        #expect(answer.status == status)
        if !text.isEmpty { #expect(answer.text == text) }
    }

    @Test("sends the client elsewhere for an error, and asks for the password although the page is another one")
    func otherErrorPages() throws {
        let proxy = try TestProxy(
            file: """
                location /url { error_page 404 http://other/$request_uri; return 404; }
                location /moved { error_page 404 =301 http://other/; return 404; }
                location /auth { auth_basic R; auth_basic_user_file /nowhere; error_page 401 403 /login; return 404; }
                location /circle { error_page 404 /circle; return 404; }
                location /lost { error_page 404 /other/; return 404; }
                """)
        #expect(try proxy.get("/url")["Location"] == "http://other//url")
        #expect(try proxy.get("/url").status == 302)
        #expect(try proxy.get("/moved").status == 301)
        #expect(try proxy.get("/circle").status == 404)
        #expect(try proxy.get("/lost").status == 404)
    }

    @Test("replaces errors of backends where it is asked to, with a GET in place of any other method but HEAD")
    func interception() throws {
        let failing = try ScriptedBackend { connection in
            while true {
                let request = try connection.receiveRequestHead()
                let isPage = request.startLine.contains("/page")
                try connection.send(
                    "HTTP/1.1 \(isPage ? "200 OK" : "404 Not Found")\r\nContent-Length: 4\r\n"
                        + "WWW-Authenticate: Basic\r\n\r\n\(isPage ? "page" : "fail")")
            }
        }
        let proxy = try TestProxy(
            file: """
                error_page 404 /page?x=$arg_y;
                location / { proxy_pass http://BACKEND; }
                location /i/ { proxy_pass http://BACKEND; proxy_intercept_errors on; }
                """, to: failing)
        #expect(try proxy.get("/x").text == "fail")
        let answer = try proxy.get("/i/x?y=1")
        #expect((answer.status, answer.text) == (404, "page"))
        let posted = try proxy.answer(
            to: "POST /i/x HTTP/1.1\r\nHost: red.test\r\nContent-Length: 3\r\n\r\nabc", method: "POST")
        #expect((posted.status, posted.text) == (404, "page"))
        #expect(
            try failing.requests(5).map(\.startLine).suffix(3) == [
                "GET /page?x=1 HTTP/1.1", "POST /i/x HTTP/1.1", "GET /page?x= HTTP/1.1",
            ])
        #expect(try failing.requests(5).last?["Content-Length"] == nil)
    }

    @Test(
        "asks the same backend again, over the same connection, for what takes the place of its answer",
        arguments: [
            ("proxy_intercept_errors on; error_page 404 /page;", "Length: 0\r\n\r\n"),
            ("", "Length: 0\r\nX-Accel-Redirect: /page\r\n\r\n"),
        ])
    func sameConnection(_ directives: String, _ end: String) throws {
        let (sent, permitted) = (Watched(0), Watched(0))
        let backend = try ScriptedBackend { connection in
            while true {
                guard try connection.receiveRequest().startLine.contains("/x") else {
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage")
                    continue
                }
                try connection.send("HTTP/1.1 404 Not Found\r\nContent-")
                sent.update { $0 += 1 }
                try permitted.wait(for: "the other half") { $0 >= sent.current }
                try connection.send(end)
            }
        }
        let proxy = try TestProxy(
            file: """
                location / { proxy_pass http://BACKEND; \(directives) }
                location /ping { return 200 pong; }
                """, to: backend)
        let client = try proxy.connect()
        for number in 1...3 {
            try client.send("GET /x HTTP/1.1\r\nHost: red.test\r\n\r\n")
            try sent.wait(for: "half of a head") { $0 == number }
            // Who answers this has read the first half.
            #expect(try proxy.get("/ping").text == "pong")
            permitted.update { $0 = number }
            #expect(try client.receiveResponse().text == "page")
        }
        #expect(backend.log.current.connectionCount == 1)
    }

    @Test("falls back to a named location with method and body where no backend can be had")
    func fallback() throws {
        let backend = try backend("")
        let gone = try ScriptedBackend.answering()
        gone.stop()
        let proxy = try TestProxy(
            file: """
                location / { proxy_pass http://GONE; error_page 502 = @second; }
                location @second { proxy_pass http://BACKEND; }
                """.replacing("GONE", with: "\(gone.endpoint)"), to: backend)
        let answer = try proxy.answer(
            to: "PUT /a%20b?c HTTP/1.1\r\nHost: red.test\r\nContent-Length: 3\r\n\r\nabc", method: "PUT")
        #expect(answer.text == "ok")
        let request = try backend.requests(1)[0]
        #expect(request.startLine == "PUT /a%20b?c HTTP/1.1")
        #expect(request.text == "abc")
    }

    @Test("serves the path that a backend names, with what it says of the content")
    func innerRedirects() throws {
        let first = try backend(
            "X-Accel-Redirect: /files/a%20b?c=d\r\nContent-Type: image/png\r\nSet-Cookie: a=b\r\nX-Lost: x\r\n")
        let files = try ScriptedBackend.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: text/plain\r\n\r\nfile")
        let proxy = try TestProxy(
            file: """
                location / { proxy_pass http://BACKEND; }
                location /raw { proxy_pass http://BACKEND; proxy_ignore_headers X-Accel-Redirect; }
                location /files/ { internal; proxy_pass http://FILES; }
                """.replacing("FILES", with: "\(files.endpoint)"), to: first)
        let answer = try proxy.get("/x")
        #expect(answer.text == "file")
        #expect(answer.values("Content-Type") == ["image/png"])
        #expect(answer["Set-Cookie"] == "a=b")
        #expect(answer["X-Lost"] == nil)
        #expect(try files.requests(1)[0].startLine == "GET /files/a%20b?c=d HTTP/1.1")
        #expect(try proxy.get("/raw").text == "ok")
        #expect(try proxy.get("/files/a").status == 404)
    }
}
