import Foundation
import Testing

extension EndToEnd {
    @Suite("Discovery on a real engine", .requires(.engine, .administrator))
    struct DiscoveryTests {
        private let engine: DockerEngine
        private let door: FrontDoor

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
            door = try FrontDoor(Site(), docker: engine.address, inside: engine)
        }

        @Test(
            "a container is routed when it starts, and no more when it is stopped or killed", .timeLimit(.minutes(10)))
        func startAndStop() throws {
            #expect(try get("one.test").status == 503)
            try start("one", host: "one.test")
            try eventually("it is routed") { try get("one.test", "/name").body == "one\n" }
            try engine.docker("stop", "--time", "1", "one")
            try eventually("it is gone") { try get("one.test").status == 503 }
            try engine.docker("start", "one")
            try eventually("it is back") { try get("one.test").status == 200 }
            try engine.docker("kill", "one")
            try eventually("it is gone") { try get("one.test").status == 503 }
        }

        @Test("finds the containers that ran before it did", .timeLimit(.minutes(10)))
        func earlierContainers() throws {
            try start("one", host: "one.test,alias.test")
            door.signal(SIGTERM)
            #expect(door.status(within: .seconds(10)) == 0)
            let second = try FrontDoor(door.site, docker: engine.address, inside: engine)
            try eventually("it is routed") { try get("alias.test", "/name").body == "one\n" }
            #expect(try second.routes().contains("alias.test"))
        }

        @Test("takes VIRTUAL_PORT before the exposed port", .timeLimit(.minutes(10)))
        func port() throws {
            try start("one", host: "one.test", with: "--env", "PORT=9000", "--env", "VIRTUAL_PORT=9000")
            try eventually("it is routed") { try get("one.test").status == 200 }
        }

        @Test("containers share a host by path, and one of them has several ports", .timeLimit(.minutes(10)))
        func paths() throws {
            try start("front", host: "paths.test")
            try start(
                "back", host: "paths.test", with: "--env", "VIRTUAL_PATH=/back/", "--env", "VIRTUAL_DEST=/")
            try start(
                "many", host: "ignored.test", with: "--env", "PORT=9000", "--env",
                "VIRTUAL_HOST_MULTIPORTS={\"paths.test\": {\"/many/\": {\"port\": 9000, \"dest\": \"/\"}}}")
            try eventually("all are routed") {
                try ["/name", "/back/name", "/many/name"].map { try get("paths.test", $0).body } == [
                    "front\n", "back\n", "many\n",
                ]
            }
            #expect(try get("paths.test", "/back").status == 301)
            #expect(try get("ignored.test").status == 503)
        }

        @Test("finds hosts by regular expressions", .timeLimit(.minutes(10)))
        func regularExpression() throws {
            try start("regex", host: "placeholder.test", with: "--env", "VIRTUAL_HOST=~^r[0-9]+\\.test$")
            try eventually("it is routed") { try get("r12.test", "/name").body == "regex\n" }
            #expect(try get("rx.test").status == 503)
        }

        @Test("a name with a star stands for many, and one without goes before it", .timeLimit(.minutes(10)))
        func stars() throws {
            try start("many", host: "*.star.test")
            try start("one", host: "one.star.test")
            try eventually("both are routed") {
                try get("some.star.test", "/name").body == "many\n" && get("one.star.test", "/name").body == "one\n"
            }
        }

        @Test("containers of one host share its requests; one that is stopped loses none", .timeLimit(.minutes(3)))
        func sharedHost() throws {
            try start("one", host: "shared.test")
            try start("two", host: "shared.test")
            try eventually("both answer") {
                let names = try Set((0..<4).map { _ in try get("shared.test", "/name").body })
                return names == ["one\n", "two\n"]
            }
            let steady = try SteadyRequests("http://shared.test/index.html", inside: engine)
            try engine.docker("stop", "--time", "2", "one")
            try steady.waitForMore(50)
            try engine.docker("start", "one")
            try steady.waitForMore(50)
            let result = steady.finish()
            #expect(result.others.isEmpty)
            print("Requests while a container of the host was stopped and started: \(result.good), all answered")
        }

        @Test("nothing that happens to containers disturbs another host", .timeLimit(.minutes(3)))
        func bystander() throws {
            try start("steady", host: "steady.test")
            try eventually("it is routed") { try get("steady.test").status == 200 }
            let kept = try SteadyRequests("http://steady.test/index.html", inside: engine)
            let reconnecting = try SteadyRequests("http://steady.test/index.html", inside: engine, reconnecting: true)
            try engine.docker("network", "create", "side")
            for round in 1...3 {
                let name = "other\(round)"
                try start(name, host: "other.test")
                try eventually("it is routed") { try get("other.test", "/name").body == name + "\n" }
                try engine.docker("network", "connect", "side", name)
                try engine.docker("network", "disconnect", "bridge", name)
                try eventually("it is routed by its other network") {
                    try get("other.test", "/name").body == name + "\n"
                }
                if round.isMultiple(of: 2) {
                    try engine.docker("kill", name)
                } else {
                    try engine.docker("stop", "--time", "1", name)
                }
                try engine.docker("rm", name)
                try eventually("it is gone") { try get("other.test").status == 503 }
            }
            try kept.waitForMore(20)
            for result in [kept.finish(), reconnecting.finish()] {
                #expect(result.others.isEmpty)
                #expect(result.good > 100)
            }
        }

        @Test("a container is served within moments of its start", .timeLimit(.minutes(3)))
        func latency() throws {
            var times: [Double] = []
            for round in 1...5 {
                let name = "fresh\(round)"
                try create(name, host: "\(name).test")
                let folder = try TemporaryFolder()
                let client = try RunningProcess(
                    Command(
                        engine.enter([
                            "sh", "-c",
                            "until curl --silent --fail --max-time 1 --output /dev/null http://\(name).test/; do :; done; date +%s.%N",
                        ])),
                    output: folder["time"], errors: "/dev/null")
                try engine.name("\(name).test")
                try engine.docker("start", name)
                try #require(client.status(within: .seconds(20)) == 0)
                let answered = Double(folder.read("time").trimmingCharacters(in: .newlines)) ?? 0
                let started = try engine.docker("inspect", "--format", "{{.State.StartedAt}}", name)
                times.append((answered - (try seconds(started))) * 1000)
            }
            let milliseconds = times.sorted().map { Int($0) }
            print("From container start to the first 200, in ms, of 5: \(milliseconds), median \(milliseconds[2])")
            #expect(milliseconds.allSatisfy { $0 < 5000 })
        }

        // MARK: Requests and containers

        private func get(_ host: String, _ path: String = "/") throws -> Curl.Answer {
            try engine.name(host)
            return try Curl("http://\(host)\(path)").inside(engine).outcome()
        }

        private func start(_ name: String, host: String, with options: String...) throws {
            try create(name, host: host, options)
            try engine.docker("start", name)
        }

        private func create(_ name: String, host: String, _ options: [String] = []) throws {
            for host in host.split(separator: ",") { try engine.name(String(host)) }
            try Command(
                engine.enter(
                    ["docker", "create", "--name", name, "--env", "NAME=\(name)", "--env", "VIRTUAL_HOST=\(host)"]
                        + options + [TestImages.web])
            ).run()
        }

        /// Seconds since 1970 of a time as Docker writes it.
        private func seconds(_ time: String) throws -> Double {
            let text = try Command(["date", "--date", time, "+%s.%N"]).run()
            return try #require(Double(text))
        }
    }
}
