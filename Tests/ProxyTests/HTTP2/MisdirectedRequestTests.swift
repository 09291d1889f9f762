import Bytes
import Foundation
import HTTP
import Routing
import TLS
import Testing

/// Requests over a connection of HTTP/2 that was made for another host (RFC 9113 §9.1.1, RFC 9110 §15.5.20).
@Suite("Misdirected requests of HTTP/2", .timeLimit(.minutes(10)))
struct MisdirectedRequestTests {
    private let proxy: TestProxy

    /// `a.test`, `b.test`, `slow.test` (which has HTTP/2 off) and `[::1]` share a certificate for `*.test` and `::1`; `c.example`
    /// has one of its own.
    init() throws {
        let backend = try ScriptedBackend.answering()
        let names: [ByteString] = ["[::1]", "a.test", "b.test", "c.example", "deep.a.test", "slow.test"]
        let hosts = names.map { name in
            var host = VirtualHost.forwarding(name, to: [backend.endpoint])
            host.speaksHTTP2 = name != "slow.test"
            return host
        }
        proxy = try TestProxy(hosts)
        proxy.backends = [backend]
        var plan = CertificateSelectorBuilder.Plan(
            certificates: [
                "shared": try Self.certificate(["*.test"], addresses: ["::1"]),
                "own": try Self.certificate(["c.example"]),
            ])
        for host in hosts {
            plan.hosts[host.name] = TLSHost(
                host.name == "c.example" ? "own" : "shared", offersHTTP2: host.speaksHTTP2)
        }
        plan.stranger = TLSHost("shared", offersHTTP2: true)
        var builder = CertificateSelectorBuilder()
        proxy.certificates = builder.build(plan)
        try proxy.serve(hosts)
    }

    private static func certificate(_ names: [String], addresses: [String] = []) throws -> Certificate {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("proxy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pair = try SelfSigned.make(names: names, addresses: addresses.compactMap { IPAddress($0) }, days: 30)
        let (certificate, key) = (folder.appendingPathComponent("a.crt"), folder.appendingPathComponent("a.key"))
        try Data(pair.certificate).write(to: certificate)
        try Data(pair.key).write(to: key)
        return try Certificate.load(certificate: certificate.path, key: key.path)
    }

    @Test(
        "are answered with 421 where neither the client's greeting nor the certificate is for the host",
        arguments: [
            ("a.test", "a.test", 200), ("a.test", "A.Test.:443", 200), ("a.test", "b.test", 200),
            ("a.test", "c.example", 421), ("c.example", "a.test", 421), ("c.example", "C.EXAMPLE", 200),
            // A `*` stands for one part of a name.
            ("a.test", "deep.a.test", 421), ("deep.a.test", "deep.a.test", 200), ("a.test", "[::1]", 200),
            ("c.example", "[::1]:443", 421), ("other.example", "c.example", 421), ("other.example", "a.test", 200),
            // Who names no host is served as in HTTP/1.
            (nil, "c.example", 200), (nil, "a.test", 200), ("a.test", "unknown.test", 503),
            // Switched off for that host alone.
            ("a.test", "slow.test", 421), (nil, "slow.test", 421),
        ] as [(String?, String, Int)])
    func hosts(serverName: String?, host: String, status: Int) throws {
        let client = try proxy.connectHTTP2(isSecure: true, naming: serverName)
        #expect(try client.receive(client.request(host: host)).status == status)
    }

    @Test("are looked at one by one, and leave the connection open")
    func eachRequest() throws {
        let client = try proxy.connectHTTP2(isSecure: true, naming: "a.test")
        for (host, status) in [
            ("b.test", 200), ("c.example", 421), ("b.test", 200), ("c.example", 421), ("a.test", 200),
            ("slow.test", 421),
            ("a.test", 200),
        ] {
            #expect(try client.receive(client.request(host: host)).status == status, "\(host)")
        }
    }

    @Test("in the clear are those for hosts that have HTTP/2 off")
    func inTheClear() throws {
        let client = try proxy.connectHTTP2(naming: nil)
        #expect(try client.receive(client.request(host: "a.test")).status == 200)
        #expect(try client.receive(client.request(host: "c.example")).status == 200)
        #expect(try client.receive(client.request(host: "slow.test")).status == 421)
    }

    @Test("are no matter in HTTP/1")
    func http1() throws {
        let client = try proxy.connect(naming: "a.test")
        for host in ["c.example", "slow.test", "a.test"] {
            try client.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(try client.receiveResponse().status == 200)
        }
    }

    @Test("do not come about where no host speaks HTTP/2: then its preface is no request")
    func nobody() throws {
        var host = VirtualHost.forwarding("a.test", to: proxy.backends.map(\.endpoint))
        host.speaksHTTP2 = false
        try proxy.serve([host])
        let client = try proxy.connect()
        try client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        #expect(try client.receiveResponse().status == 505)
        #expect(try client.receiveToEnd().isEmpty)
    }
}
