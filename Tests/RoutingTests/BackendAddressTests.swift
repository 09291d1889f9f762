import Bytes
import Testing

@testable import Routing

@Suite("Address of a container")
struct BackendAddressTests {
    /// A row of the table: the container's networks and port, where Portico runs, and what comes of it.
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var networks: [NetworkAttachment]
        var place = BackendAddressTests.inside
        var environment = ["VIRTUAL_PORT": "5000"]
        var ports: [Container.Port] = []
        var prefersIPv6 = false
        var listeningPorts: Set<UInt16> = []
        var expected: String
    }

    private static func network(
        _ name: String, _ ipv4: String? = nil, ipv6: String? = nil, gateway: String? = nil, isInternal: Bool = false
    ) -> NetworkAttachment {
        NetworkAttachment(
            name, ipv4: ipv4.flatMap { IPAddress($0) }, ipv6: ipv6.flatMap { IPAddress($0) },
            gateway: gateway.flatMap { IPAddress($0) }, isInternal: isInternal)
    }

    private static let inside = ProxyPlace.container(
        id: "self",
        networks: [
            network("a-inner", "10.1.0.2", gateway: "10.1.0.1", isInternal: true), network("b-none", "10.2.0.2"),
            network("bridge", "172.17.0.2", gateway: "172.17.0.1"), network("web", "10.3.0.2", gateway: "10.3.0.1"),
        ])

    static let rows: [Row] = [
        Row(
            testDescription: "shared default bridge", networks: [network("bridge", "172.17.0.5")],
            expected: "172.17.0.5:5000"),
        Row(
            testDescription: "first shared network by name",
            networks: [network("web", "10.3.0.9"), network("other", "10.9.0.9"), network("bridge", "172.17.0.9")],
            expected: "172.17.0.9:5000"),
        Row(
            testDescription: "no shared network", networks: [network("z", "10.9.0.9"), network("c", "10.8.0.9")],
            expected: "it shares no network with Portico (it is attached to c, z)"),
        Row(testDescription: "no network at all", networks: [], expected: "it is attached to no network"),
        Row(
            testDescription: "ingress never counts", networks: [network("ingress", "10.0.0.3")], place: .host,
            expected: "it is attached to no network"),
        Row(
            testDescription: "on the host every network is reached", networks: [network("z", "10.9.0.9")], place: .host,
            expected: "10.9.0.9:5000"),
        Row(
            testDescription: "no address, as in network none", networks: [network("none")], place: .host,
            expected: "it has no address in the network none"),
        Row(
            testDescription: "no address in one, address in the next",
            networks: [network("bridge"), network("web", "10.3.0.9")], expected: "10.3.0.9:5000"),
        Row(
            testDescription: "IPv4 before IPv6", networks: [network("web", "10.3.0.9", ipv6: "fd00::9")],
            expected: "10.3.0.9:5000"),
        Row(
            testDescription: "IPv6 preferred", networks: [network("web", "10.3.0.9", ipv6: "fd00::9")],
            prefersIPv6: true,
            expected: "[fd00::9]:5000"),
        Row(
            testDescription: "IPv6 preferred and absent", networks: [network("web", "10.3.0.9")], prefersIPv6: true,
            expected: "10.3.0.9:5000"),
        Row(
            testDescription: "IPv6 alone", networks: [network("web", ipv6: "fd00::9")], expected: "[fd00::9]:5000"),
        Row(
            testDescription: "host network from a container: gateway of the first outward network",
            networks: [network("host")], expected: "172.17.0.1:5000"),
        Row(
            testDescription: "host network from a container without gateway", networks: [network("host")],
            place: .container(
                id: "self", networks: [network("a-inner", "10.1.0.2", gateway: "10.1.0.1", isInternal: true)]),
            expected: LeftOutReason.hostUnreachable.description),
        Row(
            testDescription: "host network from the host", networks: [network("host")], place: .host,
            expected: "127.0.0.1:5000"),
        Row(
            testDescription: "host network needs a port", networks: [network("host")], place: .host, environment: [:],
            expected: LeftOutReason.hostWithoutPort.description),
        Row(
            testDescription: "host network with one exposed port", networks: [network("host")], place: .host,
            environment: [:], ports: [Container.Port(8080)], expected: "127.0.0.1:8080"),
        Row(
            testDescription: "host network with Portico's own port", networks: [network("host")], place: .host,
            listeningPorts: [5000], expected: "it is Portico itself"),
        Row(
            testDescription: "loopback is never sent to", networks: [network("web", "127.0.0.1")],
            expected: "its address 127.0.0.1 is never sent to"),
        Row(
            testDescription: "link-local is never sent to", networks: [network("web", "169.254.169.254")],
            expected: "its address 169.254.169.254 is never sent to"),
        Row(
            testDescription: "unspecified is never sent to", networks: [network("web", "0.0.0.0")],
            expected: "its address 0.0.0.0 is never sent to"),
        Row(
            testDescription: "Portico's own address", networks: [network("web", "10.3.0.2")],
            expected: "it is Portico itself"),
        Row(
            testDescription: "bad port", networks: [network("web", "10.3.0.9")], environment: ["VIRTUAL_PORT": "0"],
            expected: "VIRTUAL_PORT \"0\" is not a port from 1 to 65535"),
        Row(
            testDescription: "port in words", networks: [network("web", "10.3.0.9")],
            environment: ["VIRTUAL_PORT": "80;\n"],
            expected: "VIRTUAL_PORT \"80;\" is not a port from 1 to 65535"),
        Row(
            testDescription: "port with a sign", networks: [network("web", "10.3.0.9")],
            environment: ["VIRTUAL_PORT": "+80"], expected: "VIRTUAL_PORT \"+80\" is not a port from 1 to 65535"),
        Row(
            testDescription: "port too large", networks: [network("web", "10.3.0.9")],
            environment: ["VIRTUAL_PORT": "65536"], expected: "VIRTUAL_PORT \"65536\" is not a port from 1 to 65535"),
    ]

    @Test("follows the rules of nginx-proxy, and says why not", arguments: rows)
    func rule(row: Row) {
        let container = Container(
            id: "c", name: "c", environment: row.environment, networks: row.networks, ports: row.ports)
        let result: String
        do throws(LeftOutReason) {
            result = try BackendAddress.endpoint(
                of: container, from: row.place, ownPorts: row.listeningPorts, prefersIPv6: row.prefersIPv6
            ).description
        } catch {
            result = error.description
        }
        #expect(result == row.expected)
    }

    @Test("is none for Portico's own container")
    func ownContainer() {
        let container = Container(id: "self", name: "portico", networks: [Self.network("web", "10.3.0.9")])
        #expect(throws: LeftOutReason.itself) {
            try BackendAddress.endpoint(of: container, from: Self.inside, ownPorts: [])
        }
    }
}
