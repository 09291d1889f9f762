import Bytes
import Foundation
import HTTP
import Routing
import TLS
import TestSupport
import Testing

@Suite("Hosts that make demands on connections", .timeLimit(.minutes(10)))
struct ConnectionDemandTests {
    private let pki: ClientPKI
    private let backend: ScriptedBackend
    private let certificate: Certificate
    private let proxy: TestProxy
    private let hosts: [VirtualHost]

    /// `open.test` and `also.test` take anybody, `closed.test` and `other.test` want a certificate, `optional.test` wants a
    /// good one or none, `any.test` takes any; `default.test` gets who names no host.
    init() throws {
        pki = try ClientPKI.shared.get()
        backend = try .answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        certificate = try TestCertificate("*.test").context.certificate
        let names: [ByteString] = [
            "also.test", "any.test", "closed.test", "default.test", "open.test", "optional.test", "other.test",
        ]
        let backend = backend
        hosts = names.map { .forwarding($0, to: [backend.endpoint]) { Self.showFacts(&$0) } }
        proxy = try TestProxy(hosts)
        try serve(revoked: nil)
    }

    private static func showFacts(_ settings: inout LocationSettings) {
        settings.requestHeaders = TLSVariable.allCases.map {
            RequestHeader(name: ByteString("X-\($0.rawValue)"), value: Template(pieces: [.variable(.tls($0))]))
        }
    }

    private func serve(revoked: String?, policies: [ByteString: TLSPolicy] = [:]) throws {
        let authorities = try ClientAuthorities(
            authorities: (try pki.bytes("ca.crt"), "ca.crt"), revocations: revoked.map { (try pki.bytes($0), $0) })
        let demands: [ByteString: ClientVerification.Demand] = [
            "closed.test": .trusted, "other.test": .trusted, "optional.test": .trustedOrNone, "any.test": .any,
        ]
        var plan = CertificateSelectorBuilder.Plan(certificates: ["pair": certificate])
        proxy.connectionDemands = [:]
        for host in hosts {
            let clients = demands[host.name].map {
                ClientVerification(host: host.name, authorities: authorities, demand: $0)
            }
            let policy = policies[host.name] ?? .mozillaIntermediate
            plan.hosts[host.name] = TLSHost("pair", policy: policy, clients: clients)
            proxy.connectionDemands[host.name] = ConnectionDemand(
                policy: policies.isEmpty ? nil : policy, clients: clients)
        }
        plan.stranger = TLSHost("pair")
        var builder = CertificateSelectorBuilder()
        proxy.certificates = builder.build(plan)
        try proxy.serve(hosts)
    }

    private func connect(_ serverName: String?, _ client: String? = nil) throws -> TestStream {
        try proxy.connect(
            naming: serverName, showing: client.map { (pki.path("\($0).crt"), pki.path("\($0).key")) })
    }

    private func answer(_ stream: TestStream, for host: String) throws -> Message {
        try stream.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        return try stream.receiveResponse()
    }

    @Test(
        "answer 400 in nginx's words where the client shows no certificate or a bad one",
        arguments: [
            ("closed.test", nil, 400, "No required SSL certificate was sent"), ("closed.test", "alice", 200, ""),
            ("closed.test", "carol", 200, ""), ("closed.test", "mallory", 400, "The SSL certificate error"),
            ("closed.test", "expired", 400, "The SSL certificate error"), ("optional.test", nil, 200, ""),
            ("optional.test", "alice", 200, ""), ("optional.test", "mallory", 400, "The SSL certificate error"),
            ("any.test", "mallory", 200, ""), ("any.test", "expired", 400, "The SSL certificate error"),
            ("open.test", nil, 200, ""), ("open.test", "mallory", 200, ""),
        ] as [(String, String?, Int, String)])
    func certificates(host: String, client: String?, status: Int, text: String) throws {
        let stream = try connect(host, client)
        let answer = try answer(stream, for: host)
        #expect(answer.status == status)
        guard status == 400 else { return }
        #expect(answer.text.contains("<title>400 \(text)</title>"))
        #expect(answer["Connection"] == "close")
        try stream.waitForEnd()
        #expect(backend.log.current.connectionCount == 0)
    }

    @Test(
        "take no request from a connection that was made for another host, or for none",
        arguments: [
            ("open.test", "closed.test", 421), (nil, "closed.test", 421), ("unknown.test", "closed.test", 421),
            ("optional.test", "closed.test", 421), ("other.test", "closed.test", 421),
            ("open.test", "optional.test", 421),
            ("closed.test", "optional.test", 421), ("closed.test", "closed.test", 200),
            ("CLOSED.test.", "closed.test", 200), ("closed.test", "CLOSED.TEST.:443", 200),
            // The others go with any connection.
            ("open.test", "also.test", 200), (nil, "open.test", 200), ("unknown.test", "open.test", 200),
            ("closed.test", "open.test", 200), ("open.test", "unknown.test", 503),
        ] as [(String?, String, Int)])
    func crossed(serverName: String?, host: String, status: Int) throws {
        #expect(try answer(connect(serverName, "alice"), for: host).status == status)
    }

    @Test("look at each request of a connection, and keep it open behind a 421")
    func eachRequest() throws {
        let stream = try connect("open.test", "alice")
        for (host, status) in [("open.test", 200), ("closed.test", 421), ("also.test", 200), ("other.test", 421)] {
            #expect(try answer(stream, for: host).status == status)
        }
    }

    @Test("cannot be got round by a session of another host")
    func sessions() throws {
        let stream = try connect("open.test")
        #expect(try answer(stream, for: "open.test").status == 200)
        let session = try #require((stream as? SecureStream)?.session)
        let next = try connect("closed.test")
        (next as? SecureStream)?.offer(session)
        #expect(try answer(next, for: "closed.test").status == 400)
        #expect((next as? SecureStream)?.isResumed == false)
        let again = try connect("open.test")
        (again as? SecureStream)?.offer(session)
        #expect(try answer(again, for: "open.test").status == 200)
        #expect((again as? SecureStream)?.isResumed == true)
    }

    @Test("bar a client whose certificate is taken back while it is connected, and let it in again")
    func revoked() throws {
        let (bob, alice) = (try connect("closed.test", "bob"), try connect("closed.test", "alice"))
        #expect(try answer(bob, for: "closed.test").status == 200)
        #expect(try answer(alice, for: "closed.test").status == 200)
        try serve(revoked: "bob.crl")
        #expect(try answer(bob, for: "closed.test").status == 400)
        #expect(try answer(alice, for: "closed.test").status == 200)
        #expect(try answer(connect("closed.test", "bob"), for: "closed.test").status == 400)
        try serve(revoked: "none.crl")
        #expect(try answer(connect("closed.test", "bob"), for: "closed.test").status == 200)
        try serve(revoked: "old.crl")
        #expect(try answer(alice, for: "closed.test").status == 400)
        #expect(try answer(connect("open.test"), for: "open.test").status == 200)
    }

    @Test("take no request from a connection of a host with another policy, in either direction")
    func policies() throws {
        let modern = try #require(TLSPolicy.supported["Mozilla-Modern"])
        try serve(revoked: nil, policies: ["open.test": modern])
        for (serverName, host, status) in [
            ("open.test", "open.test", 200), ("also.test", "open.test", 421), ("open.test", "also.test", 421),
            (nil, "open.test", 421), (nil, "also.test", 200), ("closed.test", "also.test", 200),
        ] as [(String?, String, Int)] {
            #expect(
                try answer(connect(serverName, "alice"), for: host).status == status, "\(serverName ?? "-"), \(host)")
        }
    }

    @Test("tell their backends who the client is")
    func variables() throws {
        _ = try answer(connect("closed.test", "alice"), for: "closed.test")
        _ = try answer(connect("optional.test"), for: "optional.test")
        _ = try answer(connect("any.test", "mallory"), for: "any.test")
        // A host that asks for nothing is not told of a certificate that was shown to another.
        _ = try answer(connect("closed.test", "alice"), for: "open.test")
        let requests = try backend.requests(4)
        #expect(
            requests.map { $0["X-ssl_client_verify"] } == [
                "SUCCESS", "NONE", "FAILED:unable to get local issuer certificate", "NONE",
            ])
        #expect(requests.map { $0["X-ssl_client_s_dn"] } == ["CN=alice,O=Works\\, Ltd", nil, "CN=mallory", nil])
        #expect(requests.map { $0["X-ssl_client_i_dn"] } == ["CN=ca", nil, "CN=other", nil])
        #expect(requests.map { $0["X-ssl_client_serial"] } == ["1000", nil, "1000", nil])
        #expect(
            requests.map { $0["X-ssl_server_name"] } == ["closed.test", "optional.test", "any.test", "closed.test"])
        #expect(requests[0]["X-ssl_protocol"] == "TLSv1.3")
        #expect(requests[0]["X-ssl_cipher"] == "TLS_AES_256_GCM_SHA384")
        #expect(requests[0]["X-ssl_session_reused"] == ".")
        #expect(["29", "30"].contains(requests[0]["X-ssl_client_v_remain"]))
        #expect(requests[0]["X-ssl_client_fingerprint"]?.utf8.count == 40)
        // A value with line ends cannot be a field's.
        #expect(requests[0]["X-ssl_client_raw_cert"] == nil)
        let escaped = try #require(requests[0]["X-ssl_client_escaped_cert"])
        #expect(escaped.hasPrefix("-----BEGIN%20CERTIFICATE-----%0A"))
        #expect(escaped.removingPercentEncoding == (try pki.text("alice.crt")))
    }

    @Test("know nothing of TLS in the clear")
    func plain() throws {
        let request = "GET / HTTP/1.1\r\nHost: closed.test\r\n\r\n"
        #expect(try proxy.answer(to: request).status == 200)
        let seen = try backend.requests(1)[0]
        for variable in TLSVariable.allCases { #expect(seen["X-\(variable.rawValue)"] == nil) }
    }
}
