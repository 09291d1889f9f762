import Bytes
import Routing
import TestSupport
import Testing

@testable import Control

@Suite("What the engine says of a container")
struct InspectedContainerTests {
    static let id = String(repeating: "ab", count: 32)

    static let whole = """
        {"Id":"\(id)","Created":"2026-01-31T12:00:00.123456789Z","Path":"/entrypoint.sh","Args":["serve"],
        "State":{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,
          "Pid":17,"ExitCode":0,"Health":{"Status":"starting","FailingStreak":0,"Log":[]}},
        "Name":"/registry","HostConfig":{"NetworkMode":"front","PortBindings":{}},
        "Config":{"Hostname":"abababababab","Env":["VIRTUAL_HOST=a.example","VIRTUAL_PORT=5000","SECRET=hush","EMPTY",
            "VIRTUAL_HOST=b.example","HSTS=off"],
          "ExposedPorts":{"5000/tcp":{}},"Image":"registry:2","StopSignal":"SIGQUIT",
          "Labels":{"com.example":"x","number":7}},
        "NetworkSettings":{"Ports":{"5000/tcp":[{"HostIp":"127.0.0.1","HostPort":"5000"}],"5001/udp":null},
          "Gateway":"","IPAddress":"","Networks":{
            "front":{"NetworkID":"n1","Gateway":"172.18.0.1","IPAddress":"172.18.0.2","GlobalIPv6Address":"fd00::2"},
            "back":{"NetworkID":"n2","Gateway":"","IPAddress":"172.19.0.9","GlobalIPv6Address":""}}}}
        """

    private func inspect(_ json: String) throws -> InspectedContainer { try InspectedContainer(json: Array(json.utf8)) }

    @Test("is read in full")
    func whole() throws {
        let inspected = try inspect(Self.whole)
        #expect(
            inspected.container
                == Container(
                    id: Self.id, name: "registry", image: "registry:2", created: 1_769_860_800_123_456_789,
                    environment: ["VIRTUAL_HOST": "b.example", "VIRTUAL_PORT": "5000", "HSTS": "off"],
                    labels: ["com.example": "x", "number": "7"],
                    networks: [
                        NetworkAttachment("back", ipv4: IPAddress("172.19.0.9")),
                        NetworkAttachment(
                            "front", ipv4: IPAddress("172.18.0.2"), ipv6: IPAddress("fd00::2"),
                            gateway: IPAddress("172.18.0.1")),
                    ],
                    ports: [
                        Container.Port(5000, isPublished: true), Container.Port(5001, transport: "udp"),
                    ],
                    exposedPorts: [Container.Port(5000)], health: .starting))
        #expect(inspected.isRunning)
        #expect(inspected.stopSignal == DockerEvent.Signal(number: 3))
        #expect(inspected.hostname == "abababababab")
    }

    @Test(
        "is read as far as it makes sense",
        arguments: [
            #"{"Id":"x"}"#,
            #"{"Id":"x","Name":7,"Created":false,"State":[],"Config":null,"NetworkSettings":"none"}"#,
            #"{"Id":"x","Config":{"Env":"A=1","ExposedPorts":[],"Labels":[1]},"State":{"Running":"yes"}}"#,
            #"{"Id":"x","NetworkSettings":{"Ports":{"tcp":null,"0/tcp":[],"70000/tcp":[],"a/b/c":null},"Networks":[]}}"#,
            #"{"Id":"x","Created":"yesterday","Config":{"Env":[null,7,{},"VIRTUAL_HOST"]}}"#,
        ])
    func odd(json: String) throws {
        #expect(try inspect(json).container == Container(id: "x", name: ""))
    }

    @Test(
        "counts as the oldest when its time is further away than can be counted",
        arguments: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"])
    func farTimes(created: String) throws {
        #expect(try inspect(#"{"Id":"x","Created":"\#(created)"}"#).container.created == 0)
    }

    @Test("has no name that breaks a line")
    func controlCharacters() throws {
        let json = #"{"Id":"x","Name":"/a\nb\u001b[1m","NetworkSettings":{"Networks":{"w\u0007eb":{}}}}"#
        let container = try inspect(json).container
        #expect(container.name == "ab[1m")
        #expect(container.networks.map(\.name) == ["web"])
    }

    @Test("keeps the good parts beside odd ones")
    func mixed() throws {
        let inspected = try inspect(
            #"{"Id":"x","State":{"Running":true,"Health":7},"Config":{"Env":[7,"VIRTUAL_HOST=a"],"Labels":{"l":null,"m":1}},"#
                + #""NetworkSettings":{"Ports":{"80/tcp":"odd","x":1},"Networks":{"a":{"IPAddress":"nope"},"b":{"IPAddress":"10.0.0.1"}}}}"#
        )
        #expect(inspected.isRunning)
        #expect(inspected.container.environment == ["VIRTUAL_HOST": "a"])
        #expect(inspected.container.labels == ["m": "1"])
        #expect(inspected.container.ports == [Container.Port(80)])
        #expect(
            inspected.container.networks
                == [NetworkAttachment("a"), NetworkAttachment("b", ipv4: IPAddress("10.0.0.1"))])
    }

    @Test("knows the one network of old engines")
    func oldEngine() throws {
        let json = #"{"Id":"x","NetworkSettings":{"IPAddress":"172.17.0.2","Gateway":"172.17.0.1"}}"#
        #expect(
            try inspect(json).container.networks
                == [NetworkAttachment("bridge", ipv4: IPAddress("172.17.0.2"), gateway: IPAddress("172.17.0.1"))])
    }

    @Test("is on the host's network where Podman lists none", arguments: ["\"Networks\":{}", ""])
    func hostNetwork(networks: String) throws {
        let json = #"{"Id":"x","HostConfig":{"NetworkMode":"host"},"NetworkSettings":{\#(networks)}}"#
        #expect(try inspect(json).container.networks == [NetworkAttachment("host")])
    }

    @Test("does not run while it is held", arguments: ["Paused", "Restarting", "Dead"])
    func held(flag: String) throws {
        #expect(try !inspect(#"{"Id":"x","State":{"Running":true,"\#(flag)":true}}"#).isRunning)
    }

    @Test(
        "is refused without an identifier",
        arguments: ["", "[]", "{}", "null", #"{"Id":7}"#, #"{"Id":""}"#, #"{"Id":"x""#])
    func refused(json: String) {
        #expect(throws: APIError.unreadable("a container")) { try inspect(json) }
    }

    @Test("never traps on damaged answers")
    func damaged() {
        var random = SplitMix64(seed: 11)
        let original = Array(Self.whole.utf8)
        for _ in 0..<500 {
            var bytes = original
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? InspectedContainer(json: bytes)
        }
    }
}
