import Foundation
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Client certificates, asked with curl")
    struct ClientCertificateTests {
        private let soon = Duration.seconds(20)
        private let pki: ClientPKI
        private let site: Site

        init() throws {
            pki = try ClientPKI.shared.get()
            site = try Site()
            for host in ["closed.test", "open.test"] {
                try site.makeCertificate(host)
                try site.configure(host, "return 200 \"$ssl_client_verify $ssl_client_s_dn\";")
            }
            try put("ca.crt", at: "closed.test.ca.crt")
        }

        private func put(_ name: String, at target: String) throws {
            try site.folder.write("certs/\(target)", try pki.text(name))
        }

        private func ask(
            _ door: FrontDoor, _ host: String, as client: String? = nil, for other: String? = nil,
            over version: String = "2"
        ) throws
            -> Curl.Answer
        {
            var curl = Curl("https://\(host):\(door.https)/").with("--resolve", "\(host):\(door.https):127.0.0.1")
                .trusting(site, host)
            if let client { curl = curl.with("--cert", pki.path("\(client).crt"), "--key", pki.path("\(client).key")) }
            if let other { curl = curl.with("--header", "Host: \(other)") }
            curl = curl.with("--http\(version)")
            return try curl.outcome()
        }

        @Test("let in who has a good one, and follow their files while running", .timeLimit(.minutes(3)))
        func whole() throws {
            let door = try FrontDoor(site)
            let none = try ask(door, "closed.test")
            #expect(none.status == 400 && none.body.contains("No required SSL certificate was sent"), "\(none)")
            let bad = try ask(door, "closed.test", as: "mallory")
            #expect(bad.status == 400 && bad.body.contains("The SSL certificate error"), "\(bad)")
            #expect(try ask(door, "closed.test", as: "alice").body == "SUCCESS CN=alice,O=Works\\, Ltd")
            #expect(try ask(door, "closed.test", as: "carol").status == 200)
            #expect(try ask(door, "closed.test", as: "bob").status == 200)
            #expect(try ask(door, "open.test", as: "alice").body == "NONE ")
            #expect(try ask(door, "open.test", as: "alice", for: "closed.test").status == 421)
            // Over HTTP/2 a connection is good for what its certificate covers, over HTTP/1.1 for every host that asks no more.
            #expect(try ask(door, "closed.test", as: "alice", for: "open.test").status == 421)
            #expect(try ask(door, "closed.test", as: "alice", for: "open.test", over: "1.1").status == 200)
            #expect(try ask(door, "open.test", as: "alice", for: "closed.test", over: "1.1").status == 421)

            try put("bob.crl", at: "closed.test.crl.pem")
            try eventually("bob is out", within: soon) { try ask(door, "closed.test", as: "bob").status == 400 }
            #expect(try ask(door, "closed.test", as: "alice").status == 200)

            try site.folder.write("certs/closed.test.ca.crt", "nonsense")
            try eventually("the host is shut", within: soon) { try ask(door, "closed.test", as: "alice").status == 503 }
            #expect(door.log.contains("closed.test is shut"))
            #expect(try ask(door, "open.test").status == 200)

            try put("ca.crt", at: "closed.test.ca.crt")
            try eventually("the host is back", within: soon) { try ask(door, "closed.test", as: "alice").status == 200 }
            #expect(try ask(door, "closed.test", as: "bob").status == 400)
        }
    }
}
