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
            ("*.", .misplacedStar), ("~", .badLabel), ("a b", .badByte(0x20)), ("a\nb", .badByte(0x0a)),
            ("a\0b", .badByte(0)), ("a;b", .badByte(0x3b)), ("a{b", .badByte(0x7b)), ("a$b", .badByte(0x24)),
            ("a/b", .badByte(0x2f)), ("../etc", .badLabel), ("a/../etc", .badByte(0x2f)), ("a\\b", .badByte(0x5c)),
            ("a~ü", .notASCII), ("☃.org", .notASCII), ("e\u{301}.org", .notASCII), ("~a\nb", .badByte(0x0a)),
            (String(repeating: "ü", count: 60_000), .tooLong), (String(repeating: "ü", count: 200), .badLabel),
            ("a.com:8080", .hasPort), ("[::1]:80", .hasPort), ("http://a.com", .isURL), ("[::1", .badAddress),
            ("::g", .badAddress), ("[]", .badAddress),
            (String(repeating: "a", count: 64), .badLabel), (String(repeating: "a.", count: 127) + "a", .tooLong),
            (String(repeating: "a", count: 100_000), .tooLong),
        ] as [(String, HostNameError)])
    func refusals(text: String, expected: HostNameError) {
        #expect(throws: expected) { try HostName.patterns(text) }
    }

    @Test(
        "takes names beyond ASCII in the form that clients send",
        arguments: [
            ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example.", "xn--bcher-kva.example"),
            ("παράδειγμα.δοκιμή", "xn--hxajbheg2az3al.xn--jxalpdlp"), ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
            ("straße.de", "xn--strae-oqa.de"), ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
            ("उदाहरण.परीक्षा", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"), ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
            ("a.ünïcödé-x.org", "a.xn--ncd-x-dsa3b7c8b.org"), ("*.bücher.example", "*.xn--bcher-kva.example"),
            ("bücher.*", "xn--bcher-kva.*"),
        ])
    func international(_ text: String, _ expected: String) throws {
        #expect(try HostName.patterns(text).map(\.text) == [expected])
    }

    @Test("keeps regular expressions as they are, but for the case of what they match")
    func regex() throws {
        let patterns = try HostName.patterns("~^(?<sub>\\S+)\\.Example\\.org$")
        #expect(patterns == [.pattern(try Pattern("^(?<sub>\\S+)\\.Example\\.org$", ignoresCase: true))])
        #expect(patterns.map(\.text) == ["~^(?<sub>\\S+)\\.Example\\.org$"])
    }

    @Test("says where a regular expression is wrong")
    func badRegex() {
        let error = #expect(throws: HostNameError.self) { try HostName.patterns("~^a(") }
        #expect(error?.message == "is not a regular expression: missing closing parenthesis (at byte 5)")
    }
}
