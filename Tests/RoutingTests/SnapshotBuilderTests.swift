import Bytes
import Testing

@testable import Routing

/// A container at 172.17.0.`last` on the default bridge.
func makeContainer(
    _ name: String,
    _ environment: [String: String],
    last: Int = 5,
    created: Int64 = 0,
    image: String = "web",
    labels: [String: String] = [:],
    ports: [Container.Port] = [Container.Port(80)],
    health: Container.Health = .none
) -> Container {
    Container(
        id: "id-\(name)", name: name, image: image, created: created, environment: environment, labels: labels,
        networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.\(last)"))], ports: ports, health: health)
}

extension RoutingSnapshot {
    /// The host that a name leads to.
    func host(_ name: String) -> VirtualHost? {
        (ByteString(name).withBytes { table.find($0, with: PatternMatcher()) } ?? defaultHost).map { hosts[$0] }
    }

    /// The findings as lines.
    var lines: [String] { diagnostics.map(\.description) }
}

extension VirtualHost {
    /// The settings of its only location.
    var settings: LocationSettings { locations[0].settings }

    /// The addresses of its backends as text.
    var endpoints: [String] { locations[0].upstream?.backends.map(\.endpoint.description) ?? [] }
}

@Suite("Snapshots of containers")
struct SnapshotBuilderTests {
    private let inside = ProxyPlace.container(
        id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))])

    private func build(
        _ containers: [Container], certificates: Set<String> = [], _ change: (inout RoutingSettings) -> Void = { _ in }
    ) -> RoutingSnapshot {
        var settings = RoutingSettings()
        change(&settings)
        return SnapshotBuilder.build(
            SnapshotInputs(
                containers: containers, place: inside, settings: settings, certificateNames: certificates))
    }

    @Test("is empty without inputs")
    func nothing() {
        let snapshot = SnapshotBuilder.build(SnapshotInputs())
        #expect(snapshot.hosts.isEmpty)
        #expect(snapshot.diagnostics.isEmpty)
        #expect(snapshot.generation == 1)
        #expect(SnapshotBuilder.build(SnapshotInputs(previous: snapshot)).generation == 2)
    }

    @Test("routes each name of VIRTUAL_HOST to its container")
    func names() {
        let snapshot = build([makeContainer("web", ["VIRTUAL_HOST": " a.org, ,B.org.,*.c.org, a.org"])])
        #expect(snapshot.hosts.map(\.name.text) == ["*.c.org", "a.org", "b.org"])
        #expect(snapshot.host("b.ORG")?.endpoints == ["172.17.0.5:80"])
        #expect(snapshot.host("x.c.org")?.name == "*.c.org")
        #expect(snapshot.host("d.org") == nil)
        #expect(snapshot.host("a.org")?.locations[0].upstream?.backends.first?.origin == "web")
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("shares a host among its containers, the oldest first, each address once")
    func sharing() {
        let snapshot = build([
            makeContainer("young", ["VIRTUAL_HOST": "a.org"], last: 6, created: 9),
            makeContainer("old", ["VIRTUAL_HOST": "a.org"], last: 7, created: 3),
            makeContainer("twin", ["VIRTUAL_HOST": "a.org"], last: 7, created: 10),
        ])
        #expect(snapshot.host("a.org")?.endpoints == ["172.17.0.7:80", "172.17.0.6:80"])
        #expect(snapshot.host("a.org")?.locations[0].upstream?.key == "a.org")
    }

    @Test(
        "refuses hostile values with the name of container and variable",
        arguments: [
            "a\nb", "a;b", "a{b", "$a", "a/b", "..", "a\u{1}b", String(repeating: "a", count: 300), "~^a(", "~a\u{1}",
        ])
    func hostileNames(value: String) {
        let snapshot = build([makeContainer("evil", ["VIRTUAL_HOST": value])])
        #expect(snapshot.hosts.isEmpty)
        #expect(snapshot.diagnostics.count == 1)
        #expect(snapshot.lines[0].hasPrefix("container evil: VIRTUAL_HOST: error: "))
        #expect(snapshot.lines[0].utf8.allSatisfy { $0 >= 0x20 })
        #expect(snapshot.leftOut.map(\.reason) == [.unusableHost])
    }

    @Test("keeps the good names of a container with bad ones")
    func mixedNames() {
        let snapshot = build([makeContainer("web", ["VIRTUAL_HOST": "a b,good.org"])])
        #expect(snapshot.hosts.map(\.name.text) == ["good.org"])
        #expect(snapshot.diagnostics.count == 1)
    }

    @Test("leaves out what cannot be reached, says why, and keeps the host")
    func leftOut() {
        var far = makeContainer("far", ["VIRTUAL_HOST": "a.org"])
        far.networks = [NetworkAttachment("other", ipv4: IPAddress("10.0.0.9"))]
        let snapshot = build([far, makeContainer("odd", ["VIRTUAL_HOST": "a.org", "VIRTUAL_PORT": "http"])])
        #expect(snapshot.host("a.org")?.endpoints == [])
        #expect(snapshot.host("a.org")?.locations[0].upstream != nil)
        #expect(snapshot.leftOut.map(\.reason) == [.noSharedNetwork(["other"]), .badPort("http")])
        #expect(
            snapshot.lines[0]
                == "container far: warning: it gets no requests for a.org: it shares no network with Portico "
                + "(it is attached to other); attach both to one network: docker network connect NETWORK CONTAINER")
    }

    @Test(
        "leaves out containers whose variables are not supported",
        arguments: [("VIRTUAL_PROTO", "uwsgi"), ("VIRTUAL_PROTO", "h2c")])
    func unsupported(variable: String, value: String) {
        let snapshot = build([makeContainer("web", ["VIRTUAL_HOST": "a.org", variable: value])])
        #expect(snapshot.host("a.org")?.endpoints == [])
        #expect(snapshot.leftOut.map(\.reason) == [.unsupported(variable: variable, value: value)])
        #expect(snapshot.diagnostics.map(\.severity) == [.error])
    }

    @Test("reaches containers over TLS that ask for it, by the name of their host")
    func overTLS() {
        let snapshot = build([
            makeContainer("a", ["VIRTUAL_HOST": "a.org,*.b.org,[fd00::9]", "VIRTUAL_PROTO": "https"]),
            makeContainer("b", ["VIRTUAL_HOST": "c.org", "VIRTUAL_PROTO": "http"], last: 6),
        ])
        func tls(_ name: String) -> UpstreamTLS? { snapshot.host(name)?.locations[0].upstream?.tls }
        #expect(tls("a.org") == UpstreamTLS(serverName: "a.org", host: "a.org"))
        #expect(tls("x.b.org") == UpstreamTLS(serverName: nil, host: "*.b.org"))
        #expect(tls("[fd00::9]") == UpstreamTLS(serverName: "fd00::9", host: "[fd00::9]"))
        #expect(tls("c.org") == nil)
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("reaches gRPC servers over HTTP/2, in the clear or over TLS")
    func grpc() {
        let snapshot = build([
            makeContainer("a", ["VIRTUAL_HOST": "a.org", "VIRTUAL_PROTO": "grpc"]),
            makeContainer("b", ["VIRTUAL_HOST": "b.org", "VIRTUAL_PROTO": "grpcs"], last: 6),
        ])
        func upstream(_ name: String) -> Upstream? { snapshot.host(name)?.locations[0].upstream }
        #expect(upstream("a.org")?.protocol == .http2)
        #expect(upstream("a.org")?.tls == nil)
        #expect(upstream("b.org")?.protocol == .http2)
        #expect(upstream("b.org")?.tls == UpstreamTLS(serverName: "b.org", host: "b.org"))
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("reaches FastCGI applications, whose scripts lie where they say")
    func fastCGI() {
        let php = ["VIRTUAL_PROTO": "fastcgi"]
        let snapshot = build([
            makeContainer("a", php.merging(["VIRTUAL_HOST": "a.org"]) { $1 }),
            makeContainer("b", php.merging(["VIRTUAL_HOST": "b.org", "VIRTUAL_ROOT": "/srv/app/"]) { $1 }, last: 6),
            makeContainer("c", php.merging(["VIRTUAL_HOST": "c.org", "VIRTUAL_ROOT": "srv"]) { $1 }, last: 7),
            makeContainer("d", ["VIRTUAL_HOST": "d.org", "VIRTUAL_ROOT": "/srv"], last: 8),
        ])
        func location(_ name: String) -> Location? { snapshot.host(name)?.locations[0] }
        #expect(location("a.org")?.fastCGI == FastCGISettings())
        #expect(location("a.org")?.upstream?.protocol == .fastCGI)
        #expect(location("b.org")?.fastCGI?.root == "/srv/app")
        #expect(location("c.org")?.fastCGI?.root == "/var/www/public")
        #expect(location("d.org")?.fastCGI == nil)
        #expect(location("d.org")?.upstream?.protocol == .http1)
        #expect(
            snapshot.lines == [
                "container c: VIRTUAL_ROOT: error: \"srv\" cannot be used; write a path that begins with /"
            ])
    }

    @Test("prefers containers that are well, and takes the others where none is")
    func health() {
        let starting = makeContainer("s", ["VIRTUAL_HOST": "a.org"], last: 6, created: 1, health: .starting)
        let ill = makeContainer("i", ["VIRTUAL_HOST": "a.org"], last: 7, created: 2, health: .unhealthy)
        let well = makeContainer("w", ["VIRTUAL_HOST": "a.org"], last: 8, created: 3, health: .healthy)
        let some = build([starting, ill, well])
        #expect(some.host("a.org")?.endpoints == ["172.17.0.8:80"])
        #expect(some.leftOut.map(\.reason) == [.starting, .unhealthy])
        #expect(build([starting, ill]).host("a.org")?.endpoints == ["172.17.0.6:80", "172.17.0.7:80"])
        let all = build([starting, ill, well]) { $0.ignoresHealth = true }
        #expect(all.host("a.org")?.endpoints.count == 3)
    }

    @Test("lets the oldest container decide where values differ, and says so")
    func conflicts() {
        let containers = [
            makeContainer("young", ["VIRTUAL_HOST": "a.org", "HTTPS_METHOD": "nohttp"], last: 6, created: 9),
            makeContainer("old", ["VIRTUAL_HOST": "a.org", "HTTPS_METHOD": "noredirect"], last: 7, created: 3),
            makeContainer("silent", ["VIRTUAL_HOST": "a.org"], last: 8, created: 1),
        ]
        let snapshot = build(containers, certificates: ["a.org"])
        #expect(snapshot.host("a.org")?.httpsMethod == .noredirect)
        #expect(
            snapshot.lines == [
                "container young: HTTPS_METHOD: warning: \"nohttp\" has no effect on a.org, because the older "
                    + "container old says \"noredirect\"; give all containers of a host the same value"
            ])
    }

    @Test(
        "follows HTTPS_METHOD and what a missing certificate makes of it",
        arguments: [
            ("", true, true, .redirect, "a.org", "max-age=31536000"),
            ("redirect", false, true, .noredirect, nil, nil),
            ("redirect", false, false, .redirect, nil, nil),
            ("noredirect", true, true, .noredirect, "a.org", nil),
            ("nohttp", true, true, .nohttp, "a.org", "max-age=31536000"),
            ("nohttp", false, true, .noredirect, nil, nil),
            ("nohttp", false, false, .nohttp, nil, nil),
            ("nohttps", true, true, .nohttps, nil, nil),
            ("sometimes", true, true, .redirect, "a.org", "max-age=31536000"),
        ] as [(String, Bool, Bool, HTTPSMethod, String?, String?)])
    func schemes(
        asked: String, hasCertificate: Bool, isLenient: Bool, method: HTTPSMethod, certificate: String?, hsts: String?
    ) {
        let container = makeContainer("web", ["VIRTUAL_HOST": "a.org", "HTTPS_METHOD": asked])
        let snapshot = build([container], certificates: hasCertificate ? ["a.org"] : []) {
            $0.servesHTTPWithoutCertificate = isLenient
        }
        let host = snapshot.host("a.org")
        #expect(host?.httpsMethod == method)
        #expect(host?.certificate == certificate)
        #expect(host?.hsts?.text == hsts)
        #expect(snapshot.diagnostics.isEmpty == (asked != "sometimes"))
    }

    @Test(
        "speaks HTTP/2 as the host's file says, else its containers, else conf.d, else the setting of all hosts",
        arguments: [
            (nil, nil, nil, true, true), (nil, nil, nil, false, false), (nil, nil, "off", true, false),
            (nil, nil, "on", false, true), (nil, "true", "off", false, true), (nil, "0", nil, true, false),
            ("on", "false", "off", false, true), ("off", "true", "on", true, false), (nil, "maybe", nil, true, true),
        ] as [(String?, String?, String?, Bool, Bool)])
    func http2(file: String?, label: String?, shared: String?, setting: Bool, expected: Bool) {
        var texts: [String: String] = [:]
        texts["vhost.d/a.org"] = file.map { "http2 \($0);" }
        texts["conf.d/a.conf"] = shared.map { "http2 \($0);" }
        let labels = label.map { ["com.github.nginx-proxy.nginx-proxy.http2.enable": $0] } ?? [:]
        var inputs = SnapshotInputs(
            containers: [makeContainer("one", ["VIRTUAL_HOST": "a.org"], labels: labels)],
            files: MemoryFiles(texts.mapValues { $0 }))
        inputs.settings.speaksHTTP2 = setting
        let snapshot = SnapshotBuilder.build(inputs)
        #expect(snapshot.host("a.org")?.speaksHTTP2 == expected)
        #expect(snapshot.lines.count == (label == "maybe" ? 1 : 0), "\(snapshot.lines)")
    }

    @Test("takes HSTS and ENABLE_HTTP_ON_MISSING_CERT from containers")
    func containerSettings() {
        let off = makeContainer("web", ["VIRTUAL_HOST": "a.org", "HSTS": "off"])
        #expect(build([off], certificates: ["a.org"]).host("a.org")?.hsts == nil)
        let strict = makeContainer("web", ["VIRTUAL_HOST": "a.org", "ENABLE_HTTP_ON_MISSING_CERT": "false"])
        #expect(build([strict]).host("a.org")?.httpsMethod == .redirect)
        let odd = makeContainer("web", ["VIRTUAL_HOST": "a.org", "HSTS": "a\r\nb"])
        #expect(build([odd], certificates: ["a.org"]).host("a.org")?.hsts == "max-age=31536000")
    }

    @Test(
        "never lets a container name a certificate outside the folder",
        arguments: ["../x", "a/b", "..", ".hidden", "a b"])
    func hostileCertificateNames(value: String) {
        let container = makeContainer("evil", ["VIRTUAL_HOST": "a.org", "CERT_NAME": value])
        let snapshot = build([container], certificates: ["a.org", "default", value])
        #expect(snapshot.host("a.org")?.certificate == nil)
        #expect(snapshot.lines.first?.hasPrefix("container evil: CERT_NAME: error: ") == true)
    }

    @Test("takes CERT_NAME alone")
    func certificateName() {
        let container = makeContainer("web", ["VIRTUAL_HOST": "a.org", "CERT_NAME": "shared"])
        #expect(build([container], certificates: ["shared", "a.org"]).host("a.org")?.certificate == "shared")
        let missing = build([container], certificates: ["a.org", "default"])
        #expect(missing.host("a.org")?.certificate == nil)
        #expect(missing.lines.first?.contains("no usable pair \"shared\"") == true)
    }

    @Test("gives the limit of a body up for a registry, and for nothing else")
    func registry() {
        let registry = makeContainer(
            "registry", ["VIRTUAL_HOST": "r.org"], image: "registry:2", ports: [Container.Port(5000)])
        let snapshot = build([registry, makeContainer("web", ["VIRTUAL_HOST": "w.org"], last: 6)])
        #expect(snapshot.host("r.org")?.settings.maxBodySize == nil)
        #expect(snapshot.host("r.org")?.settings.hostsRegistry == true)
        #expect(snapshot.host("r.org")?.endpoints == ["172.17.0.5:5000"])
        #expect(snapshot.host("w.org")?.settings.maxBodySize == 1 << 20)
    }

    @Test("sends unknown names to DEFAULT_HOST")
    func defaultHost() {
        let container = makeContainer("web", ["VIRTUAL_HOST": "a.org"])
        #expect(build([container]) { $0.defaultHost = "A.org" }.host("unknown")?.name == "a.org")
        let missing = build([container]) { $0.defaultHost = "b.org" }
        #expect(missing.host("unknown") == nil)
        #expect(missing.lines == ["DEFAULT_HOST: warning: there is no host \"b.org\" at the moment"])
    }

    @Test("warns of published ports and of hosts that two projects claim")
    func risks() {
        let published = makeContainer(
            "web", ["VIRTUAL_HOST": "a.org"], ports: [Container.Port(80, isPublished: true)])
        #expect(build([published]).lines.first?.contains("also published on the host") == true)
        let label = "com.docker.compose.project"
        let both = build([
            makeContainer("one", ["VIRTUAL_HOST": "a.org"], last: 6, created: 1, labels: [label: "p"]),
            makeContainer("two", ["VIRTUAL_HOST": "a.org"], last: 7, created: 2, labels: [label: "q"]),
        ])
        #expect(both.host("a.org")?.endpoints.count == 2)
        #expect(
            both.lines == [
                "container two: VIRTUAL_HOST: warning: a.org is also claimed by one of the project \"p\"; both get its requests"
            ])
    }

    @Test("is the same for the same inputs in any order")
    func determinism() {
        let containers = (0..<20).map {
            makeContainer(
                "c\($0)", ["VIRTUAL_HOST": "h\($0 % 5).org,*.w\($0 % 3).org", "HSTS": "v\($0)"], last: $0 + 10,
                created: Int64($0 / 2))
        }
        var generator = SeededGenerator(seed: 1)
        let first = build(containers, certificates: ["default"])
        for _ in 0..<20 {
            let other = build(containers.shuffled(using: &generator), certificates: ["default"])
            #expect(other.diagnostics == first.diagnostics)
            #expect(other.hosts.map(\.name) == first.hosts.map(\.name))
            #expect(other.hosts.map(\.endpoints) == first.hosts.map(\.endpoints))
            #expect(other.hosts.map(\.hsts) == first.hosts.map(\.hsts))
        }
    }
}
