import Testing

@testable import Routing

@Suite("What a container says of itself")
struct ContainerTests {
    @Test(
        "chooses the port: the one named, else the only one exposed, else 80",
        arguments: [
            ("", [], [], 80),
            ("5000", [], [], 5000),
            (" 5000 ", [Container.Port(1)], [], 5000),
            ("", [Container.Port(8080)], [Container.Port(9090)], 8080),
            ("", [], [Container.Port(9090)], 9090),
            ("", [Container.Port(1), Container.Port(2)], [], 80),
            ("", [Container.Port(443), Container.Port(443, transport: "udp")], [], 80),
            ("", [], [Container.Port(1), Container.Port(2)], 80),
        ] as [(String, [Container.Port], [Container.Port], UInt16)])
    func ports(named: String, ports: [Container.Port], exposed: [Container.Port], expected: UInt16) throws {
        let container = Container(
            id: "c", name: "c", environment: ["VIRTUAL_PORT": named], ports: ports, exposedPorts: exposed)
        #expect(try container.backendPort() == expected)
    }

    @Test(
        "recognises an image registry",
        arguments: [
            ("registry:2", [:], [5000], true),
            ("registry", [:], [5000], true),
            ("docker.io/library/registry:3@sha256:00", [:], [5000], true),
            ("localhost:5001/library/registry", [:], [5000], true),
            ("distribution/distribution:edge", [:], [5000], true),
            ("my/own:1", ["REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": "/registry"], [5000], true),
            ("registry:2", ["VIRTUAL_PORT": "5000"], [], true),
            ("registry:2", [:], [80], false),
            ("flask:5000", [:], [5000], false),
            ("registry-ui:1", [:], [5000], false),
            ("web", ["REGISTRY_URL": "x"], [80], false),
        ] as [(String, [String: String], [UInt16], Bool)])
    func registries(image: String, environment: [String: String], ports: [UInt16], expected: Bool) {
        let container = Container(
            id: "c", name: "c", image: image, environment: environment, ports: ports.map { Container.Port($0) })
        #expect(container.isRegistry == expected)
    }
}
