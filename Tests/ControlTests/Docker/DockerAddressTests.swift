import Testing

@testable import Control

@Suite("Addresses of the engine")
struct DockerAddressTests {
    @Test(
        "reads the forms of DOCKER_HOST",
        arguments: [
            ("unix:///var/run/docker.sock", DockerAddress.unix(path: "/var/run/docker.sock")),
            ("/tmp/docker.sock", .unix(path: "/tmp/docker.sock")),
            ("tcp://10.0.0.1:2375", .tcp(host: "10.0.0.1", port: 2375)),
            ("tcp://docker-proxy:2375/", .tcp(host: "docker-proxy", port: 2375)),
            ("http://engine:80", .tcp(host: "engine", port: 80)),
            ("tcp://[fd00::1]:2375", .tcp(host: "fd00::1", port: 2375)),
        ])
    func forms(text: String, address: DockerAddress) throws {
        #expect(try DockerAddress(text) == address)
    }

    @Test(
        "refuses anything else",
        arguments: [
            "", "docker", "unix://", "unix://relative", "tcp://", "tcp://host", "tcp://host:", "tcp://host:0",
            "tcp://host:65536", "tcp://:2375", "tcp://a b:1", "tcp://user@host:1", "ssh://host", "npipe:////./pipe/x",
            "unix:///" + String(repeating: "x", count: 108),
        ])
    func refused(text: String) {
        #expect(throws: SettingsError.dockerAddress(text)) { try DockerAddress(text) }
    }

    @Test("writes an address as it is given", arguments: ["unix:///a.sock", "tcp://h:1", "tcp://[::1]:2"])
    func description(text: String) throws {
        #expect(try DockerAddress(text).description == text)
    }
}
