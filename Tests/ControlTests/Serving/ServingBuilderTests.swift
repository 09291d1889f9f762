import Bytes
import Passwords
import Proxy
import Routing
import TLS
import TestSupport
import Testing

@testable import Control

@Suite("Building what is served")
struct ServingBuilderTests {
    private let served: ServedFolder
    private var folder: TemporaryFolder { served.folder }

    init() throws { served = try ServedFolder() }

    private func builder(_ environment: [String: String] = [:]) throws -> ServingBuilder {
        ServingBuilder(try served.settings(environment))
    }

    private func container(_ host: String) -> Container {
        Container(
            id: host, name: host, environment: ["VIRTUAL_HOST": host],
            networks: [NetworkAttachment("front", ipv4: IPAddress("172.18.0.2"))])
    }

    private func texts(_ result: ServingBuilder.Result) -> [String] { result.diagnostics.map(\.description) }

    @Test("serves hosts of files and of containers, with the certificates of their names")
    func whole() throws {
        try served.makeCertificate("a.example", names: ["a.example"])
        try served.makeCertificate("default", names: ["fallback.example"])
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;\nserver_name c.example;")
        let result = try builder().build(containers: [container("b.example")])
        let hosts = result.configuration.snapshot.hosts
        #expect(hosts.map(\.name.text) == ["a.example", "b.example"])
        #expect(hosts.map(\.certificate) == ["a.example", "default"])
        #expect(hosts[1].locations[0].upstream?.backends.map(\.endpoint.description) == ["172.18.0.2:80"])
        let certificates = result.configuration.certificates
        let shown = { (name: String) -> [String]? in
            certificates.select(serverName: ByteString(name), localAddress: nil)?.certificate.subjectNames
        }
        #expect(shown("a.example") == ["a.example"])
        #expect(shown("c.example") == ["a.example"])
        #expect(shown("b.example") == ["fallback.example"])
        #expect(shown("unknown.example") == ["fallback.example"])
        // What is shown to clients who refuse it is said.
        let found = result.diagnostics.map { "\($0.severity) \($0.message)" }
        #expect(
            found == [
                "warning clients of c.example refuse the certificate: it is for a.example",
                "note clients of b.example refuse the certificate: it is for fallback.example",
            ])
    }

    @Test(
        "shuts all hosts while a folder of rules is there and was never read, and keeps what it held once it was",
        arguments: ["vhost.d", "htpasswd", "certs"])
    func barredFolder(_ name: String) throws {
        let bar = {
            try folder.remove(name)
            try folder.link(name, to: folder.path(name))
        }
        try bar()
        let builder = try builder()
        let build = { () throws -> (host: VirtualHost, found: [String]) in
            _ = builder.refresh()
            let result = builder.build(containers: [container("a.example")])
            let host = try #require(result.configuration.snapshot.hosts.first)
            return (host, texts(result).filter { $0.contains("the folder cannot be read") })
        }
        let shut = try build()
        #expect(shut.host.shut?.status == 503)
        #expect(shut.found.count == 1)
        #expect(shut.found.first?.contains("\(folder.path(name))") == true)
        #expect(shut.found.first?.contains("all hosts are answered with 503") == true)
        try folder.remove(name)
        try folder.makeFolder(name)
        try folder.write("\(name)/a.example", name == "vhost.d" ? "return 204;" : "user:$1$x")
        let open = try build()
        #expect(open.host.shut == nil)
        #expect(open.found == [])
        try bar()
        let kept = try build()
        #expect(kept.host.shut == nil)
        #expect(kept.host.locations.map(\.settings.returned) == open.host.locations.map(\.settings.returned))
        #expect(
            kept.host.locations.map(\.settings.authentication) == open.host.locations.map(\.settings.authentication))
        if name == "htpasswd" { #expect(kept.host.locations.first?.settings.authentication != nil) }
        #expect(kept.found.count == (name == "certs" ? 0 : 1))
    }

    @Test(
        "shows the certificate of a regular expression to clients that ask for a name of it, unless a host has that name"
    )
    func regularExpression() throws {
        try served.makeCertificate("shared", names: ["*.example", "x.test"])
        try served.makeCertificate("a.example", names: ["a.example"])
        var regex = container("~^[a-z]\\.(example|test)$")
        regex.environment["CERT_NAME"] = "shared"
        let result = try builder().build(containers: [regex, container("a.example")])
        let shown = { (name: String) -> String? in
            result.configuration.certificates.select(serverName: ByteString(name), localAddress: nil)?.certificate
                .subjectNames.first
        }
        #expect(
            ["b.example", "x.test", "a.example", "y.test"].map(shown) == [
                "*.example", "*.example", "a.example", "*.example",
            ])
        #expect(shown("xy.example") == nil)
        #expect(result.configuration.snapshot.hosts.map(\.httpsMethod) == [.redirect, .redirect])
    }

    @Test("serves each host by its own policy, and the others by that of all")
    func policies() throws {
        try served.makeCertificate("shared", names: ["a.example", "b.example"])
        var (a, b, c) = (container("a.example"), container("b.example"), container("c.example"))
        a.environment["CERT_NAME"] = "shared"
        a.environment["SSL_POLICY"] = "Mozilla-Old"
        b.environment["CERT_NAME"] = "shared"
        b.environment["SSL_POLICY"] = "Mozilla-Newest"
        c.environment["CERT_NAME"] = "shared"
        let result = try builder(["SSL_POLICY": "Mozilla-Modern"]).build(containers: [a, b, c])
        let policy = { (name: String) -> String? in
            result.configuration.certificates.select(serverName: ByteString(name), localAddress: nil)?.policy.name
        }
        #expect(
            ["a.example", "b.example", "c.example"].map(policy) == ["Mozilla-Old", "Mozilla-Modern", "Mozilla-Modern"])
        #expect(
            texts(result).contains {
                $0.contains("SSL_POLICY") && $0.contains("b.example") && $0.contains("Mozilla-Newest")
            })
    }

    @Test("offers HTTP/2 as the host's file says, else its containers, else the setting of all hosts")
    func http2() throws {
        try served.makeCertificate("shared", names: ["a.example", "b.example"])
        try served.makeCertificate("default", names: ["default.example"])
        try served.folder.write("vhost.d/c.example", "http2 on;")
        try served.folder.write("vhost.d/d.example", "http2 off;")
        let label = "com.github.nginx-proxy.nginx-proxy.http2.enable"
        let containers = [("a.example", nil), ("b.example", "true"), ("c.example", "false"), ("d.example", "true")].map
        {
            (name, value) in
            var container = container(name)
            container.environment["CERT_NAME"] = "shared"
            container.labels[label] = value
            return container
        }
        let offers = { (environment: [String: String]) throws -> [Bool?] in
            let certificates = try builder(environment).build(containers: containers).configuration.certificates
            return ["a.example", "b.example", "c.example", "d.example", "x.example"].map {
                certificates.select(serverName: ByteString($0), localAddress: nil)?.protocols.contains("h2")
            }
        }
        #expect(try offers([:]) == [true, true, true, false, true])
        #expect(try offers(["ENABLE_HTTP2": "false"]) == [false, true, true, false, false])
    }

    @Test("says so where it does not know the policy of all hosts, and uses the default one")
    func unknownPolicy() throws {
        try served.makeCertificate("default", names: ["a.example"])
        let result = try builder(["SSL_POLICY": "Mozilla-modern"]).build()
        #expect(result.configuration.certificates.fallback?.policy == .mozillaIntermediate)
        #expect(
            texts(result).contains {
                $0.contains(
                    "SSL_POLICY: error: 'Mozilla-modern' is not known; Mozilla-Intermediate is used; write one of")
            })
    }

    @Test("refuses hosts without certificate in the handshake, though not those that want no https")
    func withoutCertificate() throws {
        try served.makeCertificate("default", names: ["default.example"])
        var (a, b) = (container("a.example"), container("b.example"))
        b.environment["HTTPS_METHOD"] = "nohttps"
        a.environment["CERT_NAME"] = "missing"
        let certificates = try builder().build(containers: [a, b]).configuration.certificates
        #expect(certificates.select(serverName: "a.example", localAddress: nil) == nil)
        #expect(certificates.select(serverName: "b.example", localAddress: nil) != nil)
        #expect(certificates.select(serverName: "c.example", localAddress: nil) != nil)
    }

    @Test("shows strangers the certificate of the default host")
    func defaultHost() throws {
        try served.makeCertificate("a.example", names: ["a.example"])
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        let result = try builder(["DEFAULT_HOST": "a.example"]).build()
        let shown = result.configuration.certificates.select(serverName: "unknown.example", localAddress: nil)
        #expect(shown?.certificate.subjectNames == ["a.example"])
    }

    @Test("keeps a certificate while its pair is being replaced")
    func replacedPair() throws {
        try served.makeCertificate("a.example", names: ["old.example"])
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        let builder = try builder()
        let shown = { (result: ServingBuilder.Result) in
            result.configuration.certificates.select(serverName: "a.example", localAddress: nil)?.certificate
                .subjectNames
        }
        #expect(shown(builder.build()) == ["old.example"])
        builder.pathsBeingWritten = { [folder] in [folder.path("certs/a.example.key")] }
        try served.makeCertificate("a.example", names: ["new.example"])
        _ = builder.refresh()
        #expect(shown(builder.build()) == ["old.example"])
        builder.pathsBeingWritten = { [] }
        #expect(builder.refresh())
        #expect(shown(builder.build()) == ["new.example"])

        try folder.write("certs/a.example.key", "broken")
        #expect(builder.refresh())
        let result = builder.build()
        #expect(shown(result) == ["new.example"])
        #expect(result.diagnostics.filter { $0.severity == .error }.map(\.file) == [folder.path("certs/a.example.key")])
    }

    @Test("warns of an expired certificate, and serves it")
    func expired() throws {
        try served.makeCertificate("a.example", names: ["a.example"])
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        let builder = ServingBuilder(try served.settings(), clock: { FileStamp.now / 1_000_000_000 + 100 * 86_400 })
        let result = builder.build()
        #expect(result.configuration.snapshot.hosts.map(\.certificate) == ["a.example"])
        #expect(texts(result).contains { $0.contains("warning: the certificate expired") })
    }

    @Test("keeps the last good version of a file that breaks")
    func brokenFile() throws {
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;\nclient_max_body_size 5m;")
        let builder = try builder()
        _ = builder.build()
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;\nclient_max_body_siz 9m;")
        #expect(builder.refresh())
        let result = builder.build()
        #expect(result.configuration.snapshot.hosts[0].locations[0].settings.maxBodySize == 5 << 20)
        #expect(texts(result).contains { $0.contains("a.example:2:1: error:") })
    }

    @Test("reads password files as the hosts need them, and says what is wrong with them")
    func passwords() throws {
        try folder.write(
            "vhost.d/a.example",
            "proxy_pass http://127.0.0.1:5000;\nauth_basic x;\nauth_basic_user_file passwords/a.example;")
        let path = folder.path("passwords/a.example")
        let builder = try builder()
        var result = builder.build()
        guard case .missing(path)? = result.configuration.passwordFiles[path] else {
            Issue.record("the file is not missing")
            return
        }
        #expect(texts(result).contains { $0.contains("so a.example answers 403; make it with: portico passwd") })

        try folder.write("passwords/a.example", "bob:{PLAIN}secret\neve:odd\n")
        #expect(builder.refresh())
        result = builder.build()
        guard case .loaded(let file)? = result.configuration.passwordFiles[path] else {
            Issue.record("the file is not loaded")
            return
        }
        #expect(file.count == 2)
        #expect(texts(result).contains { $0.hasPrefix("\(path):2:1: ") })

        try folder.write("passwords/a.example", String(repeating: "# too much\n", count: 100_000))
        #expect(builder.refresh())
        result = builder.build()
        guard case .unreadable(.tooLarge)? = result.configuration.passwordFiles[path] else {
            Issue.record("the file is not refused")
            return
        }

        try folder.remove("passwords/a.example")
        try folder.makeFolder("passwords/a.example")
        #expect(builder.refresh())
        result = builder.build()
        guard case .unreadable? = result.configuration.passwordFiles[path] else {
            Issue.record("the folder was read")
            return
        }
        #expect(texts(result).contains { $0.contains("so a.example answers 500") })
    }

    @Test("protects a host by the file in htpasswd that has its name")
    func htpasswd() throws {
        try folder.write("htpasswd/b.example", "bob:{PLAIN}secret\n")
        let result = try builder().build(containers: [container("b.example")])
        #expect(result.configuration.snapshot.passwordFiles == [folder.path("htpasswd/b.example")])
        #expect(result.configuration.passwordFiles.count == 1)
    }

    @Test("watches whatever it has read")
    func paths() throws {
        try folder.write("extra.conf", "client_max_body_size 5m;")
        try folder.write(
            "vhost.d/a.example",
            "include extra.conf;\nproxy_pass http://127.0.0.1:5000;\nauth_basic x;\nauth_basic_user_file users;")
        let builder = try builder()
        _ = builder.build()
        let folders = ["certs", "vhost.d", "passwords", "htpasswd", "conf.d"]
        let own = (folders + ["dhparam/dhparam.pem", "extra.conf", "proxy.conf", "users"]).map(folder.path)
        #expect(builder.paths == Set(own + ["/usr/share/nginx/html/errors/50x.html"]))
        try folder.write("extra.conf", "client_max_body_size 6m;")
        #expect(builder.refresh())
        #expect(builder.build().configuration.snapshot.hosts[0].locations[0].settings.maxBodySize == 6 << 20)
    }

    @Test("comes to what a new builder comes to, whatever has changed before", arguments: [1, 2, 3] as [UInt64])
    func changes(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        try served.makeCertificate("default", names: ["*.example"])
        try served.makeCertificate("c.test", names: ["c.test"])
        let builder = try builder()
        let names = ["a.example", "b.example", "c.test", "*.wild.example", "d.test", "127.0.0.1"]
        let texts = [
            "return 204;", "http2 off;\nreturn 204;", "server_name e.example a.example;\nreturn 204;",
            "proxy_pass https://127.0.0.1:1;", "ssl_verify_client on;\nproxy_pass http://127.0.0.1:1;",
        ]
        let variables = [[:], ["SSL_POLICY": "Mozilla-Modern"], ["HTTPS_METHOD": "nohttps"], ["CERT_NAME": "c.test"]]
        var containers: [String: Container] = [:]
        for _ in 0..<60 {
            let name = names.randomElement(using: &generator) ?? ""
            var told: Set<String>? = [folder.path("vhost.d/\(name)")]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: try? folder.remove("vhost.d/\(name)")
            case 1:
                told = nil
                if (try? folder.remove("certs/b.example.crt")) == nil {
                    try served.makeCertificate("b.example", names: ["b.example"])
                } else {
                    try folder.remove("certs/b.example.key")
                }
            case 2: containers[name] = nil
            case 3, 4:
                var container = container(name)
                container.environment.merge(variables.randomElement(using: &generator) ?? [:]) { $1 }
                containers[name] = container
            default: try folder.write("vhost.d/\(name)", texts.randomElement(using: &generator) ?? "")
            }
            _ = builder.refresh(told.map { .named($0) } ?? .somewhere)
            let running = containers.values.sorted { $0.id < $1.id }
            let (result, fresh) = (builder.build(containers: running), try self.builder().build(containers: running))
            #expect(result.diagnostics.map(\.description) == fresh.diagnostics.map(\.description))
            #expect(result.configuration.connectionDemands.keys == fresh.configuration.connectionDemands.keys)
            for asked in [
                "a.example", "b.example", "c.test", "x.wild.example", "d.test", "e.example", "f.example", nil,
            ] {
                let shown = { (result: ServingBuilder.Result) in
                    result.configuration.certificates.select(
                        serverName: asked.map { ByteString($0) }, localAddress: IPAddress("127.0.0.1")
                    ).map { "\($0.certificate.subjectNames) \($0.protocols)" }
                }
                #expect(shown(result) == shown(fresh))
            }
        }
    }

    @Test("finds nothing new where nothing has changed")
    func unchanged() throws {
        try served.makeCertificate("a.example", names: ["a.example"])
        try folder.write("certs/broken.crt", "x")
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        let builder = try builder()
        _ = builder.build()
        // What was written a moment ago is read once more, because its time cannot be relied on yet.
        while builder.refresh() {}
        for _ in 0..<3 { #expect(!builder.refresh()) }
        builder.forget()
        #expect(builder.build().configuration.snapshot.generation == 2)
    }

    @Test("redirects nobody to https where TLS is off")
    func redirectWithoutTLS() throws {
        try served.makeCertificate("a.example", names: ["a.example"])
        try folder.write("vhost.d/a.example", "proxy_pass http://127.0.0.1:5000;")
        var settings = try served.settings()
        settings.https = []
        let host = ServingBuilder(settings).build().configuration.snapshot.hosts.first
        #expect(host?.httpsMethod == .noredirect)
        #expect(host?.certificate == nil)
    }

    @Test("does without certificates where TLS is off")
    func withoutTLS() throws {
        try folder.remove("certs")
        #expect(try builder().build().diagnostics.map(\.severity) == [.warning])
        var options = ServeOptions()
        options.https = ["off"]
        options.certificates = folder.path("certs")
        let settings = try Settings(options: options, environment: Environment([:]))
        #expect(ServingBuilder(settings).build().diagnostics == [])
    }
}
