import Bytes
import Proxy
import Routing
import TLS
import TestSupport
import Testing

@testable import Control

@Suite("Authorities of clients' certificates")
struct ClientRulesTests {
    private let served: ServedFolder
    private let pki: ClientPKI
    private var folder: TemporaryFolder { served.folder }

    init() throws {
        served = try ServedFolder()
        pki = try ClientPKI.shared.get()
        try served.makeCertificate("default", names: ["*.example"])
    }

    private func container(_ host: String, _ label: String? = nil, _ environment: [String: String] = [:]) -> Container {
        Container(
            id: host, name: host, environment: environment.merging(["VIRTUAL_HOST": host]) { own, _ in own },
            labels: label.map { ["com.github.nginx-proxy.nginx-proxy.ssl_verify_client": $0] } ?? [:],
            networks: [NetworkAttachment("front", ipv4: IPAddress("172.18.0.2"))])
    }

    private func builder(_ environment: [String: String] = [:]) throws -> ServingBuilder {
        ServingBuilder(try served.settings(environment))
    }

    private func put(_ source: String, at name: String) throws {
        try folder.write("certs/\(name)", try pki.text(source))
    }

    /// What is asked of the clients of each host, or what it answers instead.
    private func rules(_ result: ServingBuilder.Result) -> [String: String] {
        var rules: [String: String] = [:]
        for host in result.configuration.snapshot.hosts {
            let clients = result.configuration.connectionDemands[host.name]?.clients
            let shown = result.configuration.certificates.select(serverName: host.name, localAddress: nil)
            // What is asked of requests is asked of connections too.
            let isName = !["*", "~", "["].contains(host.name.text.prefix(1)) && !host.name.text.hasSuffix("*")
            if isName, shown?.clients !== clients { rules[host.name.text] = "inconsistent" }
            rules[host.name.text, default: ""] +=
                host.shut.map { "\($0.status)" } ?? clients.map { "\($0.demand)" } ?? "-"
        }
        return rules
    }

    @Test("are those of the host, else those of all")
    func files() throws {
        try put("ca.crt", at: "a.example.ca.crt")
        let containers = ["a.example", "b.example", "*.c.example", "~^d[0-9]", "10.0.0.1"].map { container($0) }
        let builder = try builder()
        #expect(
            rules(builder.build(containers: containers)) == [
                "a.example": "trusted", "b.example": "-", "*.c.example": "-", "~^d[0-9]": "-", "10.0.0.1": "-",
            ])
        try put("other.crt", at: "ca.crt")
        #expect(builder.refresh())
        let result = builder.build(containers: containers)
        #expect(rules(result).values.allSatisfy { $0 == "trusted" })
        let demands = result.configuration.connectionDemands
        #expect(demands["a.example"]?.clients?.authorities !== demands["b.example"]?.clients?.authorities)
        #expect(demands["10.0.0.1"]?.clients?.authorities === demands["b.example"]?.clients?.authorities)
        // Each host has its own rules all the same: what was shown to one is not shown to another.
        #expect(demands["10.0.0.1"]?.clients !== demands["b.example"]?.clients)
    }

    @Test(
        "are found by the names that the files of hosts have",
        arguments: [
            ("*.c.example", "*.c.example.ca.crt"), ("c.*", "c.*.ca.crt"), ("A.Example", "a.example.ca.crt"),
            ("a.example", "A.Example.ca.crt"), ("~^d[0-9]", "15c8c79a5ce64d1ec566b17463f9a63208ec37fc.ca.crt"),
            ("[fd00::1]", "fd00::1.ca.crt"),
        ])
    func names(host: String, file: String) throws {
        try put("ca.crt", at: file)
        #expect(rules(try builder().build(containers: [container(host)])).values.sorted() == ["trusted"])
    }

    @Test(
        "are asked as the label says",
        arguments: [
            (nil, "trusted"), ("on", "trusted"), ("optional", "trustedOrNone"), ("optional_no_ca", "any"), ("off", "-"),
            ("maybe", "trusted"), ("ON", "trusted"),
        ] as [(String?, String)])
    func labels(label: String?, demand: String) throws {
        try put("ca.crt", at: "ca.crt")
        let result = try builder().build(containers: [container("a.example", label)])
        #expect(rules(result) == ["a.example": demand])
        #expect(result.diagnostics.contains { $0.description.contains("counts as on") } == (label == "maybe"))
        let environment = label.map { ["SSL_VERIFY_CLIENT": $0] } ?? [:]
        #expect(
            rules(try builder().build(containers: [container("a.example", nil, environment)])) == ["a.example": demand])
    }

    @Test("shut their host, and no other, where they cannot be read")
    func broken() throws {
        try put("ca.crt", at: "a.example.ca.crt")
        try put("ca.crt", at: "b.example.ca.crt")
        try put("none.crl", at: "b.example.crl.pem")
        let containers = ["a.example", "b.example", "c.example"].map { container($0) }
        let builder = try builder()
        #expect(
            rules(builder.build(containers: containers)) == [
                "a.example": "trusted", "b.example": "trusted", "c.example": "-",
            ])
        try folder.write("certs/a.example.ca.crt", "nonsense")
        try folder.write("certs/b.example.crl.pem", "")
        #expect(builder.refresh())
        let result = builder.build(containers: containers)
        #expect(rules(result) == ["a.example": "503", "b.example": "503", "c.example": "-"])
        #expect(
            result.diagnostics.map(\.description).filter { $0.contains("is shut") } == [
                "\(folder.path("certs/a.example.ca.crt")): error: not a certificate in PEM form; a.example is shut, because "
                    + "it asks for client certificates",
                "\(folder.path("certs/b.example.crl.pem")): error: not a list of revocations (CRL) in PEM form; b.example "
                    + "is shut, because it asks for client certificates",
            ])
        try put("ca.crt", at: "a.example.ca.crt")
        try folder.remove("certs/b.example.crl.pem")
        #expect(builder.refresh())
        #expect(
            rules(builder.build(containers: containers)) == [
                "a.example": "trusted", "b.example": "trusted", "c.example": "-",
            ])
    }

    @Test("shut a host that asks for certificates, and says not whose")
    func missing() throws {
        #expect(rules(try builder().build(containers: [container("a.example", "on")])) == ["a.example": "503"])
        #expect(rules(try builder().build(containers: [container("a.example", "off")])) == ["a.example": "-"])
    }

    @Test("stay the same objects until their files change, and the hosts are told when they end")
    func changes() throws {
        try put("ca.crt", at: "a.example.ca.crt")
        let builder = try builder()
        func clients() -> ClientVerification? {
            _ = builder.refresh()
            return builder.build(containers: [container("a.example")]).configuration.connectionDemands["a.example"]?
                .clients
        }
        let first = try #require(clients())
        #expect(clients() === first)
        builder.forget()
        #expect(clients()?.host == "a.example")
        try put("bob.crl", at: "a.example.crl.pem")
        let second = try #require(clients())
        #expect(second !== first)
        #expect(second.authorities.revocationsExpire != nil)
        try folder.remove("certs/a.example.ca.crt")
        _ = builder.refresh()
        let result = builder.build(containers: [container("a.example")])
        #expect(rules(result) == ["a.example": "-"])
        #expect(
            result.diagnostics.contains { $0.description.contains("a.example no longer asks for client certificates") })
        #expect(builder.build(containers: [container("a.example")]).diagnostics.isEmpty)
    }

    @Test("keep their host from being served without TLS for want of a certificate")
    func withoutCertificate() throws {
        try put("ca.crt", at: "a.example.ca.crt")
        try put("ca.crt", at: "b.example.ca.crt")
        let containers = [
            container("a.example", nil, ["CERT_NAME": "lost"]),
            container("b.example", "optional", ["CERT_NAME": "lost"]),
            container("c.example", nil, ["CERT_NAME": "lost"]),
        ]
        let hosts = try builder().build(containers: containers).configuration.snapshot.hosts
        #expect(hosts.map(\.httpsMethod) == [.redirect, .noredirect, .noredirect])
        let warned = try builder(["HTTPS_METHOD": "noredirect"]).build(containers: [container("a.example")])
        #expect(warned.diagnostics.contains { $0.description.contains("is served to everybody over http") })
    }

    @Test(
        "are those of the directives in the host's file, before any other",
        arguments: [
            ("ssl_verify_client on; ssl_client_certificate certs/own.pem;", "trusted", true),
            (
                "ssl_verify_client optional; ssl_client_certificate certs/own.pem; ssl_crl certs/own.crl;",
                "trustedOrNone", true
            ),
            ("ssl_verify_client optional_no_ca;", "any", false), ("ssl_verify_client off;", "-", false),
            ("ssl_verify_client on; ssl_client_certificate certs/lost.pem;", "503", false),
            ("ssl_client_certificate certs/own.pem; ssl_verify_depth 3;", "trustedOrNone", true),
        ])
    func directives(text: String, demand: String, isOwn: Bool) throws {
        try put("ca.crt", at: "ca.crt")
        try put("other.crt", at: "own.pem")
        try put("none.crl", at: "own.crl")
        try folder.write("vhost.d/a.example", "return 204;\n\(text)")
        let result = try builder().build(containers: [container("a.example", "optional"), container("b.example")])
        #expect(rules(result)["a.example"] == demand)
        let demands = result.configuration.connectionDemands
        let isShared =
            demands["a.example"]?.clients?.authorities === demands["b.example"]?.clients?.authorities
        if demand != "-", demand != "503" { #expect(isShared != isOwn) }
        if text.contains("depth") { #expect(demands["a.example"]?.clients?.depth == 3) }
    }

    @Test("are warned of before they expire")
    func expiry() throws {
        try put("ca.crt", at: "ca.crt")
        try put("old.crl", at: "ca.crl.pem")
        let result = try builder().build(containers: [container("a.example"), container("b.example")])
        #expect(rules(result) == ["a.example": "trusted", "b.example": "trusted"])
        let warnings = result.diagnostics.map(\.description).filter { $0.contains("the list of revocations expired") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("\(folder.path("certs/ca.crl.pem")): warning: ") == true)
    }
}
