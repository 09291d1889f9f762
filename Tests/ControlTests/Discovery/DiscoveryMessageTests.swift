import Bytes
import Routing
import Testing

@testable import Control

@Suite("Messages of the process that follows the engine")
struct DiscoveryMessageTests {
    private static var container: Container {
        Container(
            id: "c0ffee", name: "web", image: "registry:2", created: 1_700_000_000,
            environment: ["VIRTUAL_HOST": "ä.example", "VIRTUAL_PORT": "5000"], labels: ["one": "", "two": "2"],
            networks: [
                NetworkAttachment(
                    "front", ipv4: IPAddress("10.0.0.2"), ipv6: IPAddress("fd00::2"), gateway: IPAddress("10.0.0.1"),
                    isInternal: true)
            ],
            ports: [.init(5000, isPublished: true)], exposedPorts: [.init(5001, transport: "udp")], health: .starting)
    }

    private static var state: DiscoveryState {
        var state = DiscoveryState()
        state.isSynchronized = true
        state.summary = "following"
        return state
    }

    private static let messages: [DiscoveryMessage] = [
        .container(container, isRoutable: true), .container(Container(id: "1", name: ""), isRoutable: false),
        .removed(id: "c0ffee"), .place(.host), .place(.container(id: "me", networks: container.networks)),
        .state(state), .log(.warning, "a line"),
    ]

    private func read(_ bytes: [UInt8]) throws(MessageError) -> DiscoveryMessage {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(MessageError) in try DiscoveryMessage(bytes) }
        }
        return try result.get()
    }

    @Test("mean to the reader what the writer said", arguments: messages)
    func roundTrip(message: DiscoveryMessage) throws {
        #expect(try read(message.encoded) == message)
    }

    @Test("are not taken when they end anywhere too early", arguments: messages)
    func cutOff(message: DiscoveryMessage) {
        let whole = message.encoded
        for count in 0..<whole.count {
            #expect(throws: MessageError.self, "\(count) of \(whole.count) bytes") { try read(Array(whole[..<count])) }
        }
    }

    @Test("are not taken when something stands behind them", arguments: messages)
    func more(message: DiscoveryMessage) {
        #expect(throws: MessageError.tooLong) { try read(message.encoded + [0]) }
    }

    /// The name of a network and its addresses, in the message of a place.
    private static func place(_ addresses: [UInt8]) -> [UInt8] {
        [3, 1, 0, 0, 0, 1, 0x61, 0, 0, 0, 1, 0, 0, 0, 1, 0x62] + addresses
    }

    private static let hostile: [(String, [UInt8], MessageError)] = [
        ("nothing", [], .cutOff),
        ("no known kind", [0], .unknown),
        ("no known kind, with more", [6, 0, 0], .unknown),
        ("a container without identifier", [2, 0, 0, 0, 0], .unknown),
        ("a text longer than the message", [2, 0, 0, 0, 5, 0x61], .cutOff),
        ("a text of four gigabytes", [2, 0xff, 0xff, 0xff, 0xff, 0x61], .cutOff),
        ("a text that is not UTF-8", [2, 0, 0, 0, 2, 0xc3, 0x28], .notText),
        ("a surrogate", [2, 0, 0, 0, 3, 0xed, 0xa0, 0x80], .notText),
        ("a flag that is neither", [4, 2, 0, 0, 0, 0, 0, 0], .unknown),
        ("a level that is none", [5, 3, 0, 0, 0, 0], .unknown),
        ("a place that is none", [3, 2], .unknown),
        ("a list of four thousand million", [3, 1, 0, 0, 0, 1, 0x61, 0xff, 0xff, 0xff, 0xff], .cutOff),
        ("an address of no kind", place([5]), .unknown),
        (
            "an IPv4 address in the form of an IPv6 one",
            place([6] + Array(repeating: 0, count: 10) + [0xff, 0xff, 1, 2, 3, 4]), .unknown
        ),
    ]

    @Test("are refused in every other form", arguments: hostile.indices)
    func refused(index: Int) {
        let (what, bytes, error) = Self.hostile[index]
        #expect(throws: error, "\(what)") { try read(bytes) }
    }

    @Test("name no variable twice, no port 0 and no unknown health")
    func container() {
        let plain = DiscoveryMessage.container(
            Container(id: "1", name: "", environment: ["A": "1", "B": "2"], ports: [.init(256)]), isRoutable: true)
        let bytes = plain.encoded
        for (from, to) in [
            ([0, 0, 0, 1, 0x42], [0, 0, 0, 1, 0x41]), ([1, 0, 0, 0, 0, 3, 0x74], [0, 0, 0, 0, 0, 3, 0x74]),
        ]
            as [([UInt8], [UInt8])]
        {
            #expect(throws: MessageError.unknown) { try read(replacing(from, with: to, in: bytes)) }
        }
        #expect(throws: MessageError.unknown) { try read(bytes.dropLast() + [4]) }
    }

    @Test("are not longer than any may be")
    func limit() {
        let message = DiscoveryMessage.log(.info, String(repeating: "x", count: DiscoveryMessage.limit))
        #expect(throws: MessageError.tooLong) { try read(message.encoded) }
    }

    private func replacing(_ part: [UInt8], with other: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: part) }) else { return [] }
        return bytes[..<start] + other + bytes[(start + part.count)...]
    }
}
