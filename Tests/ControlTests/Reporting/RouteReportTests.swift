import Bytes
import FoundationEssentials
import Routing
import Testing

@testable import Control

@Suite("The report of what is routed")
struct RouteReportTests {
    private var report: RouteReport {
        var guarded = LocationSettings()
        guarded.authentication = Authentication(realm: Template(literal: "r"), file: "passwords/a")
        var answering = LocationSettings()
        answering.returned = Return(status: 204)
        let broken = Diagnostic(
            .error, at: .file("vhost.d/c", SourcePosition(line: 2, column: 3)), "unknown directive", hint: "mend it")
        let endpoint = { (text: String) in Endpoint(address: IPAddress(text) ?? IPAddress(ipv4: 0), port: 80) }
        let snapshot = RoutingSnapshot(
            generation: 7,
            hosts: [
                VirtualHost(
                    name: "a.example", names: [.exact("a.example"), .leading("a.example")], httpsMethod: .redirect,
                    certificate: "a.example",
                    locations: [
                        Location(
                            settings: guarded,
                            upstream: Upstream(
                                key: "a.example",
                                backends: [
                                    Backend(endpoint: endpoint("10.0.0.1"), origin: "web1"),
                                    Backend(endpoint: endpoint("10.0.0.2"), origin: "vhost.d/a:3", weight: 5),
                                ])),
                        Location(
                            match: .finalPrefix("/app/"),
                            upstream: Upstream(
                                key: "app", backends: [Backend(endpoint: endpoint("10.0.0.3"), origin: "app")]),
                            destination: "/"),
                    ]),
                VirtualHost(name: "b.example", locations: [Location(settings: answering)]),
                VirtualHost(name: "c.example", locations: [Location()], shut: VirtualHost.Shut(diagnostic: broken)),
            ],
            defaultHost: 1, leftOut: [LeftOutContainer(container: "web3", host: "d.example", reason: .itself)])
        return RouteReport(snapshot, diagnostics: [broken], docker: "not asked")
    }

    @Test("is a table for people")
    func text() {
        #expect(
            report.text == """
                HOST                 SERVES                 CERTIFICATE  PASSWORDS    BACKEND             FROM
                a.example            https, http redirects  a.example    passwords/a  10.0.0.1:80         web1
                                                                                      10.0.0.2:80         vhost.d/a:3 (weight 5)
                  ^~ /app/ as /                                          -            10.0.0.3:80         app
                  also *.a.example
                b.example (default)  http                   -            -            answers 204 itself
                c.example            http                   -            -            shut, answers 503

                Containers that get no requests:
                  web3 (d.example): it is Portico itself

                To be looked at:
                  error: vhost.d/c:2:3: unknown directive; mend it

                Docker: not asked

                """)
    }

    @Test("says when nothing is routed")
    func empty() {
        let report = RouteReport(RoutingSnapshot(hosts: []), diagnostics: [], docker: "not asked")
        #expect(report.text == "No host is routed.\n\nDocker: not asked\n")
    }

    @Test(
        "says on which ports a host is served that has its own",
        arguments: [
            (
                HTTPSMethod.redirect, HostPort.external(8080), HostPort.external(8443),
                "https on 8443, http on 8080 redirects"
            ),
            (.noredirect, .external(8080), .standard, "http on 8080, https"),
            (.noredirect, .none, .external(8443), "https on 8443"),
            (.redirect, .standard, .none, "nothing"),
            (.nohttps, .external(8080), .external(8443), "http on 8080"),
        ])
    func ports(row: (method: HTTPSMethod, http: HostPort, https: HostPort, text: String)) throws {
        var host = VirtualHost(
            name: "a.example", httpsMethod: row.method, certificate: "a.example", locations: [Location()])
        host.httpPort = row.http
        host.httpsPort = row.https
        let report = RouteReport(RoutingSnapshot(hosts: [host]), diagnostics: [], docker: "not asked")
        let line = try #require(report.text.split(separator: "\n").dropFirst().first)
        #expect(line.hasPrefix("a.example  \(row.text)  "))
    }

    @Test("survives the way over the socket")
    func json() throws {
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(RouteReport.self, from: data) == report)
    }
}
