import Foundation
import Testing

extension EndToEnd {
    @Suite("Hosts on a real engine", .requires(.engine, .administrator))
    struct HostsTests {
        private let engine: DockerEngine

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
        }

        @Test("ports of single hosts open and close live, and disturb nobody", .timeLimit(.minutes(3)))
        func externalPorts() throws {
            let site = try Site()
            try site.makeCertificate("secure.test")
            let door = try FrontDoor(site, docker: engine.address, inside: engine)
            try start("steady", "VIRTUAL_HOST=steady.test")
            try eventually("it is routed") { try get("http://steady.test/name").body == "steady\n" }
            let steady = try SteadyRequests(
                "http://steady.test/index.html", inside: engine, reconnecting: true, arguments: Self.loopback)
            try start("one", "VIRTUAL_HOST=one.test", "EXTERNAL_HTTP_PORT=8081")
            try eventually("its port is open") { try get("http://one.test:8081/name").body == "one\n" }
            #expect(try get("http://one.test/").status == 503)
            #expect(try get("http://steady.test:8081/").status == 503)
            try start(
                "two",
                #"VIRTUAL_HOST_MULTIPORTS={"two.test": {"external_http_port": 8081, "/": {"port": 8000}}}"#)
            try eventually("a second host has the same port") { try get("http://two.test:8081/name").body == "two\n" }
            try start(
                "secure", "VIRTUAL_HOST=secure.test", "EXTERNAL_HTTP_PORT=8081", "EXTERNAL_HTTPS_PORT=8444")
            try eventually("one for https too") { try get("https://secure.test:8444/name").body == "secure\n" }
            #expect(try get("http://secure.test:8081/name")["Location"] == ["https://secure.test:8444/name"])
            #expect(try get("https://secure.test/").status == 503)
            let routes = try door.routes()
            #expect(routes.contains("https on 8444, http on 8081 redirects"), "\(routes)")
            for name in ["one", "two", "secure"] { try engine.docker("rm", "--force", name) }
            try eventually("the ports are closed") {
                try get("http://one.test:8081/").trouble.contains("(7)")
                    && get("https://secure.test:8444/").trouble.contains("(7)")
            }
            try steady.waitForMore(20)
            let result = steady.finish()
            #expect(result.others.isEmpty)
            #expect(result.good > 50)
        }

        @Test("a port that somebody else has is reported, and had as soon as it is free", .timeLimit(.minutes(10)))
        func takenPort() throws {
            let folder = try TemporaryFolder()
            let other = try RunningProcess(
                Command(engine.enter(["busybox", "nc", "-l", "-p", "8082"])), output: folder["log"],
                errors: folder["log"], hasLifeline: true)
            try eventually("it listens") {
                try engine.shell("ss -tln").output.contains(":8082 ")
            }
            let door = try FrontDoor(Site(), docker: engine.address, inside: engine)
            try start("one", "VIRTUAL_HOST=one.test", "EXTERNAL_HTTP_PORT=8082")
            try eventually("it is said") {
                try door.routes().contains("cannot listen on 0.0.0.0:8082 for http: another program uses the port")
            }
            other.signal(SIGKILL)
            try eventually("the port is had") { try get("http://one.test:8082/name").body == "one\n" }
            #expect(try !door.routes().contains("cannot listen"))
        }

        @Test("clients are who the PROXY header says, in both of its versions", .timeLimit(.minutes(10)))
        func proxyProtocol() throws {
            let door = try FrontDoor(
                Site(), docker: engine.address, inside: engine, environment: ["ENABLE_PROXY_PROTOCOL": "true"])
            try start("web", "VIRTUAL_HOST=web.test")
            let request = #"GET /name HTTP/1.1\r\nHost: web.test\r\nConnection: close\r\n\r\n"#
            let send = { (header: String) throws in
                try engine.shell("printf '\(header)\(request)' | busybox nc 127.0.0.1 80").output
            }
            let text = #"PROXY TCP4 192.0.2.7 192.0.2.1 1234 80\r\n"#
            try eventually("it is routed") { try send(text).contains("web\n") }
            let binary =
                #"\015\012\015\012\000\015\012QUIT\012\041\021\000\014\300\000\002\010\300\000\002\001\004\322\000\120"#
            #expect(try send(binary).contains("web\n"))
            try eventually("the log names both clients") {
                door.accessLog.contains("web.test 192.0.2.7 ") && door.accessLog.contains("web.test 192.0.2.8 ")
            }
            let curl = try get("http://web.test/name", "--haproxy-protocol")
            #expect(curl.body == "web\n")
            // Closed in order, not reset: 52 is curl's "empty reply", 56 its "reset".
            let without = try get("http://web.test/name")
            #expect(without.status == 0)
            #expect(without.trouble.contains("(52)"), "\(without)")
        }

        @Test("over IPv6, to the client as to the container", .timeLimit(.minutes(10)))
        func ipv6() throws {
            let without = try FrontDoor(Site(), docker: "none", inside: engine)
            #expect(try get("http://[::1]/").trouble.contains("(7)"))
            without.signal(SIGTERM)
            #expect(without.status(within: .seconds(10)) == 0)
            try engine.docker("network", "create", "--ipv6", "--subnet", "fd00:17::/64", "six")
            try start("six", "VIRTUAL_HOST=six.test", with: "--network", "six")
            // A new network has to make sure first that its addresses are nobody else's.
            let format = "{{.NetworkSettings.Networks.six.GlobalIPv6Address}}"
            let address = try engine.docker("inspect", "--format", format, "six")
            try eventually("the network is up") {
                try get("http://[\(address)]:8000/name", "--max-time", "1").status == 200
            }
            let door = try FrontDoor(
                Site(), docker: engine.address, inside: engine, environment: ["PREFER_IPV6_NETWORK": "true"],
                arguments: ["--http", "[::]:80"])
            try eventually("it is routed") {
                try get("http://[::1]/name", "--header", "Host: six.test").body == "six\n"
            }
            #expect(try door.routes().contains("[fd00:17::"))
            #expect(try get("http://six.test/name").body == "six\n")
        }

        @Test("an engine over TCP and TLS, and filters of its containers", .timeLimit(.minutes(10)))
        func secureEngine() throws {
            let variables = ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": engine.certificates]
            let door = try FrontDoor(
                Site(), docker: engine.secureAddress, inside: engine,
                environment: variables.merging(["DOCKER_CONTAINER_FILTERS": "label=public,network=bridge"]) { $1 })
            try start("shown", "VIRTUAL_HOST=shown.test", with: "--label", "public=yes")
            try start("hidden", "VIRTUAL_HOST=hidden.test")
            try engine.docker("network", "create", "side")
            try start("late", "VIRTUAL_HOST=late.test", with: "--label", "public=yes", "--network", "side")
            try eventually("one is routed") { try get("http://shown.test/name").body == "shown\n" }
            #expect(try get("http://late.test/").status == 503)
            try engine.docker("network", "connect", "bridge", "late")
            try eventually("another one is let in later") { try get("http://late.test/name").body == "late\n" }
            #expect(try get("http://hidden.test/").status == 503)
            #expect(try door.routes().contains("following 127.0.0.1:2376"))
            let folder = try TemporaryFolder()
            try FileManager.default.copyItem(atPath: engine.certificates + "/ca.pem", toPath: folder["ca.pem"])
            let stranger = try Command(
                engine.enterNetwork([
                    Checkout.portico, "check", "--docker", engine.secureAddress, "--certs", folder.path,
                    "--vhosts", folder.path,
                ]),
                environment: ["DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder.path]
            ).outcome()
            #expect((stranger.output + stranger.errors).contains("containers are not known"), "\(stranger)")
        }

        @Test("clients show certificates where a host asks for them", .timeLimit(.minutes(10)))
        func clientCertificates() throws {
            let site = try Site()
            try site.makeCertificate("mutual.test")
            let client = try site.folder.folder("client")
            try Command([Checkout.script("test-certificates"), client, "unused.test"]).run()
            try FileManager.default.copyItem(
                atPath: client + "/ca.pem", toPath: site.folder["certs/mutual.test.ca.crt"])
            let door = try FrontDoor(site, docker: engine.address, inside: engine)
            try start("web", "VIRTUAL_HOST=mutual.test")
            let own = ["--cert", client + "/cert.pem", "--key", client + "/key.pem"]
            try eventually("it is routed") { try get("https://mutual.test/name", own).body == "web\n" }
            let without = try get("https://mutual.test/name")
            #expect(without.status == 400)
            #expect(without.body.contains("No required SSL certificate was sent"))
            #expect(door.log.contains("Watching docker events"))
        }

        @Test("the debug endpoint shows how a host is served", .timeLimit(.minutes(10)))
        func debugEndpoint() throws {
            let door = try FrontDoor(
                Site(), docker: engine.address, inside: engine, environment: ["DEBUG_ENDPOINT": "true"])
            try start("web", "VIRTUAL_HOST=web.test")
            try eventually("it is routed") { try get("http://web.test/name").status == 200 }
            let answer = try get("http://web.test/nginx-proxy-debug")
            #expect(answer["Content-Type"] == ["application/json"])
            let json = try #require(JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
            let vhost = try #require(json["vhost"] as? [String: Any])
            #expect(vhost["hostname"] as? String == "web.test")
            #expect((json["global"] as? [String: Any])?["enable_debug_endpoint"] as? String == "true")
            #expect(try door.routes().contains("/nginx-proxy-debug"))
        }

        // MARK: Requests and containers

        /// Every name stands for the engine's own machine.
        static let loopback = [80, 443, 8081, 8082, 8444].flatMap { ["--resolve", "*:\($0):127.0.0.1"] }

        private func get(_ url: String, _ options: String...) throws -> Curl.Answer { try get(url, options) }

        private func get(_ url: String, _ options: [String]) throws -> Curl.Answer {
            var curl = Curl(url).with("--insecure", "--globoff").inside(engine)
            curl.arguments += (url.contains("[") ? [] : Self.loopback) + options
            return try curl.outcome()
        }

        private func start(_ name: String, _ variables: String..., with options: String...) throws {
            let environment = (["NAME=\(name)"] + variables).flatMap { ["--env", $0] }
            try Command(
                engine.enter(["docker", "run", "--detach", "--name", name] + environment + options + [TestImages.web])
            ).run()
        }
    }
}
