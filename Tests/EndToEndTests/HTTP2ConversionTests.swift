import Foundation
import Testing

extension EndToEnd {
    @Suite("Requests over HTTP/2 become requests of HTTP/1.1", .requires(.http2))
    struct HTTP2ConversionTests {
        @Test(
            "as they are meant, or not at all", .timeLimit(.minutes(10)))
        func conversion() throws {
            let site = try Site()
            let port = try freePort()
            try site.configure("h2.test", "location / { proxy_pass http://127.0.0.1:\(port); }")
            let door = try FrontDoor(site)
            let outcome = try Command([
                Requirement.python, Checkout.http2 + "/conversion.py", "--port", "\(door.http)", "--backend", "\(port)",
            ]).outcome(within: .seconds(100))
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.output.contains("cases as they should be"), "\(outcome)")
        }
    }
}
