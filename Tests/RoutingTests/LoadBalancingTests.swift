import Bytes
import Testing

@testable import Routing

@Suite("Ways to share requests")
struct LoadBalancingTests {
    @Test(
        "reads what the loadbalance label may say",
        arguments: [
            ("least_conn;", LoadBalancing.leastConnections), (" least_conn ", .leastConnections),
            ("ip_hash;", .clientAddress), ("random;", .random), ("random two;", .randomPair),
            ("random two least_conn;", .randomPair), ("round_robin;", .roundRobin),
            ("hash $remote_addr;", .hash(Template(pieces: [.variable(.remoteAddress)]))),
            (
                "hash \"$scheme$request_uri\" consistent;",
                .hash(Template(pieces: [.variable(.scheme), .variable(.requestURI)]))
            ),
            ("hash fixed", .hash(Template(literal: "fixed"))),
        ])
    func parsing(text: String, expected: LoadBalancing) throws {
        #expect(try LoadBalancing.parse(text) == expected)
    }

    @Test(
        "refuses anything else",
        arguments: [
            "", ";", "least_conn; ip_hash;", "least_conn 1;", "least_time header;", "hash;", "hash a b;", "hash $nope;",
            "random three;", "random two least_time=header;", "ip_hash { }", "least_conn }", "\"", "least_conn; #\n}",
            "$remote_addr",
        ])
    func faults(text: String) {
        #expect(throws: Diagnostic.self) { try LoadBalancing.parse(text) }
    }

    private func upstream(_ labels: [[String: String]]) -> (upstream: Upstream?, lines: [String]) {
        let containers = labels.enumerated().map { index, labels in
            makeContainer(
                "c\(index)", ["VIRTUAL_HOST": "a.org"], last: 5 + index, created: Int64(index),
                labels: Dictionary(
                    uniqueKeysWithValues: labels.map { ("com.github.nginx-proxy.nginx-proxy.\($0.key)", $0.value) }))
        }
        let place = ProxyPlace.container(
            id: "self", networks: [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"))])
        let snapshot = SnapshotBuilder.build(SnapshotInputs(containers: containers, place: place))
        return (snapshot.host("a.org")?.locations[0].upstream, snapshot.lines)
    }

    @Test("takes the labels of the oldest container that has them, and says what others ask for in vain")
    func labels() {
        let (upstream, lines) = upstream([
            [:], ["loadbalance": "least_conn;", "keepalive": "8"], ["loadbalance": "ip_hash;", "keepalive": "8"],
        ])
        #expect(upstream?.balancing == .leastConnections)
        #expect(upstream?.keepalive == .limit(8))
        #expect(upstream?.backends.count == 3)
        #expect(
            lines == [
                "container c2: loadbalance: warning: \"ip_hash;\" has no effect on a.org, because the older container c1 says "
                    + "\"least_conn;\"; give all containers of a host the same value"
            ])
    }

    @Test(
        "keeps connections as the keepalive label says",
        arguments: [
            ("auto", UpstreamKeepalive.automatic), ("Disabled", .disabled), ("0", .disabled), ("32", .limit(32)),
            ("", .automatic),
        ])
    func keepalive(text: String, expected: UpstreamKeepalive) {
        let (upstream, lines) = upstream([["keepalive": text]])
        #expect(upstream?.keepalive == expected)
        #expect(lines.isEmpty)
    }

    @Test("shares in turn where a label cannot be used, and says so")
    func unusable() {
        let (upstream, lines) = upstream([["loadbalance": "leastconn;", "keepalive": "-1"]])
        #expect(upstream?.balancing == .roundRobin)
        #expect(upstream?.keepalive == .automatic)
        #expect(lines.count == 2)
        let fault = "container c0: loadbalance: error: \"leastconn\" is not a way to share requests"
        #expect(lines.first?.hasPrefix(fault) == true)
        #expect(lines.last?.hasPrefix("container c0: keepalive: error: \"-1\" cannot be used") == true)
    }
}
