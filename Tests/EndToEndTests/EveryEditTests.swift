import Foundation
import Testing

extension EndToEnd {
    /// The promise of the whole, tried at once: whatever is edited is live soon, and no request is lost meanwhile.
    @Suite("Edits of every kind under load", .requires(.engine, .administrator, .registry))
    final class EveryEditTests {
        private static let host = "registry.test"
        private let engine: DockerEngine
        private let site: Site
        private var times: [(name: String, seconds: Double)] = []

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
            site = try Site()
        }

        @Test(
            "are seen, while two clients of 1,000 requests and a slow upload see none of them",
            .timeLimit(.minutes(10)))
        func edits() throws {
            try prepare()
            let door = try FrontDoor(site, docker: engine.address, inside: engine)
            try eventually("all are routed", within: .seconds(30)) {
                try authorized("/v2/").status == 200 && get("http://plain.test/").status == 200
                    && get("http://inner.test/").status == 200
            }
            let upload = try beginUpload()
            let clients = try [false, true].map { reconnecting in
                try SteadyRequests(
                    "https://\(Self.host)/v2/", inside: engine, reconnecting: reconnecting,
                    arguments: HostsTests.loopback + ["--insecure", "--user", "alice:open sesame"])
            }
            try editDirectives()
            try editPasswords()
            try replaceCertificate()
            try changeContainers()
            try addDefaultCertificate()
            #expect(upload.client.isRunning, "the upload ended before the edits did")
            #expect(upload.client.status(within: .seconds(90)) == 0)
            #expect(upload.answer.read("status") == "202", "\(upload.answer.read("errors"))")
            for client in clients {
                if client.statuses.count < 1000 { try client.waitForMore(1000 - client.statuses.count) }
                let result = client.finish()
                #expect(result.others.isEmpty, "\(result.others.prefix(5))\n\(door.log)")
                #expect(result.good >= 1000)
                print("Requests while everything was edited: \(result.good), all answered")
            }
            let slowest = times.max { $0.seconds < $1.seconds }
            print(
                "From an edit to its effect, in ms: "
                    + times.map { "\($0.name) \(Int($0.seconds * 1000))" }.joined(separator: ", ")
                    + "; slowest: \(slowest?.name ?? "")")
        }

        // MARK: Edits

        private func editDirectives() throws {
            try edit("the host's file") {
                try configure(edit: 1)
            } isSeen: {
                try authorized("/v2/")["X-Edit"] == ["1"]
            }
            try edit("the file of its locations") {
                try site.folder.write("vhost.d/\(Self.host)_location", "add_header X-Location 1 always;\n")
            } isSeen: {
                try authorized("/v2/")["X-Location"] == ["1"]
            }
            try edit("the file of hosts without one") {
                try site.folder.write("vhost.d/default", "add_header X-Default 1 always;\n")
            } isSeen: {
                try get("http://plain.test/")["X-Default"] == ["1"]
            }
            try edit("proxy.conf") {
                try site.folder.write("proxy.conf", "client_max_body_size 3;\n")
            } isSeen: {
                try get("http://plain.test/", "--data", "12345").status == 413
            }
            try edit("network_internal.conf") {
                try site.folder.write("network_internal.conf", "deny all;\n")
            } isSeen: {
                try get("http://inner.test/").status == 403
            }
        }

        private func editPasswords() throws {
            try edit("the password file") {
                try site.setPassword(Self.host, user: "eve", "apple")
            } isSeen: {
                try get("https://\(Self.host)/v2/", "--user", "eve:apple").status == 200
            }
            try edit("a file of htpasswd") {
                try site.folder.write("htpasswd/plain.test", site.folder.read("passwords/\(Self.host)"))
            } isSeen: {
                try get("http://plain.test/").status == 401
            }
            try edit("its removal") {
                try FileManager.default.removeItem(atPath: site.folder["htpasswd/plain.test"])
            } isSeen: {
                try get("http://plain.test/").status == 200
            }
        }

        private func replaceCertificate() throws {
            let folder = try makeCertificate(Self.host)
            try edit("the certificate") {
                for ending in ["key", "crt"] {
                    try move("\(folder)/\(Self.host).\(ending)", to: "\(Self.host).\(ending)")
                }
            } isSeen: {
                try get(
                    "https://\(Self.host)/v2/", "--user", "alice:open sesame", isTrusting: site.certificate(Self.host)
                ).status == 200
            }
        }

        private func changeContainers() throws {
            try edit("a container that starts") {
                try engine.docker("start", "late")
            } isSeen: {
                try get("http://late.test/").status == 200
            }
            try edit("a container that is killed") {
                try engine.docker("kill", "late")
            } isSeen: {
                try get("http://late.test/").status == 503
            }
            try edit("a container with a port of its own") {
                try engine.docker("start", "aside")
            } isSeen: {
                try get("http://aside.test:8081/").status == 200
            }
            try edit("the end of that port") {
                try engine.docker("kill", "aside")
            } isSeen: {
                try get("http://aside.test:8081/").trouble.contains("(7)")
            }
        }

        private func addDefaultCertificate() throws {
            #expect(try get("https://unknown.test/").status == 0)
            let folder = try makeCertificate("default")
            try edit("a default certificate") {
                for ending in ["key", "crt"] { try move("\(folder)/default.\(ending)", to: "default.\(ending)") }
            } isSeen: {
                try get("https://unknown.test/").status == 503
            }
        }

        /// Makes the change and waits for its effect, which must not take long even on a machine that is busy.
        private func edit(_ name: String, _ change: () throws -> Void, isSeen: () throws -> Bool) throws {
            try change()
            let start = ContinuousClock.now
            try eventually(name) { try isSeen() }
            times.append((name, (ContinuousClock.now - start).seconds))
        }

        // MARK: What is served

        private func prepare() throws {
            try site.makeCertificate(Self.host)
            try site.setPassword(Self.host, user: "alice", "open sesame")
            try configure(edit: 0)
            try run("registry", ["VIRTUAL_HOST=\(Self.host)"], TestImages.registry)
            try run("plain", ["VIRTUAL_HOST=plain.test"], TestImages.web)
            try run("inner", ["VIRTUAL_HOST=inner.test", "NETWORK_ACCESS=internal"], TestImages.web)
            try run("late", ["VIRTUAL_HOST=late.test"], TestImages.web)
            try run("aside", ["VIRTUAL_HOST=aside.test", "EXTERNAL_HTTP_PORT=8081"], TestImages.web)
            try engine.docker("kill", "late", "aside")
        }

        private func configure(edit: Int) throws {
            try site.configure(
                Self.host,
                """
                client_max_body_size 100m;
                auth_basic "Registry";
                auth_basic_user_file passwords/\(Self.host);
                add_header X-Edit \(edit) always;
                """)
        }

        private func run(_ name: String, _ variables: [String], _ image: String) throws {
            let environment = variables.flatMap { ["--env", $0] }
            try Command(engine.enter(["docker", "run", "--detach", "--name", name] + environment + [image])).run()
        }

        /// Makes a pair aside, to be moved into place.
        private func makeCertificate(_ name: String) throws -> String {
            let folder = try site.folder.folder("new")
            try Command([
                Checkout.portico, "cert", "self-signed", name, "--certs", folder,
            ]).run()
            return folder
        }

        private func move(_ path: String, to name: String) throws {
            try Command(["mv", "--force", path, site.folder["certs/\(name)"]]).run()
        }

        // MARK: Requests

        private func beginUpload() throws -> (client: RunningProcess, answer: TemporaryFolder) {
            let begun = try authorized("/v2/sample/blobs/uploads/", "--request", "POST")
            guard let location = begun["Location"].first, let start = location.range(of: "/v2/")?.lowerBound else {
                throw Command.Failure(description: "no upload: \(begun)")
            }
            try Command(["truncate", "--size", "30M", site.folder["zeros"]]).run()
            let answer = try TemporaryFolder()
            var upload = Curl("https://\(Self.host)\(location[start...])").user("alice", "open sesame")
                .with("--insecure", "--request", "PATCH", "--upload-file", site.folder["zeros"], "--limit-rate", "1M")
                .inside(engine)
            upload.arguments += HostsTests.loopback
            let client = try RunningProcess(
                upload.command(leaving: answer), output: answer["status"], errors: answer["errors"])
            return (client, answer)
        }

        private func authorized(_ path: String, _ options: String...) throws -> Curl.Answer {
            try get("https://\(Self.host)\(path)", ["--user", "alice:open sesame"] + options)
        }

        private func get(
            _ url: String, _ options: String..., isTrusting certificate: String? = nil
        ) throws -> Curl.Answer { try get(url, options, isTrusting: certificate) }

        private func get(
            _ url: String, _ options: [String], isTrusting certificate: String? = nil
        ) throws -> Curl.Answer {
            var curl = Curl(url).inside(engine)
            curl.arguments += HostsTests.loopback + options + (certificate.map { ["--cacert", $0] } ?? ["--insecure"])
            return try curl.outcome()
        }
    }
}
