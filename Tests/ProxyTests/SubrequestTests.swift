import Bytes
import Passwords
import Proxy
import Routing
import Testing

@Suite("Requests that another location is asked about", .timeLimit(.minutes(10)))
struct SubrequestTests {
    private let backend: ScriptedBackend

    /// Answers the paths below `/check/` as their next segment says, and everything else with 200.
    init() throws {
        backend = try ScriptedBackend { connection in
            while true {
                let request = try connection.receiveRequest()
                let path = request.startLine.split(separator: " ")[1].split(separator: "?")[0].split(separator: "/")
                let status = path.first == "check" && path.count > 1 ? String(path[1]) : "200"
                try connection.send(
                    "HTTP/1.1 \(status) X\r\nX-Who: ann\r\nWWW-Authenticate: Bearer\r\nContent-Length: 2\r\n\r\nok")
            }
        }
    }

    private func file(_ status: Int, _ more: String = "") -> String {
        """
        \(more)
        location / { auth_request /auth; proxy_pass http://BACKEND; }
        location = /auth { internal; proxy_pass http://BACKEND/check/\(status)/; }
        """
    }

    @Test(
        "pass, are refused or fail as its status says",
        arguments: [
            (200, 200), (204, 200), (299, 200), (401, 401), (403, 403), (302, 500), (400, 500), (404, 500), (500, 500),
            (503, 500),
        ])
    func statuses(_ status: Int, _ expected: Int) throws {
        let proxy = try TestProxy(file: file(status), to: backend)
        let client = try proxy.connect()
        for _ in 1...2 {
            try client.send("GET /x?y HTTP/1.1\r\nHost: red.test\r\n\r\n")
            let answer = try client.receiveResponse()
            #expect(answer.status == expected)
            #expect(answer.values("WWW-Authenticate") == (expected == 401 || expected == 200 ? ["Bearer"] : []))
        }
        let lines = try backend.requests(expected == 200 ? 4 : 2).map(\.startLine)
        let question = "GET /check/\(status)/ HTTP/1.1"
        #expect(Array(lines.prefix(2)) == [question, expected == 200 ? "GET /x?y HTTP/1.1" : question])
    }

    @Test("are asked about by GET, without their body and with their fields, and then sent whole")
    func request() throws {
        let proxy = try TestProxy(
            file: """
                location / { set $kind inner; auth_request /auth; proxy_pass http://BACKEND; }
                location = /auth {
                    proxy_set_header X-Seen "$request_method $request_uri $uri $args $kind"; proxy_pass http://BACKEND;
                }
                """, to: backend)
        let client = try proxy.connect()
        try client.send(
            "POST /x?y=1 HTTP/1.1\r\nHost: red.test\r\nCookie: a=b\r\nContent-Length: 4\r\n\r\nbody"
                + "GET /z HTTP/1.1\r\nHost: red.test\r\n\r\n")
        #expect(try client.receiveResponse().status == 200)
        #expect(try client.receiveResponse().status == 200)
        let requests = try backend.requests(4)
        #expect(requests[0].startLine == "GET /auth HTTP/1.1")
        #expect(requests[0]["Cookie"] == "a=b")
        #expect(requests[0]["Content-Length"] == nil)
        #expect(requests[0]["X-Seen"] == "POST /x?y=1 /auth  inner")
        #expect(requests[1].startLine == "POST /x?y=1 HTTP/1.1")
        #expect(requests[1].text == "body")
        #expect(requests[3].startLine == "GET /z HTTP/1.1")
    }

    @Test("show what its answer said in variables, whether they pass or not")
    func variables() throws {
        let text = """
            add_header X-Code $code always; add_header X-Who $who always; add_header X-Old $old always;
            auth_request_set $code $upstream_status; auth_request_set $who $upstream_http_x_who;
            location / { set $old outer; auth_request /auth; proxy_set_header X-User $who; proxy_pass http://BACKEND; }
            location = /auth { set $old changed; proxy_pass http://BACKEND/check/STATUS/; }
            """
        for status in [200, 403] {
            let answer = try TestProxy(file: text.replacing("STATUS", with: "\(status)"), to: backend).get("/")
            #expect(answer.status == status)
            #expect(answer["X-Code"] == "\(status)")
            #expect(answer.values("X-Who").contains("ann"))
            #expect(answer["X-Old"] == "changed")
        }
        #expect(try backend.requests(3)[1]["X-User"] == "ann")
    }

    @Test("go to a page for those who are not known")
    func signIn() throws {
        let proxy = try TestProxy(
            file: file(401, "location @sign { auth_request off; return 302 https://sso/?to=$request_uri; }")
                .replacing("auth_request /auth;", with: "auth_request /auth; error_page 401 = @sign;"), to: backend)
        let answer = try proxy.get("/x?y")
        #expect(answer.status == 302)
        #expect(answer["Location"] == "https://sso/?to=/x?y")
    }

    @Test("are judged by what a location of any kind says, whose own checks are not made")
    func kinds() throws {
        let proxy = try TestProxy(
            file: """
                deny 10.0.0.0/8;
                location /a { auth_request /say204; return 200; }
                location /b { auth_request /say204; proxy_pass http://BACKEND; }
                location /c { auth_request /say403; proxy_pass http://BACKEND; }
                location /d { auth_request /none/x; proxy_pass http://BACKEND; }
                location = /say204 { internal; deny all; rewrite ^ /really last; }
                location = /say403 { internal; return 403; }
                location ~ ^/really$ { auth_request /say403; deny all; return 204; }
                location /none/ { return 444; }
                """, to: backend)
        #expect(try ["/a", "/b", "/c", "/d"].map { try proxy.get($0).status } == [200, 200, 403, 500])
    }

    @Test(
        "pass by any check or by all",
        arguments: [
            ("all", "allow all;", 200, "ann:secret", 200), ("all", "deny all;", 200, "ann:secret", 403),
            ("all", "", 403, "ann:secret", 403), ("all", "", 200, "ann:wrong", 401),
            ("any", "allow all;", 403, nil, 200),
            ("any", "deny all;", 200, nil, 200), ("any", "deny all;", 403, "ann:secret", 200),
            ("any", "deny all;", 403, "ann:wrong", 401), ("any", "deny all;", 401, nil, 401),
            ("any", "", 500, "ann:wrong", 500),
        ] as [(String, String, Int, String?, Int)])
    func satisfy(_ mode: String, _ rules: String, _ status: Int, _ credentials: String?, _ expected: Int) throws {
        let users = PasswordSource.loaded(PasswordFile(parsing: Array("ann:{PLAIN}secret\n".utf8)))
        let proxy = try TestProxy(
            file: file(
                status, "satisfy \(mode); \(rules) auth_basic Inner; auth_basic_user_file users;"),
            to: backend, passwordFiles: ["/etc/nginx/users": users])
        let answer = try proxy.get("/", credentials.map { "Authorization: \(basic($0))\r\n" } ?? "")
        #expect(answer.status == expected)
        let challenges = answer.values("WWW-Authenticate").filter { $0 != "Bearer" }
        #expect(challenges == (expected == 401 ? ["Basic realm=\"Inner\""] : []))
    }

    @Test("are given up with their client, and when the location does not answer in time")
    func cancellation() throws {
        let silent = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.waitForEnd()
        }
        let text = """
            location / { auth_request /auth; proxy_pass http://BACKEND; }
            location = /auth { proxy_read_timeout TIME; proxy_pass http://BACKEND; }
            """
        let proxy = try TestProxy(file: text.replacing("TIME", with: "60s"), to: silent)
        let client = try proxy.connect()
        try client.send("GET / HTTP/1.1\r\nHost: red.test\r\n\r\n")
        _ = try silent.requests(1)
        client.reset()
        try silent.waitUntilEnded(1)
        let impatient = try TestProxy(file: text.replacing("TIME", with: "20ms"), to: silent)
        #expect(try impatient.get("/").status == 500)
    }

    @Test("do not wait for the rest of its answer")
    func endlessAnswer() throws {
        let endless = try ScriptedBackend { connection in
            _ = try connection.receiveRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nno more")
            try connection.waitForEnd()
        }
        let text = """
            location / { auth_request /auth; return 200; }
            location = /auth { proxy_pass http://BACKEND; }
            location /x { auth_request /auth; error_page 404 = @there; root /nowhere; }
            location @there { auth_request off; return 200 there; }
            """
        #expect(try TestProxy(file: text, to: endless).get("/x").text == "there")
        try endless.waitUntilEnded(1)
    }
}
