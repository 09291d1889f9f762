import Foundation
import Testing

extension EndToEnd {
    @Suite("Changes of files under a running server", .requires(.registry))
    struct LiveChangesTests {
        /// Time for a change to be seen on a machine that is busy with other things; on a quiet one it takes well under a second.
        private let soon = Duration.seconds(20)

        @Test("a new limit, a new user and a new certificate are live, and an upload goes on", .timeLimit(.minutes(10)))
        func changes() throws {
            let registry = try RegistrySite()
            let folder = registry.site.folder
            try Command(["truncate", "--size", "16M", folder["zeros"]]).run()
            let answer = try TemporaryFolder()
            let upload = try registry.authorized(registry.beginUpload())
                .with("--request", "PATCH", "--upload-file", folder["zeros"], "--limit-rate", "3M")
                .command(leaving: answer)
            let client = try RunningProcess(upload, output: answer["status"], errors: answer["errors"])
            try eventually("the upload is under way") { try registry.registry.hasUploadUnderWay() }

            try registry.site.configure(
                RegistrySite.host, RegistrySite.settings(limit: "1k", port: registry.registry.port))
            try eventually("the new limit", within: soon) {
                try registry.authorized("/v2/").with("--data-binary", String(repeating: "x", count: 2000)).outcome()
                    .status == 413
            }
            #expect(try registry.request("/v2/").user("eve", "apple").outcome().status == 401)
            try registry.site.setPassword(RegistrySite.host, user: "eve", "apple")
            try eventually("the new user", within: soon) {
                try registry.request("/v2/").user("eve", "apple").outcome().status == 200
            }
            try Command([
                Checkout.portico, "passwd", "remove", RegistrySite.host, "eve", "--passwords", folder["passwords"],
            ]).run()
            try eventually("the user is gone", within: soon) {
                try registry.request("/v2/").user("eve", "apple").outcome().status == 401
            }

            let old = folder["old.crt"]
            try FileManager.default.copyItem(atPath: registry.site.certificate(RegistrySite.host), toPath: old)
            try FileManager.default.removeItem(atPath: registry.site.certificate(RegistrySite.host))
            try FileManager.default.removeItem(atPath: folder["certs/\(RegistrySite.host).key"])
            try registry.site.makeCertificate(RegistrySite.host, names: ["localhost"])
            try eventually("the new certificate", within: soon) {
                try registry.authorized("/v2/").outcome().status == 200
            }
            #expect(try Curl("https://\(registry.address)/v2/").with("--cacert", old).outcome().status == 0)

            #expect(client.status(within: .seconds(60)) == 0)
            #expect(answer.read("status") == "202", "\(answer.read("errors"))")
        }

        @Test("a broken file keeps its last good version, and is named with line and column", .timeLimit(.minutes(10)))
        func brokenFile() throws {
            let registry = try RegistrySite()
            try registry.site.configure(RegistrySite.host, "client_max_body_size 5m;\nauth_basic_user_fil x;")
            try eventually("the log names the fault", within: soon) {
                registry.door.log.contains("\(RegistrySite.host):2:1")
            }
            #expect(try registry.request("/v2/").outcome().status == 401)
            #expect(try registry.authorized("/v2/").outcome().status == 200)
            let check = try Command([
                Checkout.portico, "check", "--vhosts", registry.site.folder["vhost.d"],
                "--certs", registry.site.folder["certs"], "--passwords", registry.site.folder["passwords"],
                "--docker", "none",
            ]).outcome()
            #expect(check.status == 1)
            #expect((check.output + check.errors).contains("\(RegistrySite.host):2:1"), "\(check)")
        }

        @Test("a broken pair of certificate and key does no harm", .timeLimit(.minutes(10)))
        func brokenCertificate() throws {
            let registry = try RegistrySite()
            try registry.site.makeCertificate("other.test")
            // The key of another certificate.
            try FileManager.default.removeItem(atPath: registry.site.folder["certs/other.test.key"])
            try FileManager.default.copyItem(
                atPath: registry.site.folder["certs/\(RegistrySite.host).key"],
                toPath: registry.site.folder["certs/other.test.key"])
            try eventually("the log names the pair", within: soon) { registry.door.log.contains("other.test") }
            #expect(try registry.authorized("/v2/").outcome().status == 200)
        }
    }
}
