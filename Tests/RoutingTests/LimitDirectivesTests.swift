import Bytes
import Testing

@testable import Routing

@Suite("Directives of limits")
struct LimitDirectivesTests {
    private func compile(_ text: String) -> HostFileCompiler.Outcome {
        HostFileCompiler.compile(.bytes(Array(text.utf8)), path: "h", files: MemoryFiles())
    }

    @Test("refer to zones wherever they stand, and are inherited as a whole")
    func values() throws {
        let outcome = compile(
            """
            limit_req zone=a burst=5 delay=2; limit_req_status 429; limit_conn c 3; limit_conn_status 430;
            limit_req_zone $binary_remote_addr zone=a:10m rate=90r/m;
            limit_conn_zone $server_name zone=c:64k;
            limit_req_log_level info; limit_conn_log_level warn;
            location /a { limit_req zone=a nodelay; }
            """)
        let level = try #require(outcome.file, "\(outcome.diagnostics)").level
        let outer = level.settings.applied(to: LocationSettings())
        let zone = try #require(outer.limits.requests.first?.zone)
        #expect(
            zone
                == LimitZone(
                    kind: .requests(rate: 1500), name: "a", file: "h",
                    key: Template(pieces: [.variable(.binaryRemoteAddress)]), size: 10 << 20))
        #expect(outer.limits.requests == [.init(zone: zone, burst: 5, undelayed: 2)])
        #expect(outer.limits.connections.map(\.most) == [3])
        #expect([outer.limits.requestStatus, outer.limits.connectionStatus] == [429, 430])
        let inner = level.locations[0].level.settings.applied(to: outer)
        #expect(inner.limits.requests == [.init(zone: zone, burst: 0, undelayed: nil)])
        #expect(inner.limits.connections.map(\.most) == [3])
        #expect(LocationSettings().limits.isEmpty)
    }

    private static let zones =
        "limit_req_zone $host zone=a:1m rate=1r/s;limit_conn_zone $host zone=c:1m;"

    @Test(
        "are refused in words that help",
        arguments: [
            (
                "limit_req zone=b;",
                "error: there is no zone \"b\"; declare it with limit_req_zone or limit_conn_zone in a file of conf.d, or in this file"
            ),
            ("limit_req zone=c;", "error: c is a zone of limit_conn_zone; name a zone of limit_req_zone"),
            ("limit_req burst=1;", "error: zone=NAME is missing; name a zone of limit_req_zone"),
            ("limit_req zone=a burst=0;", "error: \"burst=0\" is not a number of requests"),
            (
                "limit_req zone=a soon;",
                "error: \"soon\" is not a choice here; write limit_req zone=NAME [burst=NUMBER] [nodelay | delay=NUMBER];"
            ),
            (
                "limit_req zone=a; limit_req zone=a;", "error: the zone a is counted here for the second time"
            ),
            ("limit_req_status 200;", "error: 200 is not the status of an error; write 400 to 599"),
            ("limit_conn a 1;", "error: a is a zone of limit_req_zone; name a zone of limit_conn_zone"),
            ("limit_conn c 0;", "error: 0 is not a limit; write 1 to 65535"),
            (
                "limit_req_zone $host zone=a:1m rate=1r/s;",
                "error: the zone a is declared for the second time; give it another name"
            ),
            (
                "limit_req_zone $host zone=d rate=1r/s;",
                "error: \"zone=d\" does not say how large the zone is; write zone=NAME:SIZE, such as zone=clients:10m"
            ),
            (
                "limit_req_zone $host zone=d:1k rate=1r/s;",
                "error: a zone takes 32k to 1024m; write 10m, which is enough for most"
            ),
            (
                "limit_req_zone $host zone=d:1m rate=0.5r/s;",
                "error: \"rate=0.5r/s\" is not a rate; write rate=10r/s, or rate=30r/m for less than one in a second"
            ),
            (
                "location / { limit_conn_zone $host zone=d:1m; }",
                "error: limit_conn_zone cannot stand in a location; it belongs in a virtual host's file"
            ),
        ])
    func faults(_ text: String, _ message: String) {
        let outcome = compile(Self.zones + text)
        #expect(outcome.file == nil)
        #expect(outcome.diagnostics.map { $0.description.drop { $0 != " " }.dropFirst() } == [message[...]])
    }
}
