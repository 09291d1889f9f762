import Foundation
import Testing

extension EndToEnd {
    @Suite("A service manager", .requires(.serviceManager))
    struct ServiceManagerTests {
        private let site: Site

        init() throws {
            site = try Site()
            try site.makeCertificate("in.test", addresses: ["127.0.0.1"])
            try site.configure("in.test", "return 204;")
        }

        private func get(_ scheme: String, _ port: Int) throws -> Curl.Answer {
            try Curl("\(scheme)://127.0.0.1:\(port)/").trusting(site, "in.test").with("--header", "Host: in.test")
                .outcome()
        }

        @Test("has opened the ports, by their names and not by their numbers", .timeLimit(.minutes(10)))
        func activation() throws {
            let (first, second) = (try freePort(), try freePort())
            // It starts the server with the first connection, which waits until then.
            let server = try RunningProcess(
                Command([
                    "systemd-socket-activate", "--listen", "127.0.0.1:\(first)", "--listen", "127.0.0.1:\(second)",
                    "--fdname", "https:http", "--setenv", "HTTPS_METHOD=noredirect",
                    Checkout.portico, "serve", "--certs", site.folder["certs"], "--vhosts", site.folder["vhost.d"],
                    "--passwords", site.folder["passwords"], "--docker", "none", "--control",
                    site.folder["control.sock"],
                ]), output: site.folder["access.log"], errors: site.folder["portico.log"])
            try eventually("the ports are open") { site.folder.read("portico.log").contains("Listening on") }
            let secure = try get("https", first)
            #expect(secure.status == 204, "\(secure)\(site.folder.read("portico.log"))")
            let plain = try get("http", second)
            #expect(plain.status == 204, "\(plain)\(site.folder.read("portico.log"))")
            server.signal(SIGTERM)
            #expect(server.status(within: .seconds(20)) == 0, "\(site.folder.read("portico.log"))")
        }

        @Test("is told what becomes of the server, and which process it is", .timeLimit(.minutes(10)))
        func notification() throws {
            let manager = try RunningProcess(
                Command(["/usr/bin/python3", "-c", Self.manager, site.folder["notify.sock"]]),
                output: site.folder["told"], errors: site.folder["manager.log"])
            try eventually("the manager listens") { told.contains("listens") }
            let door = try FrontDoor(
                site, environment: ["NOTIFY_SOCKET": site.folder["notify.sock"], "WATCHDOG_USEC": "200000"])
            try eventually("it serves, and is alive") { told.contains("READY=1") && told.contains("WATCHDOG=1") }
            #expect(!told.contains("RELOADING=1"))

            door.signal(SIGHUP)
            try eventually("it reads everything again, and serves") {
                told.range(of: "RELOADING=1").map { told[$0.upperBound...].contains("READY=1") } ?? false
            }
            door.signal(SIGUSR2)
            try eventually("another process is the server", within: .seconds(60)) { successor != nil }
            let next = try #require(successor)
            defer { kill(next, SIGKILL) }
            #expect(next != door.id)
            #expect(door.status(within: .seconds(30)) == 0, "\(door.log)")
            #expect(!told.contains("STOPPING=1"))
            kill(next, SIGTERM)
            try eventually("it ends") { told.contains("STOPPING=1") }
            #expect(manager.isRunning, "\(site.folder.read("manager.log"))")
        }

        /// The packets that the manager was sent, one behind the other.
        private var told: String { site.folder.read("told") }

        private var successor: pid_t? {
            told.split(separator: "\n").last { $0.hasPrefix("MAINPID=") }.flatMap { pid_t($0.dropFirst(8)) }
        }

        private static let manager = """
            import socket, sys
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            listener.bind(sys.argv[1])
            print("listens", flush=True)
            while True:
                print(listener.recv(4096).decode(), flush=True)
            """
    }
}

extension Requirement {
    static let serviceManager = Requirement.programs(["systemd-socket-activate", "curl"])
}
