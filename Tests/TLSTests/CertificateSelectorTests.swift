import Bytes
import TLS
import Testing

@Suite("Choice of the certificate")
struct CertificateSelectorTests {
    /// The certificates of the table, by pair name.
    private static let certificates: Result<[String: Certificate], any Error> = Result {
        [
            "default": try TestCertificates.make("default.test"),
            "a.test": try TestCertificates.make("a.test"),
            "wild": try TestCertificates.make("*.wild.test"),
            "deep": try TestCertificates.make("*.deep.wild.test"),
            "www": try TestCertificates.make("www.test"),
            "lan": try TestCertificates.make("lan.test", addresses: ["10.0.0.5", "fd00::5"]),
            "literal": try TestCertificates.make("literal.test"),
            "unused": try TestCertificates.make("unused.test", addresses: ["10.0.0.5", "10.0.0.6"]),
        ]
    }

    private static let hosts: [ByteString: String] = [
        "a.test": "a.test", "*.wild.test": "wild", "*.deep.wild.test": "deep", "www.example.*": "www",
        "lan.test": "lan",
        "192.168.0.1": "literal", "lost.test": "no such pair",
    ]

    private static func plan(
        _ certificates: [String: Certificate], _ defaultPair: String?
    ) -> CertificateSelectorBuilder.Plan {
        var plan = CertificateSelectorBuilder.Plan(certificates, hosts: hosts, defaultPair: defaultPair)
        plan.hosts["closed.wild.test"] = .some(nil)
        plan.patterns = [
            (matches: { @Sendable (name: ByteString) in name.text.hasPrefix("re") }, host: TLSHost("a.test")),
            (matches: { @Sendable (name: ByteString) in name.text.hasPrefix("shut") }, host: nil),
            (
                matches: { @Sendable (name: ByteString) in name.text.hasPrefix("shut") || name.text.hasPrefix("x.") },
                host: TLSHost("www")
            ),
        ]
        return plan
    }

    /// The name of the pair that is chosen.
    private func choice(
        _ name: String?, from address: String?, defaultPair: String?, only pairs: [String]? = nil
    ) throws -> String? {
        var certificates = try Self.certificates.get()
        if let pairs { certificates = certificates.filter { pairs.contains($0.key) } }
        var builder = CertificateSelectorBuilder()
        let selector = builder.build(Self.plan(certificates, defaultPair))
        let context = selector.select(
            serverName: name.map { ByteString($0) }, localAddress: address.flatMap { IPAddress($0) })
        return certificates.first { $0.value === context?.certificate }?.key
    }

    @Test(
        "goes by the name that the client asks for",
        arguments: [
            ("a.test", "a.test"), ("x.wild.test", "wild"), ("x.y.wild.test", "wild"), ("x.deep.wild.test", "deep"),
            ("deep.wild.test", "wild"), ("www.example.org", "www"), ("www.example.co.uk", "www"),
            ("wild.test", nil), (".wild.test", nil), ("b.test", nil), ("re.test", "a.test"), ("x.org", "www"),
            ("xa.test", nil), ("example.org", nil), ("192.168.0.1", "literal"), ("10.0.0.5", "lan"),
        ] as [(String, String?)])
    func byName(name: String, pair: String?) throws {
        #expect(try choice(name, from: "10.0.0.5", defaultPair: nil) == pair)
        // With a default certificate nobody is refused.
        #expect(try choice(name, from: nil, defaultPair: "default") == pair ?? "default" || name == "10.0.0.5")
    }

    @Test(
        "refuses hosts that have no certificate, and does not take them for strangers",
        arguments: ["lost.test", "closed.wild.test", "shut.test"])
    func refused(name: String) throws {
        #expect(try choice(name, from: "10.0.0.5", defaultPair: nil) == nil)
        #expect(try choice(name, from: "10.0.0.5", defaultPair: "default") == nil)
        #expect(try choice("other.test", from: nil, defaultPair: "default") == "default")
    }

    @Test("serves one certificate by several policies, and shares what is the same")
    func policies() throws {
        var plan = CertificateSelectorBuilder.Plan(certificates: try Self.certificates.get())
        let modern = try #require(TLSPolicy.supported["Mozilla-Modern"])
        plan.hosts = [
            "a.test": TLSHost("a.test"), "b.test": TLSHost("a.test", policy: modern), "c.test": TLSHost("a.test"),
        ]
        var builder = CertificateSelectorBuilder()
        let selector = builder.build(plan)
        let contexts = ["a.test", "b.test", "c.test"].map { selector.select(serverName: $0, localAddress: nil) }
        #expect(contexts.map(\.?.policy.name) == ["Mozilla-Intermediate", "Mozilla-Modern", "Mozilla-Intermediate"])
        #expect(contexts[0] === contexts[2])
        #expect(contexts.allSatisfy { $0?.certificate === plan.certificates["a.test"] })
        #expect(builder.build(plan).select(serverName: "b.test", localAddress: nil) === contexts[1])
    }

    @Test("offers HTTP/2 where a host speaks it, and to strangers where the default says so")
    func http2() throws {
        var plan = CertificateSelectorBuilder.Plan(certificates: try Self.certificates.get())
        plan.hosts = [
            "a.test": TLSHost("a.test", offersHTTP2: true), "b.test": TLSHost("a.test"),
            "c.test": TLSHost("a.test", offersHTTP2: true),
        ]
        plan.offersHTTP2 = true
        var builder = CertificateSelectorBuilder()
        let selector = builder.build(plan)
        let contexts = ["a.test", "b.test", "c.test"].map { selector.select(serverName: $0, localAddress: nil) }
        #expect(contexts.map(\.?.protocols) == [["h2", "http/1.1"], ["http/1.1"], ["h2", "http/1.1"]])
        #expect(contexts[0] === contexts[2])
        #expect(selector.select(serverName: nil, localAddress: IPAddress("10.0.0.6"))?.protocols == ["h2", "http/1.1"])
        // A certificate that is served in two ways is still the only one; what all its hosts speak is offered.
        #expect(selector.unnamed === contexts[1])
        plan.stranger = TLSHost("default", offersHTTP2: true)
        #expect(builder.build(plan).fallback?.protocols == ["h2", "http/1.1"])
    }

    @Test(
        "goes by the address when the client names no host",
        arguments: [
            // The host of that address, then certificates that list it, those in use first.
            ("192.168.0.1", nil, "literal"), ("10.0.0.5", nil, "lan"), ("fd00::5", nil, "lan"),
            ("10.0.0.6", nil, "unused"), ("10.0.0.7", nil, nil), (nil, nil, nil),
            // A default one comes behind them.
            ("10.0.0.5", "default", "lan"), ("10.0.0.7", "default", "default"), (nil, "default", "default"),
        ] as [(String?, String?, String?)])
    func byAddress(address: String?, defaultPair: String?, pair: String?) throws {
        #expect(try choice(nil, from: address, defaultPair: defaultPair) == pair)
    }

    @Test("shows the only certificate to clients that name no host, and not to those that name another")
    func onlyOne() throws {
        #expect(try choice(nil, from: "172.17.0.2", defaultPair: nil, only: ["a.test"]) == "a.test")
        #expect(try choice(nil, from: "172.17.0.2", defaultPair: nil, only: ["a.test", "unused"]) == "a.test")
        #expect(try choice("b.test", from: "172.17.0.2", defaultPair: nil, only: ["a.test"]) == nil)
    }

    @Test("shows the only one for an address when the address was translated on the way")
    func translated() throws {
        #expect(try choice(nil, from: "172.17.0.2", defaultPair: nil, only: ["a.test", "lan"]) == "lan")
        #expect(try choice(nil, from: "172.17.0.2", defaultPair: nil, only: ["a.test", "literal"]) == "literal")
        #expect(try choice(nil, from: "172.17.0.2", defaultPair: nil, only: ["a.test", "literal", "lan"]) == nil)
    }

    @Test("keeps the settings of a certificate that stayed the same")
    func keepsContexts() throws {
        var certificates = try Self.certificates.get()
        var builder = CertificateSelectorBuilder()
        let first = builder.build(Self.plan(certificates, "default"))
        certificates["a.test"] = try TestCertificates.make("a.test")
        let second = builder.build(Self.plan(certificates, "default"))
        #expect(first.fallback === second.fallback)
        let shown = second.select(serverName: "a.test", localAddress: nil)
        #expect(first.select(serverName: "a.test", localAddress: nil) !== shown)
        #expect(shown?.certificate === certificates["a.test"])
    }

    @Test("refuses everyone when it is empty")
    func empty() {
        #expect(CertificateSelector().select(serverName: nil, localAddress: nil) == nil)
        #expect(CertificateSelector().select(serverName: "a.test", localAddress: nil) == nil)
    }

    @Test("reports a policy that OpenSSL cannot follow, and serves nothing with it")
    func badPolicy() throws {
        let policy = TLSPolicy(
            name: "none", oldest: .tls12, newest: .tls13, ciphers: "NO-SUCH-CIPHER", prefersServerOrder: true)
        var builder = CertificateSelectorBuilder(policy: policy)
        let plan = CertificateSelectorBuilder.Plan(
            try Self.certificates.get(), hosts: Self.hosts, defaultPair: "default", policy: policy)
        let selector = builder.build(plan)
        #expect(selector.fallback == nil)
        #expect(builder.problems["default"] == .setUp("no cipher match"))
    }
}
