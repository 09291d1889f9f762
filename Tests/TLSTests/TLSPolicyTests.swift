import Bytes
import COpenSSL
import TLS
import Testing

@Suite("Policies of TLS", .timeLimit(.minutes(10)))
struct TLSPolicyTests {
    /// What a policy promises, in the terms of whoever chooses it.
    struct Promise: CustomTestStringConvertible, Sendable {
        let name: String
        let versions: ClosedRange<Int32>
        /// A letter for each group of `ciphers`.
        let groups: String
        var prefersServerOrder = true
        var testDescription: String { name }
    }

    private static let promises = [
        Promise(
            name: "Mozilla-Modern", versions: TLS1_3_VERSION...TLS1_3_VERSION, groups: "", prefersServerOrder: false),
        Promise(
            name: "Mozilla-Intermediate", versions: TLS1_2_VERSION...TLS1_3_VERSION, groups: "GCD",
            prefersServerOrder: false),
        Promise(name: "Mozilla-Old", versions: TLS1_VERSION...TLS1_3_VERSION, groups: "GCDBSRrd"),
        Promise(name: "AWS-TLS13-1-3-2021-06", versions: TLS1_3_VERSION...TLS1_3_VERSION, groups: ""),
        Promise(name: "AWS-TLS13-1-2-2021-06", versions: TLS1_2_VERSION...TLS1_3_VERSION, groups: "GB"),
        Promise(name: "AWS-TLS13-1-2-Res-2021-06", versions: TLS1_2_VERSION...TLS1_3_VERSION, groups: "G"),
        Promise(name: "AWS-TLS13-1-2-Ext1-2021-06", versions: TLS1_2_VERSION...TLS1_3_VERSION, groups: "GBR"),
        Promise(name: "AWS-TLS13-1-2-Ext2-2021-06", versions: TLS1_2_VERSION...TLS1_3_VERSION, groups: "GBSRr"),
        Promise(name: "AWS-TLS13-1-1-2021-06", versions: TLS1_1_VERSION...TLS1_3_VERSION, groups: "GBSRr"),
        Promise(name: "AWS-TLS13-1-0-2021-06", versions: TLS1_VERSION...TLS1_3_VERSION, groups: "GBSRr"),
        Promise(name: "AWS-FS-1-2-Res-2020-10", versions: TLS1_2_VERSION...TLS1_2_VERSION, groups: "G"),
        Promise(name: "AWS-FS-1-2-Res-2019-08", versions: TLS1_2_VERSION...TLS1_2_VERSION, groups: "GB"),
        Promise(name: "AWS-FS-1-2-2019-08", versions: TLS1_2_VERSION...TLS1_2_VERSION, groups: "GBS"),
        Promise(name: "AWS-FS-1-1-2019-08", versions: TLS1_1_VERSION...TLS1_2_VERSION, groups: "GBS"),
        Promise(name: "AWS-FS-2018-06", versions: TLS1_VERSION...TLS1_2_VERSION, groups: "GBS"),
        Promise(name: "AWS-TLS-1-2-Ext-2018-06", versions: TLS1_2_VERSION...TLS1_2_VERSION, groups: "GBSRr"),
        Promise(name: "AWS-TLS-1-2-2017-01", versions: TLS1_2_VERSION...TLS1_2_VERSION, groups: "GBR"),
        Promise(name: "AWS-TLS-1-1-2017-01", versions: TLS1_1_VERSION...TLS1_2_VERSION, groups: "GBSRr"),
        Promise(name: "AWS-2016-08", versions: TLS1_VERSION...TLS1_2_VERSION, groups: "GBSRr"),
        Promise(name: "AWS-2015-05", versions: TLS1_VERSION...TLS1_2_VERSION, groups: "GBSRr3"),
        Promise(name: "AWS-2015-03", versions: TLS1_VERSION...TLS1_2_VERSION, groups: "GBSRrX3"),
        Promise(name: "AWS-2015-02", versions: TLS1_VERSION...TLS1_2_VERSION, groups: "GBSRrX"),
    ]

    /// A cipher of each group that a client with an RSA certificate before it can ask for.
    private static let ciphers: [Character: String] = [
        "G": "ECDHE-RSA-AES256-GCM-SHA384", "C": "ECDHE-RSA-CHACHA20-POLY1305", "D": "DHE-RSA-AES128-GCM-SHA256",
        "B": "ECDHE-RSA-AES128-SHA256", "S": "ECDHE-RSA-AES256-SHA", "R": "AES128-GCM-SHA256", "r": "AES256-SHA",
        "d": "DHE-RSA-AES256-SHA256", "X": "DHE-RSA-AES128-SHA", "3": "DES-CBC3-SHA",
    ]

    private static let certificate: Result<Certificate, any Error> = Result {
        let folder = try ScratchFolder()
        let made = try Tool.run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=a.test", "-keyout",
            folder["a.key"], "-out", folder["a.crt"])
        try #require(made.status == 0, "\(made.text)")
        return try folder.load("a")
    }

    /// A host with the policy, on a worker whose other hosts have the default one.
    private func engine(_ name: String) throws -> TLSEngine {
        let policy = try #require(TLSPolicy.supported[name])
        var selector = CertificateSelector()
        selector.fallback = try TLSContext(certificate: Self.certificate.get())
        selector.exact["a.test"] = try TLSContext(certificate: Self.certificate.get(), policy: policy)
        return try TLSEngine(selector: selector, ticketKeys: TicketKeys())
    }

    private func shakeHands(
        _ engine: TLSEngine, _ versions: ClosedRange<Int32>, ciphers: String = "ALL", name: String? = "a.test"
    ) throws -> TLSLink? {
        let link = try TLSLink(engine, serverName: name) {
            _ = portico_ssl_set_versions($0, versions.lowerBound, versions.upperBound)
            SSL_set_cipher_list($0, ciphers + ":@SECLEVEL=0")
        }
        return link.shakeHands().server == .complete && link.client.handshake() == .done ? link : nil
    }

    @Test("are all known here")
    func all() {
        #expect(Set(TLSPolicy.supported.keys) == Set(Self.promises.map(\.name)))
        #expect(TLSPolicy.all.map(\.name) == Self.promises.map(\.name))
    }

    @Test("keep to their versions, whatever other hosts take", arguments: promises)
    func versions(promise: Promise) throws {
        let engine = try engine(promise.name)
        for version in TLS1_VERSION...TLS1_3_VERSION {
            let link = try shakeHands(engine, version...version)
            #expect((link != nil) == promise.versions.contains(version), "version \(version)")
            if let link { #expect(link.client.version == version) }
            let other = try shakeHands(engine, version...version, name: "b.test")
            #expect((other != nil) == (version >= TLS1_2_VERSION), "version \(version) of another host")
        }
    }

    @Test("take the ciphers of their groups, and no others", arguments: promises)
    func ciphers(promise: Promise) throws {
        let engine = try engine(promise.name)
        let missing = TLSPolicy.missingCiphers[promise.name] ?? []
        for (group, cipher) in Self.ciphers where !missing.contains(cipher) {
            guard Self.isKnown(cipher) else {
                #expect(!promise.groups.contains(group), "\(cipher) is not among the missing ones")
                continue
            }
            let link = try shakeHands(engine, TLS1_2_VERSION...TLS1_2_VERSION, ciphers: cipher)
            #expect((link != nil) == promise.groups.contains(group), "\(cipher)")
            if let link { #expect(link.client.cipher == cipher) }
        }
        for cipher in ["ADH-AES128-SHA256", "NULL-SHA256", "CAMELLIA128-SHA", "DHE-RSA-AES256-SHA"] {
            #expect(try shakeHands(engine, TLS1_2_VERSION...TLS1_2_VERSION, ciphers: cipher) == nil, "\(cipher)")
        }
    }

    /// Whether OpenSSL was built with the cipher.
    private static func isKnown(_ cipher: String) -> Bool {
        let settings = SSL_CTX_new(TLS_client_method())
        defer {
            SSL_CTX_free(settings)
            ERR_clear_error()
        }
        return SSL_CTX_set_cipher_list(settings, cipher + ":@SECLEVEL=0") == 1
    }

    @Test("decide whose order of ciphers counts", arguments: promises.filter { !$0.groups.isEmpty })
    func order(promise: Promise) throws {
        let link = try shakeHands(
            try engine(promise.name), TLS1_2_VERSION...TLS1_2_VERSION,
            ciphers: "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256")
        let strength = promise.prefersServerOrder ? "AES128-GCM-SHA256" : "AES256-GCM-SHA384"
        #expect(link?.client.cipher == "ECDHE-RSA-" + strength)
    }

    @Test("tell what OpenSSL was built without")
    func missing() {
        #expect(TLSPolicy.missingCiphers["Mozilla-Intermediate"] == nil)
        #expect(
            Set(TLSPolicy.missingCiphers.values.flatMap { $0 }).isSubset(of: ["DES-CBC3-SHA", "DHE-DSS-AES128-SHA"]))
    }
}
