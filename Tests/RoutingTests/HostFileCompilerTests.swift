import Bytes
import Testing

@testable import Routing

@Suite("Directives of a host's file")
struct HostFileCompilerTests {
    /// Compiles a text as `vhost.d/h`, beside the given files.
    private func compile(_ text: String, _ others: [String: String] = [:]) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles(others))
    }

    private func settings(_ text: String) throws -> LocationSettings {
        let outcome = compile(text)
        let file = try #require(outcome.file, "\(outcome.diagnostics)")
        return file.settings.applied(to: LocationSettings())
    }

    @Test("has nginx's defaults where nothing is set")
    func defaults() throws {
        let settings = try settings("# nothing\r\n")
        #expect(settings == LocationSettings())
        #expect(settings.maxBodySize == 1 << 20)
        #expect(settings.readTimeout == .seconds(60))
        #expect(settings.keepaliveTimeout == .seconds(75))
        #expect(settings.requestHeaders == nil)
    }

    @Test("sets sizes and times")
    func sizesAndTimes() throws {
        let settings = try settings(
            """
            client_max_body_size 100m; proxy_connect_timeout 5; proxy_send_timeout 1m; proxy_read_timeout 900;
            client_header_timeout 1500ms; client_body_timeout 2s; send_timeout 1h; keepalive_timeout 65 60s;
            server_tokens OFF; satisfy any;
            """)
        #expect(settings.maxBodySize == 100 << 20)
        #expect(settings.connectTimeout == .seconds(5))
        #expect(settings.sendTimeout == .seconds(60))
        #expect(settings.readTimeout == .seconds(900))
        #expect(settings.clientHeaderTimeout == .milliseconds(1500))
        #expect(settings.clientBodyTimeout == .seconds(2))
        #expect(settings.clientSendTimeout == .seconds(3600))
        #expect(settings.keepaliveTimeout == .seconds(65))
        #expect(settings.keepaliveAdvice == 60)
        #expect(!settings.serverTokens)
        #expect(settings.satisfy == .any)
        #expect(try self.settings("client_max_body_size 0;").maxBodySize == nil)
        #expect(try self.settings("send_timeout 9000w;").clientSendTimeout == .seconds(315_360_000))
    }

    @Test("takes what streaming makes moot, and checks it as nginx does")
    func withoutEffect() {
        let good = """
            proxy_buffering off; proxy_request_buffering off; proxy_http_version 1.1; chunked_transfer_encoding on;
            client_body_buffer_size 128k; proxy_buffers 8 16k; proxy_buffer_size 16k; proxy_busy_buffers_size 24k;
            proxy_max_temp_file_size 0; tcp_nodelay on; sendfile on; ssl_session_cache shared:SSL:10m;
            ssl_session_timeout 1d; ssl_session_tickets off;
            """
        let outcome = compile(good)
        #expect(outcome.diagnostics.isEmpty)
        #expect(outcome.file?.settings == DirectiveSettings())
        #expect(compile("proxy_buffering maybe;").file == nil)
        #expect(compile("proxy_max_temp_file_size 1g;").file == nil)
        #expect(compile("proxy_buffering on; proxy_buffering off;").file == nil)
        #expect(compile("ssl_protocols TLSv1.3;").diagnostics.map(\.severity) == [.warning])
    }

    @Test(
        "says what is wrong, where, why and what to write instead",
        arguments: [
            (
                "client_max_body_size 100MB;",
                "h:1:22: error: \"100MB\" is not a size; write a whole number of bytes, or one followed by k, m or g, such as 100m"
            ),
            (
                "lient_max_body_size 1m;",
                "h:1:1: error: unknown directive \"lient_max_body_size\"; did you mean client_max_body_size?"
            ),
            ("foo bar;", "h:1:1: error: unknown directive \"foo\""),
            ("example.com;", "h:1:1: error: unknown directive \"example.com\""),
            (
                "proxy_red_timeout 5;",
                "h:1:1: error: unknown directive \"proxy_red_timeout\"; did you mean proxy_read_timeout?"
            ),
            ("locaton / { }", "h:1:1: error: unknown directive \"locaton\"; did you mean location?"),
            (
                "else { }",
                "h:1:1: error: else is not supported in a virtual host's file; nginx has no else: write a second if with the opposite condition"
            ),
            (
                "mirror /x;",
                "h:1:1: error: mirror is not supported in a virtual host's file; have the backend, or a log of requests, feed the other one: requests are sent to one backend"
            ),
            (
                "valid_referers none;",
                "h:1:1: error: valid_referers is not supported in a virtual host's file; write if ($http_referer !~ PATTERN) { return 403; }"
            ),
            ("proxy_ssl_crl x;", "h:1:1: error: proxy_ssl_crl is not supported in a virtual host's file"),
            (
                "server { }",
                "h:1:1: error: server is not supported in a virtual host's file; a file of vhost.d is already the inside of server { }: write the directives without it"
            ),
            (
                "http { }",
                "h:1:1: error: http is not supported in a virtual host's file; a file of vhost.d is the inside of server { }: write its directives alone"
            ),
            (
                "/* c */ a;",
                "h:1:1: error: \"/*\" begins no comment here; write # before each line that is to be left out"
            ),
            (
                "client_max_body_size;",
                "h:1:1: error: client_max_body_size has 0 arguments; write client_max_body_size SIZE;"
            ),
            (
                "proxy_read_timeout 1 2;",
                "h:1:1: error: proxy_read_timeout has 2 arguments; write proxy_read_timeout TIME;"
            ),
            ("client_max_body_size 1m\nauth_basic x;", "h:1:24: error: ; is missing after \"1m\""),
            ("add_header A b\nadd_header C d;", "h:1:15: error: ; is missing after \"b\""),
            ("server_name a\nsend_timeout 5;", "h:1:14: error: ; is missing after \"a\""),
            (
                "client_max_body_size 1m;\nclient_max_body_size 2m;",
                "h:2:1: error: client_max_body_size stands here for the second time; it is already set in line 1; remove one of the two"
            ),
            (
                "client_max_body_size 1m { }",
                "h:1:1: error: client_max_body_size has no block; write client_max_body_size SIZE;"
            ),
            ("upstream x;", "h:1:1: error: upstream needs a block; write upstream NAME { … }"),
            (
                "proxy_read_timeout 5min;",
                "h:1:20: error: \"5min\" is not a time; write seconds, or numbers with w, d, h, m, s or ms in this order, such as 90, 900s, 1h30m"
            ),
            ("add_header X $nope;", "h:1:14: error: unknown variable $nope"),
            (
                "add_header X \"a $remote_adr\";",
                "h:1:17: error: unknown variable $remote_adr; did you mean $remote_addr?"
            ),
            ("add_header X \"a\\\" $nope\";", "h:1:14: error: unknown variable $nope"),
            ("return 200 \"a\n\n b $nope\";", "h:3:4: error: unknown variable $nope"),
            (
                "return 200 'a\nb' client_max_body_size 1m;",
                "h:1:1: error: return has 4 arguments; write return CODE [TEXT | URL];"
            ),
            (
                "add_header X a b;",
                "h:1:16: error: \"b\" is not a choice here; write always or nothing; a value with spaces needs quotes"
            ),
            (
                "add_header X ALWAYS always always;",
                "h:1:1: error: add_header has 4 arguments; write add_header NAME VALUE [always];"
            ),
            (
                "add_header \"X Y\" a;",
                "h:1:12: error: \"X Y\" cannot be the name of a field; a name has letters, digits and -"
            ),
            ("add_header X \"a\\nb\";", "h:1:14: error: a field's value cannot hold line ends or other control bytes"),
            (
                "allow localhost;",
                "h:1:7: error: \"localhost\" is neither an address nor a network; write 192.0.2.7, 192.0.2.0/24, 2001:db8::/32, unix: or all"
            ),
            (
                "return /x;",
                "h:1:8: error: \"/x\" is neither a status nor a URL; write return CODE, return CODE TEXT or return http://…"
            ),
            ("return 1000;", "h:1:8: error: 1000 is not a status that can be answered; write 200 to 999"),
            (
                "auth_basic_user_file $host;",
                "h:1:22: error: variables in a path are not supported; write the whole path"
            ),
            ("satisfy both;", "h:1:9: error: \"both\" is not a choice here; write all or any"),
            (
                "server_name ~^a(;",
                "h:1:13: error: \"~^a(\" is not a regular expression: missing closing parenthesis (at byte 5)"
            ),
            (
                "proxy_pass https://a; proxy_pass http://b;",
                "h:1:34: error: the backends of a host are all reached over http, or all over https; "
                    + "write the same as in line 1"
            ),
            (
                "proxy_pass a:80;",
                "h:1:12: error: the address must begin with http:// or https://; write proxy_pass http://HOST:PORT"
            ),
            (
                "proxy_pass http://a/b;",
                "h:1:12: error: a path behind the address needs a location; leave the path out, so that it is sent as it came, or write it inside of location / { }"
            ),
            (
                "proxy_pass http://a:0;",
                "h:1:12: error: \"a:0\" is not an address of a backend; write proxy_pass http://HOST:PORT"
            ),
            (
                "proxy_pass http://unix:/s;",
                "h:1:12: error: \"unix:\" is not an address of a backend; write proxy_pass http://HOST:PORT"
            ),
            ("upstream x { }", "h:1:10: error: the group x has no server; write server ADDRESS:PORT;"),
            ("upstream x { server a weight=0; }", "h:1:23: error: \"0\" is not a weight; write 1 to 10000"),
            (
                "upstream x { server a resolve; }",
                "h:1:23: error: \"resolve\" is not supported here; "
                    + "write weight=N, max_fails=N, fail_timeout=TIME, backup, down or nothing"
            ),
            ("upstream x { server a max_fails=x; }", "h:1:23: error: \"x\" is not a number of failures"),
            (
                "upstream x { server a fail_timeout=1ms; }",
                "h:1:23: error: \"1ms\" is not a time in seconds; write fail_timeout=10s"
            ),
            (
                "upstream x { random three; server a; }",
                "h:1:14: error: \"random three\" is not a way to share requests; "
                    + "write least_conn, ip_hash, hash KEY, hash KEY consistent, random or random two least_conn"
            ),
            ("upstream x { hash $nope; server a; }", "h:1:19: error: unknown variable $nope"),
            (
                "upstream x { client_max_body_size 1; server a; }",
                "h:1:14: error: client_max_body_size cannot stand inside upstream { }; it belongs in a virtual host's file or a location"
            ),
        ])
    func faults(text: String, expected: String) {
        let outcome = compile(text)
        #expect(outcome.file == nil)
        #expect(outcome.diagnostics.first?.description == expected)
    }

    @Test("finds several faults at once, up to a bound")
    func severalFaults() {
        #expect(compile("foo; client_max_body_size x; bar;").diagnostics.count == 3)
        #expect(compile(String(repeating: "foo;", count: 1000)).diagnostics.count == 10)
    }

    @Test("adds fields to answers")
    func addedHeaders() throws {
        let settings = try settings(
            """
            add_header Docker-Distribution-API-Version registry/2.0 always;
            add_header X-Host "at $host" ;
            """)
        #expect(
            settings.addedHeaders == [
                AddedHeader(
                    name: "Docker-Distribution-API-Version", value: Template(literal: "registry/2.0"), always: true),
                AddedHeader(
                    name: "X-Host", value: Template(pieces: [.literal("at "), .variable(.host)]), always: false),
            ])
        #expect(settings.addedHeaders[1].applies(toStatus: 308))
        #expect(!settings.addedHeaders[1].applies(toStatus: 401))
        #expect(settings.addedHeaders[0].applies(toStatus: 401))
    }

    @Test("warns of mistakes that are known, and goes on")
    func knownMistakes() throws {
        let colon = compile("add_header X-A: b;")
        #expect(colon.file?.settings.addedHeaders.first?.name == "X-A:")
        #expect(
            colon.diagnostics.map(\.description) == [
                "h:1:12: warning: the colon becomes part of the field's name, as in nginx; write X-A without it"
            ])
        let twice = compile("add_header X-A b; add_header x-a c;")
        #expect(twice.file?.settings.addedHeaders.count == 2)
        #expect(twice.diagnostics.map(\.severity) == [.warning])
        #expect(compile("add_header Set-Cookie b; add_header Set-Cookie c;").diagnostics.isEmpty)
        let framing = compile("add_header Content-Length 5;")
        #expect(framing.file?.settings.addedHeaders.isEmpty == true)
        #expect(framing.diagnostics.map(\.severity) == [.warning])
        #expect(compile("allow 10.0.0.1/8;").diagnostics.first?.hint == "write 10.0.0.0/8")
    }

    @Test("replaces the whole default set of the request's fields by one proxy_set_header, and says so")
    func requestHeaders() throws {
        let outcome = compile("proxy_set_header X-A b;\nproxy_set_header X-B \"\";")
        let host = RequestHeader(name: "Host", value: Template(pieces: [.variable(.proxyHost)]))
        let settings = try #require(outcome.file).settings.applied(to: LocationSettings())
        #expect(settings.requestHeaders?.map(\.name) == ["Host", "X-A", "X-B"])
        #expect(settings.requestHeaders?.first == host)
        #expect(settings.requestHeaders?.last?.value.constant == "")
        #expect(outcome.diagnostics.map(\.severity) == [.warning])
        #expect(outcome.diagnostics.first?.message.contains("Host, X-Forwarded-For") == true)
    }

    @Test("leaves upgrades and framing to Portico, yet counts their lines as nginx does")
    func upgradeBoilerplate() throws {
        let outcome = compile(
            """
            proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $proxy_connection;
            proxy_set_header host $http_host; proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_x_forwarded_for; proxy_set_header X-Forwarded-Host $host;
            proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Port $server_port;
            """)
        #expect(outcome.diagnostics.isEmpty)
        #expect(outcome.file?.settings.applied(to: LocationSettings()).requestHeaders?.count == 6)
        #expect(try settings("proxy_set_header Connection \"\";").requestHeaders?.map(\.name) == ["Host"])
        #expect(compile("proxy_set_header Host $host;").diagnostics.first?.hint == "write $http_host")
    }

    @Test(
        "returns answers",
        arguments: [
            ("return 403;", Return(status: 403)),
            ("return 444;", Return(status: 444)),
            ("return 200 \"a\\nb\";", Return(status: 200, content: .text(Template(literal: "a\nb")))),
            ("return 301 /x;", Return(status: 301, content: .redirect(Template(literal: "/x")))),
            ("return http://a/;", Return(status: 302, content: .redirect(Template(literal: "http://a/")))),
            ("return 404; return 200;", Return(status: 404)),
            (
                "return 307 https://$host$request_uri;",
                Return(
                    status: 307,
                    content: .redirect(
                        Template(pieces: [.literal("https://"), .variable(.host), .variable(.requestURI)])))
            ),
        ])
    func returns(text: String, expected: Return) throws {
        #expect(compile(text).file?.level.returned == expected)
    }

    @Test("keeps rules of access in their order")
    func accessRules() throws {
        let rules = try settings("allow 10.0.0.0/8; allow ::1; allow unix:; deny all;").accessRules
        #expect(rules.map(\.allows) == [true, true, true, false])
        #expect(rules[2].clients == .unixSocket)
        #expect(rules[3].clients == .all)
    }

    @Test("reads whose word on the client is taken")
    func clientAddress() throws {
        let text = "set_real_ip_from 10.0.0.0/8; set_real_ip_from ::1; set_real_ip_from unix:;"
        let rule = try settings(text).clientAddress
        #expect(rule.trusted.map(\.description) == ["10.0.0.0/8", "::1/128"])
        #expect(rule.field == "X-Real-IP")
        #expect(!rule.isRecursive)
        let other = try settings("\(text) real_ip_header X-Forwarded-For; real_ip_recursive on;").clientAddress
        #expect(other.field == "X-Forwarded-For")
        #expect(other.isRecursive)
        #expect(try settings("real_ip_header proxy_protocol;").clientAddress.field == nil)
        #expect(compile("set_real_ip_from proxy.local;").file == nil)
        #expect(compile("real_ip_header \"a b\";").file == nil)
    }

    @Test("reads realm and password file")
    func authentication() throws {
        let file = try #require(compile("auth_basic \"At $host\"; auth_basic_user_file passwords/h;").file)
        #expect(file.settings.realm == .text(Template(pieces: [.literal("At "), .variable(.host)])))
        #expect(file.settings.passwordFile == "/etc/nginx/passwords/h")
        #expect(try #require(compile("auth_basic off;").file).settings.realm == .off)
        let whole = compile("auth_basic_user_file /run/secrets/p;").file
        #expect(whole?.settings.passwordFile == "/run/secrets/p")
    }

    @Test(
        "reaches backends over TLS",
        arguments: [
            ("proxy_pass https://a.org;", "a.org", 443, "a.org"),
            ("proxy_pass HTTPS://a.org:443/;", "a.org", 443, "a.org"),
            ("proxy_pass https://a.org:80;", "a.org:80", 80, "a.org"),
            ("proxy_pass https://10.0.0.1:8443;", "10.0.0.1:8443", 8443, nil),
            ("upstream p { server a.org; } proxy_pass https://p;", "p", 80, nil),
        ])
    func backendsOverTLS(text: String, shown: String, port: UInt16, name: String?) throws {
        let file = try #require(compile(text).file)
        #expect(file.isUpstreamTLS)
        #expect(file.proxyHost?.text == shown)
        #expect(file.servers.map(\.port) == [port])
        #expect(file.upstreamName?.text == name)
    }

    @Test("reads how backends over TLS are asked and verified")
    func backendTLS() throws {
        let text = """
            proxy_pass https://10.0.0.1; proxy_ssl_server_name on; proxy_ssl_name In.a.org; proxy_ssl_verify on;
            proxy_ssl_verify_depth 2; proxy_ssl_trusted_certificate certs/ca.pem; proxy_ssl_session_reuse off;
            """
        let file = try #require(compile(text).file)
        #expect(file.backendName == "in.a.org")
        #expect(file.backendAuthorities == "/etc/nginx/certs/ca.pem")
        #expect(compile("proxy_ssl_name $host; proxy_ssl_verify off;").file?.backendName == nil)
        #expect(compile("proxy_ssl_trusted_certificate /ca.pem;").file?.backendAuthorities == nil)
        #expect(compile("proxy_ssl_verify on;").file == nil)
        #expect(compile("proxy_ssl_name $upstream;").file == nil)
    }

    @Test("names backends")
    func backends() throws {
        let file = try #require(
            compile(
                """
                proxy_pass http://127.0.0.1:5000; proxy_pass HTTP://[::1]:5000/; proxy_pass http://registry;
                """
            ).file)
        #expect(file.servers.map(\.port) == [5000, 5000, 80])
        #expect(
            file.servers.map(\.host) == [
                .address(try #require(IPAddress("127.0.0.1"))), .address(try #require(IPAddress("::1"))),
                .name("registry"),
            ])
        #expect(file.proxyHost == "127.0.0.1:5000")
        #expect(file.proxyPort == 5000)
        #expect(file.standsAlone)
        #expect(compile("proxy_pass http://[::1]:80;").file?.proxyHost == "[::1]")
        #expect(compile("proxy_pass http://a:80;").file?.proxyHost == "a")
    }

    @Test("groups backends, whatever the order of the lines")
    func groups() throws {
        let outcome = compile(
            """
            proxy_pass http://pool;
            upstream pool {
                least_conn; keepalive 8;
                server 10.0.0.1:81 weight=3; server 10.0.0.2 max_fails=2 fail_timeout=1m; server 10.0.0.3 down backup;
            }
            """)
        let file = try #require(outcome.file)
        #expect(file.servers.map(\.weight) == [3, 1, 1])
        #expect(file.servers.map(\.port) == [81, 80, 80])
        #expect(file.servers.map(\.isDown) == [false, false, true])
        #expect(file.servers.map(\.isBackup) == [false, false, true])
        #expect(file.servers.map(\.failures.limit) == [1, 2, 1])
        #expect(file.servers.map(\.failures.time) == [.seconds(10), .seconds(60), .seconds(10)])
        #expect(file.group?.balancing == .leastConnections)
        #expect(file.group?.keepalive == .limit(8))
        #expect(file.proxyHost == "pool")
        #expect(outcome.diagnostics.isEmpty)
    }

    @Test("adds names, a leading dot standing for the name and all below it")
    func names() throws {
        let file = try #require(compile("server_name a.org .b.org \"\" _ *.c.org;").file)
        #expect(file.names.map(\.text) == ["a.org", "b.org", "*.b.org", "*.c.org"])
    }

    @Test("refuses in the file for all hosts what only one can have")
    func standIn() {
        for text in ["proxy_pass http://a;", "server_name a;"] {
            let outcome = HostFileCompiler.compile(
                .bytes(Array(text.utf8)), path: "default", isDefault: true, files: MemoryFiles())
            #expect(outcome.file == nil)
        }
    }
}
