import Bytes
import Testing

@testable import Routing

@Suite("Ports of single hosts")
struct ExternalPortTests {
    private func build(_ containers: [Container], certificates: Set<String> = []) -> RoutingSnapshot {
        var settings = RoutingSettings()
        settings.httpPorts = [80]
        settings.httpsPorts = [443]
        return SnapshotBuilder.build(
            SnapshotInputs(containers: containers, settings: settings, certificateNames: certificates))
    }

    private func port(_ number: UInt16, isSecure: Bool) -> ExternalPort { ExternalPort(number, isSecure: isSecure) }

    @Test("are taken from the variables, or from labels of the same names, and shared by hosts")
    func variables() {
        let snapshot = build(
            [
                makeContainer(
                    "one",
                    ["VIRTUAL_HOST": "a.org", "EXTERNAL_HTTP_PORT": "8080", "EXTERNAL_HTTPS_PORT": "8443"]),
                makeContainer(
                    "two", ["VIRTUAL_HOST": "b.org"],
                    labels: ["com.github.nginx-proxy.nginx-proxy.external-http-port": "8080"]),
                makeContainer("three", ["VIRTUAL_HOST": "c.org"]),
            ], certificates: ["a.org"])
        #expect(snapshot.host("a.org")?.httpPort == .external(8080))
        #expect(snapshot.host("a.org")?.httpsPort == .external(8443))
        #expect(snapshot.host("b.org")?.httpPort == .external(8080))
        #expect(snapshot.host("b.org")?.httpsPort == .standard)
        #expect(snapshot.host("c.org")?.httpPort == .standard)
        #expect(snapshot.externalPorts == [port(8080, isSecure: false), port(8443, isSecure: true)])
        #expect(snapshot.diagnostics.isEmpty)
    }

    @Test("are taken from VIRTUAL_HOST_MULTIPORTS, for that host alone")
    func multiports() {
        var container = makeContainer("many", ["EXTERNAL_HTTP_PORT": "9999"])
        var route = Multiport(host: "a.org")
        route.externalHTTPPort = "8080"
        container.multiports = .routes([route, Multiport(host: "b.org")])
        let snapshot = build([container])
        #expect(snapshot.host("a.org")?.httpPort == .external(8080))
        #expect(snapshot.host("b.org")?.httpPort == .standard)
    }

    @Test("are not listened on for a scheme that the host is not served over")
    func unservedScheme() {
        let asking = ["EXTERNAL_HTTP_PORT": "8080", "EXTERNAL_HTTPS_PORT": "8443"]
        let snapshot = build(
            [
                makeContainer("one", asking.merging(["VIRTUAL_HOST": "a.org", "HTTPS_METHOD": "nohttps"]) { $1 }),
                makeContainer("two", asking.merging(["VIRTUAL_HOST": "nocert.org"]) { $1 }),
            ], certificates: ["a.org"])
        #expect(snapshot.externalPorts == [port(8080, isSecure: false)])
    }

    @Test("that are Portico's own change nothing")
    func ownPorts() {
        let snapshot = build(
            [
                makeContainer(
                    "one", ["VIRTUAL_HOST": "a.org", "EXTERNAL_HTTP_PORT": "80", "EXTERNAL_HTTPS_PORT": "443"])
            ], certificates: ["a.org"])
        #expect(snapshot.host("a.org")?.httpPort == .standard)
        #expect(snapshot.host("a.org")?.httpsPort == .standard)
        #expect(snapshot.externalPorts.isEmpty)
    }

    @Test("of the oldest container count where several of a host differ")
    func conflictWithinHost() {
        let snapshot = build([
            makeContainer("young", ["VIRTUAL_HOST": "a.org", "EXTERNAL_HTTP_PORT": "8081"], last: 6, created: 2),
            makeContainer("old", ["VIRTUAL_HOST": "a.org", "EXTERNAL_HTTP_PORT": "8080"], created: 1),
        ])
        #expect(snapshot.host("a.org")?.httpPort == .external(8080))
        #expect(
            snapshot.lines == [
                "container young: EXTERNAL_HTTP_PORT: warning: \"8081\" has no effect on a.org, because the older "
                    + "container old says \"8080\"; give all containers of a host the same value"
            ])
    }

    @Test("cannot be the same for both schemes: https has it, and the conflict is said")
    func sameForBoth() {
        let snapshot = build(
            [
                makeContainer(
                    "one", ["VIRTUAL_HOST": "a.org", "EXTERNAL_HTTP_PORT": "8443", "EXTERNAL_HTTPS_PORT": "8443"])
            ], certificates: ["a.org"])
        #expect(snapshot.host("a.org")?.httpPort == HostPort.none)
        #expect(snapshot.host("a.org")?.httpsPort == .external(8443))
        #expect(snapshot.externalPorts == [port(8443, isSecure: true)])
        #expect(
            snapshot.lines == [
                "container one: EXTERNAL_HTTP_PORT: error: a.org is not served over http, because port 8443 speaks "
                    + "https for the same host; choose another port"
            ])
    }

    @Test("speak the scheme of the older host, or Portico's own")
    func conflictOfHosts() {
        let snapshot = build(
            [
                makeContainer("young", ["VIRTUAL_HOST": "a.org", "EXTERNAL_HTTP_PORT": "8443"], created: 2),
                makeContainer("old", ["VIRTUAL_HOST": "b.org", "EXTERNAL_HTTPS_PORT": "8443"], last: 6, created: 1),
                makeContainer("own", ["VIRTUAL_HOST": "c.org", "EXTERNAL_HTTP_PORT": "443"], last: 7, created: 0),
            ], certificates: ["a.org", "b.org", "c.org"])
        #expect(snapshot.host("a.org")?.httpPort == HostPort.none)
        #expect(snapshot.host("b.org")?.httpsPort == .external(8443))
        #expect(snapshot.host("c.org")?.httpPort == HostPort.none)
        #expect(snapshot.lines.contains { $0.contains("port 8443 speaks https for b.org") })
        #expect(snapshot.lines.contains { $0.contains("port 443 speaks https for Portico's own settings") })
    }

    @Test(
        "that cannot be read leave the host unserved rather than on a port that was not meant",
        arguments: [
            "0", "65536", "-1", "+8080", "80a", "8080;", "８０８０", "8080 8081",
        ])
    func unreadable(text: String) {
        let snapshot = build([makeContainer("one", ["VIRTUAL_HOST": "a.org,b.org", "EXTERNAL_HTTP_PORT": text])])
        #expect(snapshot.host("a.org")?.httpPort == HostPort.none)
        #expect(snapshot.host("b.org")?.httpPort == HostPort.none)
        #expect(snapshot.externalPorts.isEmpty)
        #expect(
            snapshot.lines == [
                "container one: EXTERNAL_HTTP_PORT: error: \"\(text)\" cannot be used; write a port from 1 to 65535"
            ])
    }

    @Test("are Portico's own, so that no request goes there from the host's network")
    func noLoop() {
        var container = makeContainer(
            "one", ["VIRTUAL_HOST": "a.org", "VIRTUAL_PORT": "8080", "EXTERNAL_HTTP_PORT": "8080"])
        container.networks = [NetworkAttachment("host")]
        let snapshot = build([container])
        #expect(snapshot.leftOut.map(\.reason) == [.itself])
    }
}
