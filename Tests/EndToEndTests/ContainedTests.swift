import Foundation
import Testing

extension EndToEnd {
    @Suite("Portico in a container of a real engine", .requires(.engine, .administrator))
    struct ContainedTests {
        private let engine: DockerEngine
        private static let image: Result<Void, any Error> = Result {
            try TestImages.loadPortico(into: DockerEngine.shared())
        }

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
            try Self.image.get()
        }

        @Test("reaches containers by the networks that it shares, whichever they are just now", .timeLimit(.minutes(3)))
        func networks() throws {
            for name in ["front", "back", "aside"] { try engine.docker("network", "create", name) }
            try startDoor("--network", "front")
            try engine.docker("network", "connect", "back", "door")
            try start("one", "--network", "front")
            try start("two", "--network", "back")
            try start("three", "--network", "aside")
            try eventually("two are routed") { try name("one") == "one\n" && name("two") == "two\n" }
            try eventually("the third is not, and why") {
                try routes().contains("it shares no network with Portico (it is attached to aside)")
            }
            try engine.docker("network", "connect", "aside", "door")
            try eventually("it is when the network is shared") { try name("three") == "three\n" }
            try engine.docker("network", "disconnect", "back", "door")
            try eventually("the second is no more") { try name("two") != "two\n" }
            #expect(try name("one") == "one\n")
            // A container in host networking is reached by the gateway.
            try start("hosted", "--network", "host", "--env", "PORT=8300", "--env", "VIRTUAL_PORT=8300")
            try eventually("it is routed") { try name("hosted") == "hosted\n" }
        }

        @Test("knows itself in host networking, where its host name is the machine's", .timeLimit(.minutes(3)))
        func hostNetworking() throws {
            try engine.docker("network", "create", "front")
            try startDoor("--network", "host", "--env", "VIRTUAL_HOST=self.test", "--env", "VIRTUAL_PORT=80")
            try start("one", "--network", "front")
            try start("hosted", "--network", "host", "--env", "PORT=8300", "--env", "VIRTUAL_PORT=8300")
            try eventually("both are routed") { try name("one") == "one\n" && name("hosted") == "hosted\n" }
            let routes = try routes()
            #expect(routes.contains("127.0.0.1:8300"))
            #expect(routes.contains("door (self.test): it is Portico itself"), "\(routes)")
        }

        @Test("leaves at once on SIGTERM as the first process, idle connections or not", .timeLimit(.minutes(10)))
        func firstProcess() throws {
            try startDoor()
            try start("one")
            try eventually("it is routed") { try name("one") == "one\n" }
            let folder = try TemporaryFolder()
            let idle = try RunningProcess(
                Command(engine.enter(["busybox", "nc", try address(), "80"])), output: folder["answer"],
                errors: folder["answer"], hasLifeline: true)
            // The engine would kill it after a minute.
            try engine.docker("stop", "--time", "60", "door", within: .seconds(20))
            #expect(try engine.docker("inspect", "--format", "{{.State.ExitCode}}", "door") == "0")
            #expect(idle.status(within: .seconds(10)) != nil)
        }

        // MARK: Requests and containers

        private func startDoor(_ options: String...) throws {
            try Command(
                engine.enter(
                    ["docker", "run", "--detach", "--name", "door", "--volume", "/run/docker.sock:/tmp/docker.sock"]
                        + options + [TestImages.portico, "serve", "--https", "off"])
            ).run()
            try eventually("it serves") { try engine.docker("logs", "door") != "" || !routes().isEmpty }
        }

        private func start(_ name: String, _ options: String...) throws {
            let variables = ["NAME=\(name)", "VIRTUAL_HOST=\(name).test"].flatMap { ["--env", $0] }
            try Command(
                engine.enter(["docker", "run", "--detach", "--name", name] + variables + options + [TestImages.web])
            ).run()
        }

        private func routes() throws -> String {
            try Command(engine.enter(["docker", "exec", "door", "/portico", "routes"])).outcome().output
        }

        /// The door's address in its first network; the loopback address in host networking.
        private func address() throws -> String {
            let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
            let text = try engine.docker("inspect", "--format", format, "door")
            return text.split(separator: " ").first.map(String.init) ?? "127.0.0.1"
        }

        /// What the host's container says its name is.
        private func name(_ host: String) throws -> String {
            try Curl("http://\(address())/name").with("--header", "Host: \(host).test").inside(engine).outcome().body
        }
    }
}
