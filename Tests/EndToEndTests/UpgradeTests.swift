import Foundation
import Testing

extension EndToEnd {
    @Suite("Taking over from a running server", .requires(.upgrade))
    struct UpgradeTests {
        private let site: Site
        private let backend: RunningProcess
        private static let clients = Checkout.folder + "/Tests/Upgrade/clients.py"

        init() throws {
            site = try Site()
            let ports = try (http: freePort(), webSocket: freePort())
            backend = try RunningProcess(
                Command(["/usr/bin/python3", Self.clients, "backend", "\(ports.http)", "\(ports.webSocket)"]),
                output: site.folder["backend.log"], errors: site.folder["backend.log"])
            try site.makeCertificate("up.test", addresses: ["127.0.0.1"])
            try site.configure(
                "up.test",
                """
                proxy_pass http://127.0.0.1:\(ports.http);
                client_max_body_size 0;
                location /ws { proxy_pass http://127.0.0.1:\(ports.webSocket); }
                """)
        }

        /// A server that takes requests as long as they last, and whichever process it is by now.
        private final class Door {
            let first: FrontDoor
            private let log: () -> String

            init(_ site: Site, docker: String = "none", arguments: [String] = []) throws {
                let door = try FrontDoor(
                    site, docker: docker, arguments: ["--drain-timeout", "300"] + arguments)
                first = door
                log = { door.log }
            }

            deinit {
                for id in processes where id != first.id { kill(id, SIGKILL) }
            }

            /// The processes that have served, in order.
            var processes: [pid_t] {
                [first.id]
                    + log().split(separator: "\n").compactMap { line in
                        guard let range = line.range(of: " info Process "), line.contains("has taken over") else {
                            return nil
                        }
                        return pid_t(line[range.upperBound...].prefix { $0.isNumber })
                    }
            }

            func upgrade() throws {
                let before = processes
                kill(before[before.count - 1], SIGUSR2)
                try eventually("another process has taken over", within: .seconds(60)) {
                    processes.count > before.count
                        && log().components(separatedBy: "Took over from the server before").count > before.count
                }
            }
        }

        private func startClients(of door: FrontDoor) throws -> RunningProcess {
            let clients = try RunningProcess(
                Command([
                    "/usr/bin/python3", Self.clients, "clients", "\(door.https)", site.certificate("up.test"),
                    site.folder.path,
                ]), output: site.folder["counts"], errors: site.folder["failures"])
            try eventually("every kind of client has begun", within: .seconds(60)) {
                FileManager.default.fileExists(atPath: site.folder["ready"])
            }
            return clients
        }

        private func finish(_ clients: RunningProcess) throws {
            try site.folder.write("stop", "")
            let status = clients.status(within: .seconds(60))
            print("Requests while the server was replaced:", site.folder.read("counts"))
            #expect(status == 0, "\(site.folder.read("counts"))\(site.folder.read("failures"))")
        }

        @Test("twice by SIGUSR2 under load loses and cuts nothing", .timeLimit(.minutes(10)))
        func twice() throws {
            let door = try Door(site)
            let clients = try startClients(of: door.first)
            try door.upgrade()
            try door.upgrade()
            #expect(Set(door.processes).count == 3)
            // What began before the first one goes on in the first process.
            #expect(door.first.status(within: .zero) == nil, "\(door.first.log)")
            try finish(clients)
            #expect(door.first.status(within: .seconds(30)) == 0, "\(door.first.log)")
            #expect(try door.first.routes().contains("up.test"))
            let last = try #require(door.processes.last)
            kill(last, SIGTERM)
            try eventually("the last process ends") { kill(last, 0) != 0 }
        }

        @Test("by a further process with --take-over does the same", .timeLimit(.minutes(10)))
        func byOption() throws {
            let door = try Door(site)
            let clients = try startClients(of: door.first)
            let second = try RunningProcess(
                Command([
                    Checkout.portico, "serve", "--take-over", "--http", "127.0.0.1:\(door.first.http)", "--https",
                    "127.0.0.1:\(door.first.https)", "--certs", site.folder["certs"], "--vhosts",
                    site.folder["vhost.d"],
                    "--passwords", site.folder["passwords"], "--docker", "none", "--control",
                    site.folder["control.sock"],
                ]), output: site.folder["second.out"], errors: site.folder["second.log"])
            try eventually("it has taken over", within: .seconds(60)) {
                site.folder.read("second.log").contains("Took over") || !second.isRunning
            }
            try finish(clients)
            #expect(door.first.status(within: .seconds(30)) == 0, "\(door.first.log)")
            #expect(second.isRunning, "\(site.folder.read("second.log"))")
            #expect(try door.first.routes().contains("up.test"))
        }

        @Test("needs no engine where there has never been one", .timeLimit(.minutes(10)))
        func withoutEngine() throws {
            let door = try Door(site, docker: "unix://" + site.folder["none.sock"])
            try door.upgrade()
            #expect(try door.first.routes().contains("up.test"))
            #expect(door.first.status(within: .seconds(30)) == 0, "\(door.first.log)")
        }

        @Test("that cannot serve as well as that one changes nothing", .timeLimit(.minutes(10)))
        func broken() throws {
            let door = try Door(site)
            let clients = try startClients(of: door.first)
            // The running server goes on with what it had; a new one would have nothing.
            try site.configure("up.test", "proxy_pass http://127.0.0.1:9")
            try eventually("it is noticed") { door.first.log.contains("up.test:1") }
            kill(door.first.id, SIGUSR2)
            try eventually("it is said why", within: .seconds(60)) {
                door.first.log.contains("and this one serves on: ")
            }
            #expect(door.first.log.contains("; is missing"))
            try finish(clients)
            #expect(door.processes == [door.first.id])
            #expect(try door.first.routes().contains("up.test"))
        }

        @Test("that runs as another user works as well", .timeLimit(.minutes(10)), .requires(.administrator))
        func otherUser() throws {
            let door = try Door(site, arguments: ["--user", "nobody"])
            let clients = try startClients(of: door.first)
            try door.upgrade()
            let last = try #require(door.processes.last)
            #expect(try String(contentsOfFile: "/proc/\(last)/status", encoding: .utf8).contains("Uid:\t65534\t65534"))
            try finish(clients)
            #expect(door.first.status(within: .seconds(30)) == 0, "\(door.first.log)")
        }
    }
}

extension Requirement {
    static let upgrade = Requirement.files(["/usr/lib/python3/dist-packages/websockets", "/usr/bin/curl"])
}
