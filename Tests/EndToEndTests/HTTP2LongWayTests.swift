import Foundation
import Testing

extension EndToEnd {
    @Suite("Uploads over HTTP/2 from far away", .requires(.http2))
    struct HTTP2LongWayTests {
        /// What the client has seen of the server's windows, in bytes.
        private struct Windows: Decodable {
            var first: Int
            var largest: Int
        }

        @Test(
            "get windows that grow as far as the way is long, so that these do not hold them up",
            .timeLimit(.minutes(10)),
            arguments: [false, true])
        func growth(isSecure: Bool) throws {
            let site = try Site()
            let port = try freePort()
            try site.makeCertificate("h2.test")
            try site.configure(
                "h2.test", "client_max_body_size 0; location / { proxy_pass http://127.0.0.1:\(port); }")
            let backend = try RunningProcess(
                Command([Requirement.python, Checkout.http2 + "/backend.py", "\(port)"]),
                output: site.folder["backend"], errors: site.folder["backend"])
            try eventually("the backend answers") {
                try Curl("http://127.0.0.1:\(port)/").outcome().status == 200 || !backend.isRunning
            }
            let door = try FrontDoor(site, environment: ["HTTPS_METHOD": "noredirect"])
            let before = try door.peakMemory()
            let outcome = try Command(
                [
                    Requirement.python, Checkout.http2 + "/distance.py", "--size", "96", "--delay", "25", "--port",
                    "\(isSecure ? door.https : door.http)",
                ] + (isSecure ? ["--tls"] : [])
            ).outcome(within: .seconds(100))
            try #require(outcome.status == 0, "\(outcome)\n\(door.log)")
            let windows = try JSONDecoder().decode(Windows.self, from: Data(outcome.output.utf8))
            #expect(windows.first == 256 << 10)
            // How far they grow is for the machine to say; what this client can send at all is more than the first one allows.
            #expect(windows.largest >= 1 << 20, "\(outcome)")
            // What may come is not what is held.
            #expect(try door.peakMemory() - before < 24 << 20)
        }
    }
}
