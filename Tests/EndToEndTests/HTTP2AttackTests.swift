import Foundation
import Testing

extension EndToEnd {
    @Suite("Attacks over HTTP/2", .requires(.http2))
    struct HTTP2AttackTests {
        /// Attacks that run one after the other, beside those of other groups.
        struct Group {
            var names: [String]
            var isSecure = false
        }

        /// What waits for a time-out has a group of its own, and of each kind some are tried over TLS.
        private static let groups = [
            Group(names: ["floods", "streams"]),
            Group(names: ["heads", "resets"]),
            Group(names: ["credit"]),
            Group(names: ["silence"]),
            Group(
                names: [
                    "rapid-reset", "made-you-reset-window-zero", "malformed-heads", "ping", "ping-unread", "settings",
                    "continuation-empty", "hpack-bomb", "empty-data", "window-in-drops", "data-in-drops",
                    "socket-unread", "opening-alone", "head-half",
                ],
                isSecure: true),
        ]

        @Test(
            "end by the bound that each has, and neither memory nor other clients are the worse for it",
            .timeLimit(.minutes(6)))
        func attacks() throws {
            let runs = try Self.groups.map { try AttackRun($0) }
            for run in runs {
                let status = run.attacker.status(within: .seconds(240))
                #expect(status == 0, "\(run.group.names):\n\(run.folder.read("attacks"))")
                run.door.signal(SIGTERM)
                #expect(run.door.status(within: .seconds(20)) == 0, "\(run.door.log)")
            }
            #expect(runs[1].door.log.contains("client 127.0.0.1: its HTTP/2 connection was ended for"))
            #expect(runs[1].door.log.contains("(resets)"))
        }
    }
}

/// A server, what is behind it, and who attacks it.
private struct AttackRun {
    let group: EndToEnd.HTTP2AttackTests.Group
    let folder: TemporaryFolder
    let door: FrontDoor
    let attacker: RunningProcess
    private let backends: [RunningProcess]

    init(_ group: EndToEnd.HTTP2AttackTests.Group) throws {
        self.group = group
        let site = try Site()
        folder = site.folder
        let ports = try [freePort(), freePort()]
        // What the attacks do to a backend is not to be blamed on the server in the middle.
        backends = try ports.map { port in
            try RunningProcess(
                Command([Requirement.python, Checkout.http2 + "/backend.py", "\(port)"]),
                output: site.folder["backend"], errors: site.folder["backend"])
        }
        for (host, port) in zip(["h2.test", "others.test"], ports) {
            try site.makeCertificate(host)
            try site.configure(
                host,
                """
                client_header_timeout 2s; client_body_timeout 2s; send_timeout 2s; keepalive_timeout 2s;
                location / { proxy_pass http://127.0.0.1:\(port); }
                """)
            try eventually("the backend answers") {
                try Curl("http://127.0.0.1:\(port)/").outcome().status == 200
            }
        }
        door = try FrontDoor(site, environment: ["HTTPS_METHOD": "noredirect", "CLIENT_HEADER_TIMEOUT": "2"])
        attacker = try RunningProcess(
            Command(
                [
                    Requirement.python, Checkout.http2 + "/attack.py", "--port",
                    "\(group.isSecure ? door.https : door.http)", "--pid", "\(door.processID)", "--backend",
                    "\(ports[0])",
                    "--bystander", "\(door.http)",
                ] + (group.isSecure ? ["--tls"] : []) + group.names),
            output: folder["attacks"], errors: folder["attacks"])
    }
}
