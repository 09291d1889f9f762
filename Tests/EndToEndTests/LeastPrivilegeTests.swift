import Foundation
import Testing

extension EndToEnd {
    @Suite("A server that runs as another user", .requires(.engine, .administrator))
    struct LeastPrivilegeTests {
        private let engine: DockerEngine
        private let site: Site
        private let door: FrontDoor

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
            site = try Site()
            try site.makeCertificate("one.test")
            try site.configure("one.test", "auth_basic one;\nauth_basic_user_file passwords/one.test;")
            try site.setPassword("one.test", user: "alice", "first")
            // As strict as a host's own folders can be.
            for name in ["certs", "vhost.d", "passwords"] { chmod(site.folder[name], 0o700) }
            door = try FrontDoor(
                site, docker: engine.address, inside: engine, arguments: ["--user", "nobody", "--sandbox", "required"])
        }

        @Test("cannot reach the engine, and its threads can gain nothing", .timeLimit(.minutes(10)))
        func walls() throws {
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(door.id)/task")
            #expect(threads.count > 2)
            for thread in threads {
                let status = try fields(of: "\(door.id)/task/\(thread)")
                #expect(status["Uid"] == "65534 65534 65534 65534")
                #expect(status["Gid"] == "65534 65534 65534 65534")
                #expect(status["Groups"] == "")
                #expect(status["NoNewPrivs"] == "1")
                #expect(status["Seccomp"] == "2")
                for set in ["CapPrm", "CapEff", "CapBnd"] { #expect(status[set] == "0000000000000400", "\(set)") }
                for set in ["CapInh", "CapAmb"] { #expect(status[set] == "0000000000000000", "\(set)") }
            }
            // Whom each of its sockets leads to: the other processes of this server, and nobody else.
            let peers = try Command(["ss", "-xpn"]).run().split(separator: "\n").filter {
                $0.contains("pid=\(door.id),")
            }
            #expect(!peers.isEmpty && !peers.contains { $0.contains("docker.sock") }, "\(peers)")
            #expect(door.log.contains("confined: no new privileges, files by Landlock, system calls by a filter"))
        }

        @Test("follows containers, certificates and passwords that only root may read", .timeLimit(.minutes(10)))
        func live() throws {
            try engine.docker(
                "run", "--detach", "--name", "one", "--env", "VIRTUAL_HOST=one.test", "--env", "VIRTUAL_PORT=8000",
                TestImages.web)
            try eventually("it asks for a password") { try status("wrong:wrong") == "401" }
            try eventually("it is served") { try status("alice:first") == "200" }
            try site.setPassword("one.test", user: "alice", "second")
            try eventually("the new password counts") { try status("alice:second") == "200" }
            #expect(try status("alice:first") == "401")
            let before = try certificate()
            for name in ["one.test.crt", "one.test.key"] {
                try FileManager.default.removeItem(atPath: site.folder["certs/\(name)"])
            }
            try site.makeCertificate("one.test")
            try eventually("the new certificate is shown") {
                try certificate() != before && status("alice:second") == "200"
            }
            try engine.docker("stop", "--time", "1", "one")
            // Without a host of that name there is nobody to shake hands with (RFC 6066 §3).
            try eventually("the container is gone") { try status("alice:second") == "000" }
        }

        @Test("follows the engine again when the process that does so was killed", .timeLimit(.minutes(10)))
        func restart() throws {
            let discovery = try descendants().first { try name($0) == "portico-docker" }
            kill(try #require(discovery), SIGKILL)
            try eventually("it is said") { door.log.contains("The process that follows the Docker engine has ended") }
            try engine.docker(
                "run", "--detach", "--name", "one", "--env", "VIRTUAL_HOST=one.test", "--env", "VIRTUAL_PORT=8000",
                TestImages.web)
            try eventually("a new one follows it") { try status("alice:first") == "200" }
        }

        @Test("leaves no process behind, however it ends", .timeLimit(.minutes(10)))
        func end() throws {
            let others = try descendants()
            #expect(others.count == 2)
            door.signal(SIGKILL)
            _ = door.status(within: .seconds(5))
            try eventually("both have ended") { try others.allSatisfy { try (name($0) ?? "").isEmpty } }
        }

        private func fields(of process: String) throws -> [String: String] {
            let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                return (String(parts[0]), parts[1].split(whereSeparator: \.isWhitespace).joined(separator: " "))
            }
            return Dictionary(pairs) { first, _ in first }
        }

        /// The monitor, and what it has started.
        private func descendants() throws -> [pid_t] {
            let children = { (id: pid_t) in
                try String(contentsOfFile: "/proc/\(id)/task/\(id)/children", encoding: .utf8)
                    .split(separator: " ").compactMap { pid_t($0) }
            }
            var found: [pid_t] = []
            try eventually("both other processes run") {
                let monitors = try children(door.id)
                found = try monitors + monitors.flatMap(children)
                return found.count >= 2
            }
            return found
        }

        /// What a process is called; nil when there is none, empty for one that has ended and was not missed yet.
        private func name(_ id: pid_t) throws -> String? {
            guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
                let name = text.split(separator: "(").last?.split(separator: ")").first,
                !text.contains(") Z ")
            else { return nil }
            return String(name)
        }

        private func curl(_ user: String, _ format: String) throws -> String {
            try Command(
                engine.enter([
                    "curl", "--silent", "--insecure", "--noproxy", "*", "--output", "/dev/null", "--user", user,
                    "--connect-to", "::127.0.0.1:443", "--write-out", format, "https://one.test/",
                ])
            ).outcome().output
        }

        private func status(_ user: String) throws -> String { try curl(user, "%{http_code}") }

        private func certificate() throws -> String {
            try engine.shell(
                "openssl s_client -connect 127.0.0.1:443 -servername one.test </dev/null 2>/dev/null | openssl x509 -noout -serial"
            ).output
        }
    }
}
