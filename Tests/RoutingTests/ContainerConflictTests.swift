import Bytes
import Testing

@testable import Routing

@Suite("Containers of one host that disagree")
struct ContainerConflictTests {
    private static let prefix = "com.github.nginx-proxy.nginx-proxy."

    /// What the older and the younger container say.
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var old: String
        var young: String
        var isLabel = false
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "CERT_NAME", old: "a", young: "b"),
        Row(name: "HTTPS_METHOD", old: "noredirect", young: "nohttps"),
        Row(name: "HSTS", old: "off", young: "max-age=1"),
        Row(name: "SSL_POLICY", old: "Mozilla-Modern", young: "Mozilla-Old"),
        Row(name: "ENABLE_HTTP_ON_MISSING_CERT", old: "false", young: "true"),
        Row(name: "SERVER_TOKENS", old: "off", young: "on"),
        Row(name: "DEBUG_ENDPOINT", old: "true", young: "false"),
        Row(name: "EXTERNAL_HTTP_PORT", old: "8080", young: "8081"),
        Row(name: "EXTERNAL_HTTPS_PORT", old: "8443", young: "8444"),
        Row(name: "VIRTUAL_PROTO", old: "https", young: "http"),
        Row(name: "VIRTUAL_DEST", old: "/x", young: "/y"),
        Row(name: "NETWORK_ACCESS", old: "internal", young: "external"),
        Row(name: "loadbalance", old: "ip_hash;", young: "least_conn;", isLabel: true),
        Row(name: "http2.enable", old: "false", young: "true", isLabel: true),
        Row(name: "keepalive", old: "disabled", young: "4", isLabel: true),
    ]

    private func build(_ row: Row, _ order: [Int]) -> RoutingSnapshot {
        let containers = ["old": row.old, "young": row.young].map { name, value in
            makeContainer(
                name, row.isLabel ? ["VIRTUAL_HOST": "h.org"] : ["VIRTUAL_HOST": "h.org", row.name: value],
                last: name == "old" ? 5 : 6, created: name == "old" ? 1 : 2,
                labels: row.isLabel ? [Self.prefix + row.name: value] : [:])
        }.sorted { $0.name < $1.name }
        var inputs = SnapshotInputs(
            containers: order.map { containers[$0] }, certificateNames: ["a", "b"])
        inputs.tlsPolicies = ["Mozilla-Modern", "Mozilla-Old", "Mozilla-Intermediate"]
        return SnapshotBuilder.build(inputs)
    }

    @Test("follow the oldest, which is said once, in whatever order they are reported", arguments: rows)
    func oldestWins(row: Row) {
        let snapshots = [build(row, [0, 1]), build(row, [1, 0])]
        for snapshot in snapshots {
            let findings = snapshot.lines.filter { $0.contains("has no effect") }
            #expect(findings.count == 1)
            #expect(
                findings.first?.hasPrefix(
                    "container young: \(row.name): warning: \(Quoted(row.young)) has no effect on h.org, because the older "
                        + "container old says \(Quoted(row.old))") == true, "\(findings)")
        }
        #expect(snapshots[0].lines == snapshots[1].lines)
    }

    @Test("the port that requests go to is warned of where it is also published, once for all hosts of a container")
    func published() {
        let snapshot = SnapshotBuilder.build(
            SnapshotInputs(containers: [
                makeContainer(
                    "web", ["VIRTUAL_HOST": "a.org,b.org"], ports: [Container.Port(8000, isPublished: true)])
            ]))
        #expect(
            snapshot.lines == [
                "container web: warning: its port 8000 is also published on the host, where nothing of Portico protects it"
            ])
    }
}
