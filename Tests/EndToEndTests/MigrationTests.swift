import Foundation
import Testing

extension EndToEnd {
    @Suite("Looking at a host before Portico takes nginx-proxy's place", .requires(.engine, .administrator))
    struct MigrationTests {
        private let engine: DockerEngine
        private let site: Site

        init() throws {
            engine = try DockerEngine.shared()
            try engine.clear()
            site = try Site()
            try engine.docker("tag", "portico-test/web", "nginxproxy/nginx-proxy:1.6")
        }

        private func migrate(_ arguments: String...) throws -> Command.Outcome {
            try Command([Checkout.portico, "migrate", "--docker", engine.address] + arguments).outcome()
        }

        @Test("finds nginx-proxy, its settings and its folders, and says what differs", .timeLimit(.minutes(10)))
        func report() throws {
            try site.configure("good.test", "client_max_body_size 10m;")
            try site.configure("bad.test", "client_max_body_siz 10m;")
            try engine.docker(
                "run", "--detach", "--name", "front", "--publish", "5080:80", "--volume",
                "\(site.folder["vhost.d"]):/etc/nginx/vhost.d:ro", "--env", "TRUST_DOWNSTREAM_PROXY=true", "--env",
                "ENABLE_HTTP3=true", "nginxproxy/nginx-proxy:1.6")
            for name in ["good", "bad"] {
                try engine.docker(
                    "run", "--detach", "--name", name, "--env", "VIRTUAL_HOST=\(name).test", "portico-test/web")
            }
            try engine.docker(
                "run", "--detach", "--name", "uwsgi", "--env", "VIRTUAL_HOST=uwsgi.test", "--env",
                "VIRTUAL_PROTO=uwsgi",
                "portico-test/web")
            let outcome = try migrate()
            #expect(outcome.status == 2, "\(outcome)")
            for expected in [
                "nginx-proxy: front (nginxproxy/nginx-proxy:1.6)\n", "ENABLE_HTTP3=true has no effect",
                "the port 5080 have it in Host", "\ngood.test\n  as before\n",
                "\(site.folder["vhost.d/bad.test"]):1:1: unknown directive", "VIRTUAL_PROTO \"uwsgi\" is not supported",
                "\n3 hosts, ",
            ] { #expect(outcome.output.contains(expected), "\(expected): \(outcome)") }
            #expect(!outcome.output.contains("TRUST_DOWNSTREAM_PROXY is not set"))

            struct Report: Decodable {
                struct Host: Decodable { var name: String }
                var hosts: [Host]
            }
            let json = try migrate("--json", "--container", "front").output
            let report = try JSONDecoder().decode(Report.self, from: Data(json.utf8))
            #expect(report.hosts.map(\.name) == ["bad.test", "good.test", "uwsgi.test"])
        }
    }
}
