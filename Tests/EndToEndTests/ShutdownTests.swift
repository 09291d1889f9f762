import Foundation
import Testing

extension EndToEnd {
    @Suite("SIGTERM", .requires(.registry))
    struct ShutdownTests {
        @Test("lets an upload finish, takes no new client, and ends with 0", .timeLimit(.minutes(10)))
        func drain() throws {
            let registry = try RegistrySite()
            let upload = try slowUpload(to: registry)
            registry.door.signal(SIGTERM)
            try eventually("no new client is taken") {
                try registry.request("/v2/").outcome().status == 0
            }
            #expect(upload.client.status(within: .seconds(60)) == 0)
            #expect(upload.answer.read("status") == "202", "\(upload.answer.read("errors"))")
            #expect(registry.door.status(within: .seconds(10)) == 0)
        }

        @Test("closes idle connections at once", .timeLimit(.minutes(10)))
        func idle() throws {
            let registry = try RegistrySite()
            let folder = try TemporaryFolder()
            let client = try RunningProcess(
                Command([
                    "openssl", "s_client", "-connect", "127.0.0.1:\(registry.door.https)", "-servername", "localhost",
                ]),
                output: folder["output"], errors: folder["output"], hasLifeline: true)
            try eventually("the client is connected") { folder.read("output").contains("Verif") }
            registry.door.signal(SIGTERM)
            // The deadline for requests under way is 30 seconds.
            #expect(registry.door.status(within: .seconds(10)) == 0)
            #expect(client.status(within: .seconds(10)) != nil)
        }

        @Test("ends now when it comes a second time", .timeLimit(.minutes(10)))
        func second() throws {
            let registry = try RegistrySite()
            let upload = try slowUpload(to: registry)
            registry.door.signal(SIGTERM)
            try eventually("no new client is taken") {
                try registry.request("/v2/").outcome().status == 0
            }
            #expect(upload.client.isRunning)
            registry.door.signal(SIGTERM)
            #expect(registry.door.status(within: .seconds(5)) != nil)
            #expect(upload.client.status(within: .seconds(10)) != 0)
        }

        private func slowUpload(
            to registry: RegistrySite
        ) throws -> (client: RunningProcess, answer: TemporaryFolder) {
            let answer = try TemporaryFolder()
            try Command(["truncate", "--size", "8M", registry.site.folder["zeros"]]).run()
            let command = try registry.authorized(registry.beginUpload())
                .with("--request", "PATCH", "--upload-file", registry.site.folder["zeros"], "--limit-rate", "2M")
                .command(leaving: answer)
            let client = try RunningProcess(command, output: answer["status"], errors: answer["errors"])
            // Once the registry has begun to store the layer, the request is under way.
            try eventually("the upload is under way") { try registry.registry.hasUploadUnderWay() }
            return (client, answer)
        }
    }
}
