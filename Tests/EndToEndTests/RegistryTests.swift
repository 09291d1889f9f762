import Foundation
import Testing

extension EndToEnd {
    @Suite("A private registry behind TLS and passwords", .requires(.registry, .programs(["skopeo"])))
    struct RegistryTests {
        @Test(
            "challenges whoever has no right to come in, as a registry", .timeLimit(.minutes(10)),
            arguments: [nil, ("demo", "open barley"), ("nobody", "open sesame")])
        func challenge(credentials: (user: String, password: String)?) throws {
            let registry = try RegistrySite()
            var request = registry.request("/v2/")
            if let credentials { request = request.user(credentials.user, credentials.password) }
            let answer = try request.outcome()
            #expect(answer.status == 401)
            #expect(answer["WWW-Authenticate"] == [#"Basic realm="Restricted""#])
            #expect(answer["Docker-Distribution-Api-Version"] == ["registry/2.0"])
        }

        @Test("lets the user in, and says what it is just once", .timeLimit(.minutes(10)))
        func admittance() throws {
            let registry = try RegistrySite()
            let answer = try registry.authorized("/v2/").outcome()
            #expect(answer.status == 200)
            #expect(answer.body == "{}")
            #expect(answer["Docker-Distribution-Api-Version"] == ["registry/2.0"])
            #expect(answer["Strict-Transport-Security"] == ["max-age=31536000"])
        }

        @Test(
            "answers to the address in a URL, for which a client names no server in TLS", .timeLimit(.minutes(10)))
        func addressInURL() throws {
            let registry = try RegistrySite()
            let answer = try registry.request("/v2/", at: "127.0.0.1:\(registry.door.https)")
                .user("demo", "open sesame").outcome()
            #expect(answer.status == 200, "\(answer)")
        }

        @Test("leads from http to https, by the port that https is served on", .timeLimit(.minutes(10)))
        func redirect() throws {
            let registry = try RegistrySite()
            let answer = try Curl("http://localhost:\(registry.door.http)/v2/_catalog?n=5").outcome()
            #expect(answer.status == 301)
            #expect(answer["Location"] == ["https://\(registry.address)/v2/_catalog?n=5"])
        }

        @Test("sends clients on to the port that they came by", .timeLimit(.minutes(10)))
        func location() throws {
            let registry = try RegistrySite()
            let answer = try registry.authorized("/v2/sample/blobs/uploads/").with("--request", "POST").outcome()
            #expect(answer.status == 202)
            #expect(answer["Location"].first?.hasPrefix("https://\(registry.address)/v2/sample/blobs/uploads/") == true)
        }

        @Test("takes and gives an image of 250 MB without changing a byte", .timeLimit(.minutes(10)))
        func pushAndPull() throws {
            let registry = try RegistrySite()
            let image = try registry.makeImage("image", layers: 5, megabytes: 50)
            let push = try registry.push(image, as: "team/image:1")
            try #require(push.status == 0, "\(push)")
            let pull = try registry.pull("team/image:1", into: registry.site.folder["copy"])
            try #require(pull.status == 0, "\(pull)")
            // Blobs are named by their digests.
            let blobs = try FileManager.default.contentsOfDirectory(atPath: image + "/blobs/sha256").sorted()
            let copies = registry.site.folder["copy/blobs/sha256"]
            #expect(try FileManager.default.contentsOfDirectory(atPath: copies).sorted() == blobs)
            let sums = blobs.map { "\($0)  \(copies)/\($0)" }.joined(separator: "\n")
            try registry.site.folder.write("sums", sums + "\n")
            try Command(["sha256sum", "--check", "--quiet", registry.site.folder["sums"]]).run()
        }

        @Test("refuses a layer over the limit before it is sent", .timeLimit(.minutes(10)))
        func declaredSize() throws {
            let registry = try RegistrySite(limit: "1m")
            let upload = try registry.beginUpload()
            let layer = try zeros(megabytes: 40, in: registry)
            let answer = try registry.authorized(upload).with("--request", "PATCH", "--upload-file", layer).outcome()
            #expect(answer.status == 413, "\(answer)")
        }

        @Test("refuses a layer of unknown size when it goes over the limit", .timeLimit(.minutes(10)))
        func countedSize() throws {
            let registry = try RegistrySite(limit: "1m")
            let upload = try registry.beginUpload()
            let layer = try zeros(megabytes: 40, in: registry)
            let answer = try registry.authorized(upload).with("--request", "PATCH", "--upload-file", "-")
                .reading(layer).outcome()
            #expect(answer.status == 413, "\(answer)")
        }

        @Test("tells skopeo that a layer is too large", .timeLimit(.minutes(10)))
        func pushOverLimit() throws {
            let registry = try RegistrySite(limit: "1m")
            let push = try registry.push(registry.makeImage("image", layers: 1, megabytes: 20), as: "sample")
            #expect(push.status != 0)
            #expect(push.errors.contains("413"), "\(push)")
        }

        @Test("takes a layer of 1 GiB without taking up memory", .timeLimit(.minutes(10)))
        func flatMemory() throws {
            let registry = try RegistrySite(limit: "0")
            let layer = try zeros(megabytes: 1024, in: registry)
            let upload = try registry.beginUpload()
            let before = try registry.door.peakMemory()
            let start = ContinuousClock.now
            let answer = try registry.authorized(upload)
                .with("--request", "PATCH", "--upload-file", "-", "--header", "Content-Type: application/octet-stream")
                .reading(layer).outcome()
            let time = (ContinuousClock.now - start).seconds
            let after = try registry.door.peakMemory()
            #expect(answer.status == 202, "\(answer)")
            #expect(answer.head.contains("HTTP/2 202"))
            #expect(answer["Range"] == ["0-\(1024 << 20 - 1)"])
            // Over HTTP/2 the largest window of a stream may be on its way, 8 MiB, whenever the registry is the slower side.
            #expect(after - before < 16 << 20, "it took \((after - before) >> 20) MiB more")
            #expect(after < 96 << 20, "it took \(after >> 20) MiB in all")
            print("Upload of 1 GiB: \(Int(1024 / time)) MiB/s, peak memory \(after >> 20) MiB")
        }

        // Debian's skopeo and Docker's engine set their TLS up by themselves, for which Go's library then leaves HTTP/2 out.
        @Test("takes and gives a layer over HTTP/2 without changing a byte", .timeLimit(.minutes(10)))
        func overHTTP2() throws {
            let registry = try RegistrySite(limit: "0")
            let layer = registry.site.folder["layer"]
            try Command(["sh", "-c", "head -c 20M /dev/urandom > '\(layer)'"]).run()
            let digest = try sum(of: layer)
            let upload = try registry.beginUpload() + "&digest=sha256:\(digest)"
            let push = try registry.authorized(upload).with("--upload-file", layer).outcome()
            #expect(push.head.contains("HTTP/2 201"), "\(push)")
            let folder = try TemporaryFolder()
            let pull = try registry.authorized("/v2/sample/blobs/sha256:\(digest)").command(leaving: folder).outcome()
            #expect(pull.output == "200", "\(pull)")
            #expect(try sum(of: folder["body"]) == digest)
            try eventually("the log has them") { registry.door.accessLog.contains("GET /v2/sample/blobs/") }
            #expect(!registry.door.accessLog.contains("HTTP/1."), "\(registry.door.accessLog)")
        }

        private func sum(of file: String) throws -> String {
            String(try Command(["sha256sum", file]).run().prefix(64))
        }

        /// A file of that many zero bytes, which takes no room on the disk.
        private func zeros(megabytes: Int, in registry: RegistrySite) throws -> String {
            let path = registry.site.folder["zeros"]
            try Command(["truncate", "--size", "\(megabytes)M", path]).run()
            return path
        }
    }
}
