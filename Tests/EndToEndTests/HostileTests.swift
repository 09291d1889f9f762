import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What an attacker, or a broken backend, does from outside: the drivers in `Tests/Hostile`, each with a table of its own.
    @Suite("Hostile input", .requires(.hostile))
    struct HostileTests {
        private let site: Site

        init() throws { site = try Site() }

        @Test(
            "passes on no request that two parsers could read in two ways, and leaves nothing on any connection",
            .timeLimit(.minutes(10)))
        func smuggling() throws {
            let backend = try freePort()
            let door = try serve(["h.test": "location / { proxy_pass http://127.0.0.1:\(backend); }"])
            try drive("smuggle.py", door, ["--tls-port", "\(door.https)", "--backend", "\(backend)"])
        }

        @Test(
            "answers with what the backend said, or with 502, or breaks off so that it is seen",
            .timeLimit(.minutes(10))
        )
        func answers() throws {
            let (backend, early) = (try freePort(), try freePort())
            let door = try serve([
                "h.test": "location / { proxy_pass http://127.0.0.1:\(backend); }",
                "early.test": "location / { proxy_pass http://127.0.0.1:\(early); }",
            ])
            try drive("answers.py", door, ["--backend", "\(backend)", "--early", "\(early)"])
        }

        @Test(
            "outlives every failure of a backend, at every stage, and has nothing left behind it",
            .timeLimit(.minutes(10)))
        func faults() throws {
            let ports = try (backend: freePort(), refusing: freePort(), hanging: freePort())
            let door = try serve([
                "h.test": """
                location / { proxy_pass http://127.0.0.1:\(ports.backend); }
                location /slow/ {
                    proxy_pass http://127.0.0.1:\(ports.backend);
                    proxy_read_timeout 1s;
                    proxy_send_timeout 1s;
                }
                location /refused { proxy_pass http://127.0.0.1:\(ports.refusing); }
                location /unaccepted { proxy_pass http://127.0.0.1:\(ports.hanging); proxy_connect_timeout 1s; }
                """
            ])
            try drive(
                "faults.py", door,
                [
                    "--pid", "\(door.processID)", "--backend", "\(ports.backend)", "--refusing", "\(ports.refusing)",
                    "--hanging", "\(ports.hanging)",
                ])
        }

        @Test(
            "lets no spelling of a path or a host past its rules, as nginx does not, and believes no client's claims",
            .timeLimit(.minutes(10)))
        func access() throws {
            let backend = try freePort()
            let rules = try String(contentsOfFile: Self.folder + "guards/rules.test", encoding: .utf8)
                .replacing("BACKEND", with: "\(backend)").replacing("FOLDER", with: site.folder.path)
            let guarded = "auth_basic in; auth_basic_user_file passwords/guarded.test;"
            let passing = "proxy_pass http://127.0.0.1:\(backend);"
            try site.setPassword("guarded.test", user: "alice", "open sesame")
            try site.folder.write("users", site.folder.read("passwords/guarded.test"))
            try site.folder.write("certs/closed.test.ca.crt", ClientPKI.shared.get().text("ca.crt"))
            let door = try serve(
                [
                    "rules.test": rules, "open.test": passing, "closed.test": passing,
                    "guarded.test": guarded + passing,
                    "stripped.test": guarded + passing
                        + "proxy_set_header Host $http_host; proxy_set_header Authorization \"\";",
                ], environment: ["LOGIN_ATTEMPTS": "off"])
            try drive(
                "access.py", door,
                ["--tls-port", "\(door.https)", "--backend", "\(backend)", "--folder", site.folder.path])
        }

        @Test("costs as much for an unknown user as for a known one", .timeLimit(.minutes(10)))
        func names() throws {
            try site.setPassword("guarded.test", user: "alice", "open sesame", algorithm: "sha512")
            let door = try serve(
                [
                    "guarded.test":
                        "auth_basic in; auth_basic_user_file passwords/guarded.test; proxy_pass http://127.0.0.1:1;"
                ],
                environment: ["LOGIN_ATTEMPTS": "off"])
            try drive("names.py", door, ["--pid", "\(door.processID)"])
        }

        @Test(
            "finds its containers again whatever the engine says, or does not say, and keeps those it knows",
            .timeLimit(.minutes(10)))
        func engine() throws {
            try drive("engine.py", ["--portico", Checkout.portico, "--folder", site.folder.path])
        }

        @Test(
            "lets nobody in by a broken password file, shows the last good certificate, and needs no help when they are mended",
            .timeLimit(.minutes(10)))
        func files() throws {
            let backend = try freePort()
            let passing = "proxy_pass http://127.0.0.1:\(backend);"
            try site.setPassword("guarded.test", user: "alice", "open sesame", algorithm: "apr1")
            let door = try serve(
                [
                    "guarded.test": "auth_basic in; auth_basic_user_file passwords/guarded.test;" + passing,
                    "honest.test": passing,
                ], environment: ["LOGIN_ATTEMPTS": "off"])
            try drive(
                "files.py", door,
                [
                    "--tls-port", "\(door.https)", "--backend", "\(backend)", "--folder", site.folder.path,
                    "--portico", Checkout.portico,
                ])
        }

        @Test(
            "serves on when descriptors or the disk have run out, and does not spin", .requires(.administrator),
            .timeLimit(.minutes(10)))
        func shortage() throws {
            try drive("shortage.py", ["--portico", Checkout.portico, "--folder", site.folder.path])
        }

        @Test("gives up who sends or takes next to nothing, and nobody else", .timeLimit(.minutes(5)))
        func slow() throws {
            try drive("slow.py", ["--portico", Checkout.portico, "--folder", site.folder.path])
        }

        @Test(
            "serves others when one client opens more connections than there are descriptors, or ten thousand",
            .timeLimit(.minutes(5)))
        func many() throws {
            try drive("many.py", ["--portico", Checkout.portico, "--folder", site.folder.path])
        }

        // MARK: The door and its attacker

        private static let folder = Checkout.folder + "/Tests/Hostile/"

        /// Starts a front door of one worker, so that all clients share its connections to a backend.
        private func serve(_ hosts: [String: String], environment: [String: String] = [:]) throws -> FrontDoor {
            for (host, directives) in hosts {
                try site.configure(host, directives)
                try site.makeCertificate(host)
            }
            return try FrontDoor(
                site, environment: ["HTTPS_METHOD": "noredirect"].merging(environment) { $1 },
                arguments: ["--workers", "1"])
        }

        /// Runs a driver, which says what went wrong and ends with 0 where nothing did.
        private func drive(_ name: String, _ door: FrontDoor, _ arguments: [String]) throws {
            try drive(name, ["--port", "\(door.http)"] + arguments, log: { String(door.log.suffix(4000)) })
        }

        private func drive(_ name: String, _ arguments: [String], log: () -> String = { "" }) throws {
            let outcome = try Command(
                [Requirement.python, Self.folder + name] + arguments
            ).outcome(within: .seconds(240))
            #expect(outcome.status == 0, "\(outcome)\n\(log())")
            print("\(name): \(outcome.output.split(separator: "\n").last ?? "said nothing")")
        }
    }
}

extension Requirement {
    /// What the drivers in `Tests/Hostile` are made with.
    static let hostile = Requirement.files([python, "/usr/lib/python3/dist-packages/h2", "/usr/sbin/nginx"])
}
