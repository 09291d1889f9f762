import Bytes
import Testing

@testable import Routing

@Suite("Names of virtual hosts")
struct HostNameTests {
    @Test(
        "reads names, addresses and stars",
        arguments: [
            ("registry.localhost", ["registry.localhost"]),
            ("Registry.LOCALHOST.", ["registry.localhost"]),
            ("a_b-c.0", ["a_b-c.0"]),
            ("registry0", ["registry0"]),
            ("192.168.0.1", ["192.168.0.1"]),
            ("xn--bcher-kva.example", ["xn--bcher-kva.example"]),
            ("*.example.com", ["*.example.com"]),
            ("www.example.*", ["www.example.*"]),
            ("[fd00::1]", ["[fd00::1]"]),
            ("fd00::1", ["[fd00::1]"]),
            ("[FD00:0::1]", ["[fd00:0::1]", "[fd00::1]"]),
            (String(repeating: "a", count: 63), [String(repeating: "a", count: 63)]),
        ] as [(String, [String])])
    func names(text: String, expected: [String]) throws {
        #expect(try HostName.patterns(text).map(\.text) == expected)
    }

    @Test(
        "refuses what is no name",
        arguments: [
            ("", .badLabel), (".", .badLabel), ("..", .badLabel), ("a..b", .badLabel), (".a", .badLabel),
            ("*", .misplacedStar), ("a.*.b", .misplacedStar), ("*a.b", .misplacedStar), ("*.*", .misplacedStar),
            ("*.", .misplacedStar), ("~^a", .isRegex), ("a b", .badByte(0x20)), ("a\nb", .badByte(0x0a)),
            ("a\0b", .badByte(0)), ("a;b", .badByte(0x3b)), ("a{b", .badByte(0x7b)), ("a$b", .badByte(0x24)),
            ("a/b", .badByte(0x2f)), ("../etc", .badLabel), ("a/../etc", .badByte(0x2f)), ("a\\b", .badByte(0x5c)),
            ("bücher.example", .notASCII),
            ("a.com:8080", .hasPort), ("[::1]:80", .hasPort), ("http://a.com", .isURL), ("[::1", .badAddress),
            ("::g", .badAddress), ("[]", .badAddress),
            (String(repeating: "a", count: 64), .badLabel), (String(repeating: "a.", count: 127) + "a", .tooLong),
            (String(repeating: "a", count: 100_000), .tooLong),
        ] as [(String, HostNameError)])
    func refusals(text: String, expected: HostNameError) {
        #expect(throws: expected) { try HostName.patterns(text) }
    }
}
