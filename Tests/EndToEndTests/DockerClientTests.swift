import Foundation
import Testing

extension EndToEnd {
    @Suite("Docker's own client through the front door", .requires(.engine, .administrator, .registry))
    struct DockerClientTests {
        private static let host = "registry.example.com"
        private let engine: DockerEngine
        private let site: Site
        private let door: FrontDoor

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
            try engine.name(Self.host)
            site = try Site()
            try site.makeCertificate(Self.host)
            try site.setPassword(Self.host, user: "alice", "wonderland")
            try site.configure(
                Self.host,
                """
                client_max_body_size 4m;
                auth_basic "Restricted";
                auth_basic_user_file passwords/\(Self.host);
                add_header Docker-Distribution-Api-Version registry/2.0 always;
                """)
            door = try FrontDoor(site, docker: engine.address, inside: engine)
            try engine.docker(
                "run", "--detach", "--name", "registry", "--env", "VIRTUAL_HOST=\(Self.host)", TestImages.registry)
            let trust = "/etc/docker/certs.d/\(Self.host)"
            try engine.shell("mkdir -p \(trust) && cp \(site.certificate(Self.host)) \(trust)/ca.crt")
            let request = Curl("https://\(Self.host)/v2/").trusting(site, Self.host).user("alice", "wonderland")
                .inside(engine)
            try eventually("the registry is routed") { try request.outcome().status == 200 }
        }

        @Test("logs in, pushes and pulls", .timeLimit(.minutes(3)))
        func session() throws {
            #expect(try login("wonderland").output.contains("Login Succeeded"))
            let name = "\(Self.host)/alice/hello"
            let push = try docker("docker tag \(TestImages.hello) \(name) && docker push \(name)")
            try #require(push.status == 0, "\(push)")
            let pull = try docker("docker rmi \(name) && docker pull \(name) && docker run --rm \(name)")
            #expect(pull.output.contains("Hello from Docker!"), "\(pull)")
        }

        @Test("is told that a password is wrong", .timeLimit(.minutes(3)))
        func wrongPassword() throws {
            let login = try login("looking glass")
            #expect(login.status != 0)
            #expect(login.errors.contains("401"), "\(login)")
        }

        @Test("is told that it has not logged in", .timeLimit(.minutes(3)))
        func noLogin() throws {
            let name = "\(Self.host)/alice/hello"
            let push = try docker("docker tag \(TestImages.hello) \(name) && docker push \(name)")
            #expect(push.status != 0)
            #expect(push.errors.contains("no basic auth credentials"), "\(push)")
        }

        @Test("is told that a layer is too large", .timeLimit(.minutes(3)))
        func largeLayer() throws {
            try #require(login("wonderland").status == 0)
            let name = "\(Self.host)/alice/large"
            // Random, for the engine compresses what it pushes.
            let push = try docker(
                """
                head -c 20M /dev/urandom >$HOME/large && tar -C $HOME -c large | docker import - \(name) \
                && docker push \(name)
                """)
            #expect(push.status != 0)
            #expect((push.output + push.errors).contains("413"), "\(push)")
        }

        private func login(_ password: String) throws -> Command.Outcome {
            try docker("echo '\(password)' | docker login --username alice --password-stdin \(Self.host)")
        }

        /// Runs docker's commands with a home of their own, where it keeps the login.
        private func docker(_ commands: String) throws -> Command.Outcome {
            try engine.shell(commands, environment: ["HOME": site.folder.folder("home")])
        }
    }
}
