import Foundation
import Testing

extension EndToEnd {
    @Suite("HTTP/2 with the clients that people use", .requires(.http2, .programs(["nghttp", "h2load", "curl"])))
    struct HTTP2ClientTests {
        private let site: Site
        private let applications: [RunningProcess]
        private let door: FrontDoor

        init() throws {
            site = try Site()
            let ports = try ["one": freePort(), "two": freePort()]
            let site = site
            applications = try ports.map { name, port in
                try RunningProcess(
                    Command([Requirement.python, Checkout.http2 + "/application.py", "\(port)", name]),
                    output: site.folder["application"], errors: site.folder["application"])
            }
            // The name of its file makes it the certificate of every host that has none of its own.
            try site.makeCertificate(
                "site.test",
                names: ["one.site.test", "two.site.test", "closed.site.test", "small.site.test", "old.site.test"])
            try site.makeCertificate("other.test")
            try site.setPassword("closed.site.test", user: "alice", "wonderland")
            for (host, name, more) in [
                ("one.site.test", "one", "client_max_body_size 0;"),
                ("two.site.test", "two", "client_max_body_size 0;"),
                ("closed.site.test", "one", #"auth_basic "Closed"; auth_basic_user_file passwords/closed.site.test;"#),
                ("small.site.test", "one", "client_max_body_size 64k;"), ("old.site.test", "one", "http2 off;"),
                ("other.test", "two", ""),
            ] {
                try site.configure(
                    host, "\(more) location / { proxy_pass http://127.0.0.1:\(ports[name] ?? 0); }")
            }
            for port in ports.values {
                try eventually("the application answers") {
                    try Curl("http://127.0.0.1:\(port)/name").outcome().status == 200
                }
            }
            door = try FrontDoor(site, environment: ["HTTPS_METHOD": "noredirect"])
        }

        /// The URL of a path, over TLS or in the clear.
        private func url(_ host: String, _ path: String, isSecure: Bool = true) -> String {
            isSecure ? "https://\(host):\(door.https)\(path)" : "http://\(host):\(door.http)\(path)"
        }

        /// A request with curl.
        private func curl(_ host: String, _ path: String, isSecure: Bool = true) -> Curl {
            Curl(url(host, path, isSecure: isSecure)).trusting(site, "site.test")
                .with("--resolve", "\(host):\(isSecure ? door.https : door.http):127.0.0.1")
                .with(isSecure ? "--http2" : "--http2-prior-knowledge")
        }

        private func zeros(megabytes: Int) throws -> String {
            let path = site.folder["zeros-\(megabytes)"]
            try Command(["truncate", "--size", "\(megabytes)M", path]).run()
            return path
        }

        @Test(
            "serves many hosts on one connection, with trailers, interim answers, early refusals and 421",
            .timeLimit(.minutes(10)))
        func library() throws {
            let outcome = try Command([
                Requirement.python, Checkout.http2 + "/client.py", "\(door.https)", site.certificate("site.test"),
            ]).outcome(within: .seconds(60))
            #expect(outcome.output == "done\n", "\(outcome)\n\(door.log)")
            #expect(!door.accessLog.contains("HTTP/1"), "\(door.accessLog)")
        }

        @Test(
            "serves curl, with GET, HEAD and uploads of any length", .timeLimit(.minutes(10)), arguments: [true, false])
        func withCurl(isSecure: Bool) throws {
            let get = try curl("one.site.test", "/name", isSecure: isSecure).outcome()
            #expect(get.head.hasPrefix("HTTP/2 200"), "\(get)")
            #expect(get.body == "one")
            let head = try curl("one.site.test", "/name", isSecure: isSecure).with("--head").outcome()
            #expect(head.head.hasPrefix("HTTP/2 200"), "\(head)")
            #expect(head["Content-Length"] == ["3"])
            for file in try [zeros(megabytes: 0), zeros(megabytes: 5)] {
                let size = file.hasSuffix("-0") ? 0 : 5 << 20
                let known = try curl("two.site.test", "/slow", isSecure: isSecure).with("--upload-file", file).outcome()
                #expect(known.body == "\(size)", "\(known)")
                let unknown = try curl("two.site.test", "/slow", isSecure: isSecure).with("--upload-file", "-")
                    .reading(file).outcome()
                #expect(unknown.body == "\(size)", "\(unknown)")
            }
        }

        @Test(
            "answers curl in the middle of an upload, and curl reads it", .timeLimit(.minutes(10)),
            arguments: [("closed.site.test", 401), ("small.site.test", 413), ("one.site.test", 403)])
        func earlyAnswer(host: String, status: Int) throws {
            let answer = try curl(host, "/refuse").with("--upload-file", "-").reading(zeros(megabytes: 64)).outcome()
            #expect(answer.status == status, "\(answer)")
            #expect(answer.head.contains("HTTP/2 \(status)"))
            #expect(!answer.body.isEmpty)
        }

        @Test("takes no offer of HTTP/2 inside HTTP/1.1, and passes none on", .timeLimit(.minutes(10)))
        func upgrade() throws {
            let answer = try Curl(url("one.site.test", "/name", isSecure: false)).with("--http2")
                .with("--resolve", "one.site.test:\(door.http):127.0.0.1").outcome()
            #expect(answer.head.hasPrefix("HTTP/1.1 200"), "\(answer)")
            #expect(answer.body == "one")
        }

        @Test("speaks HTTP/1.1 where a host's file says so", .timeLimit(.minutes(10)))
        func directive() throws {
            let answer = try curl("old.site.test", "/name").outcome()
            #expect(answer.head.hasPrefix("HTTP/1.1 200"), "\(answer)")
        }

        @Test("speaks HTTP/1.1 alone with ENABLE_HTTP2=false, in the clear too", .timeLimit(.minutes(10)))
        func off() throws {
            let other = try Site()
            try other.makeCertificate("one.site.test")
            try other.configure("one.site.test", "location / { return 200 old; }")
            let old = try FrontDoor(other, environment: ["HTTPS_METHOD": "noredirect", "ENABLE_HTTP2": "false"])
            let secure = try Curl("https://one.site.test:\(old.https)/name").trusting(other, "one.site.test").with(
                "--http2"
            )
            .with("--resolve", "one.site.test:\(old.https):127.0.0.1").outcome()
            #expect(secure.head.hasPrefix("HTTP/1.1 200"), "\(secure)")
            let clear = try Curl("http://one.site.test:\(old.http)/name").with("--http2-prior-knowledge")
                .with("--resolve", "one.site.test:\(old.http):127.0.0.1").outcome()
            #expect(clear.status == 0, "\(clear)")
            #expect(!old.accessLog.contains("HTTP/2"), "\(old.accessLog)")
        }

        @Test("serves nghttp, with trailers, an awaited 100 and what it reprioritises", .timeLimit(.minutes(10)))
        func withNghttp() throws {
            let address = "https://127.0.0.1:\(door.https)"
            let common = ["nghttp", "--no-verify-peer", "--header", ":authority: one.site.test"]
            let upload = try Command(
                common + [
                    "--verbose", "--data", zeros(megabytes: 1), "--trailer", "x-sum: 42", "--expect-continue",
                    address + "/echo",
                ]
            ).outcome()
            #expect(upload.status == 0, "\(upload.errors)")
            #expect(upload.output.contains(":status: 100"))
            #expect(upload.output.contains(":status: 200"))
            #expect(upload.output.contains("x-sum: 42"))
            let hints = try Command(common + ["--verbose", "--null-out", address + "/hints"]).outcome()
            #expect(hints.output.contains(":status: 103"), "\(hints)")
            #expect(hints.output.contains("rel=preload"))
            let many = try Command(common + ["--stat", "--null-out", "--multiply", "100", address + "/name"]).outcome()
            #expect(many.status == 0, "\(many)")
            #expect(many.output.split(separator: "\n").count { $0.contains(" 200 ") && $0.contains("/name") } == 100)
        }

        @Test("serves h2load, over TLS and in the clear", .timeLimit(.minutes(10)), arguments: [true, false])
        func withH2load(isSecure: Bool) throws {
            let outcome = try Command([
                "h2load", "--requests", "4000", "--clients", "8", "--max-concurrent-streams", "64", "--header",
                ":authority: one.site.test", "--connect-to", "127.0.0.1:\(isSecure ? door.https : door.http)",
                url("one.site.test", "/name", isSecure: isSecure),
            ]).outcome()
            #expect(
                outcome.output.contains(
                    "4000 total, 4000 started, 4000 done, 4000 succeeded, 0 failed, 0 errored, 0 timeout"),
                "\(outcome)")
        }

        @Test(
            "takes an upload to its end when it is told to stop, and no stream after it", .timeLimit(.minutes(10)))
        func drain() throws {
            let answer = try TemporaryFolder()
            let upload = try RunningProcess(
                curl("two.site.test", "/slow").with("--upload-file", "-").reading(zeros(megabytes: 12))
                    .command(leaving: answer),
                output: answer["status"], errors: answer["errors"])
            try eventually("the upload is under way") {
                let connections = try Command(["ss", "-Htn", "sport = :\(door.https)"]).run()
                return !connections.isEmpty
            }
            let idle = try RunningProcess(
                Command([
                    Requirement.python, "-c", Self.idleClient, "\(door.http)", Checkout.http2,
                ]), output: answer["idle"], errors: answer["idle"])
            try eventually("another client is connected") { answer.read("idle").contains("connected") }
            door.signal(SIGTERM)
            try eventually("no new client is taken") {
                try curl("one.site.test", "/name").outcome().status == 0
            }
            #expect(idle.status(within: .seconds(10)) == 0, "\(answer.read("idle"))")
            #expect(upload.isRunning)
            #expect(upload.status(within: .seconds(40)) == 0, "\(answer.read("errors"))")
            #expect(answer.read("status") == "200")
            #expect(answer.read("body") == "\(12 << 20)")
            #expect(door.status(within: .seconds(10)) == 0)
        }

        /// A client that does nothing but wait for its connection's end, which must be announced (RFC 9113, section 6.8).
        private static let idleClient = """
            import sys
            sys.path.insert(0, sys.argv[2])
            from connection import Connection, Target
            import wire
            target = Target(int(sys.argv[1]), authority="one.site.test")
            connection = Connection(target)
            stream = connection.next_stream()
            connection.send(wire.headers(stream, target.request("/name")))
            connection.wait(lambda: connection.is_over(stream), 10)
            print("connected", connection.statuses, flush=True)
            connection.wait(within=20)
            assert connection.goaways and set(connection.goaways) == {"NO_ERROR"}, connection.goaways
            assert connection.closed
            """
    }
}

extension Requirement {
    /// What drives HTTP/2 from outside: the drivers of this project, and clients to compare with.
    static let http2 = Requirement.files(["/usr/lib/python3/dist-packages/h2", "/usr/lib/python3/dist-packages/hpack"])
}
