import Bytes
import Routing
import Testing

@Suite("Patterns")
struct PatternTests {
    private let matcher = PatternMatcher()

    private func outcome(_ pattern: String, _ text: String, ignoresCase: Bool = false) throws -> PatternMatcher.Outcome
    {
        let pattern = try Pattern(ByteString(pattern), ignoresCase: ignoresCase)
        return Array(text.utf8).withUnsafeBytes { matcher.match(pattern, in: $0) }
    }

    @Test(
        "finds what PCRE2 finds",
        arguments: [
            ("^/(a|b)/", "/b/x", true), ("^/(a|b)/", "/c/x", false), ("\\.php$", "/x.php", true),
            ("", "", true), ("^$", "", true), ("a", "", false), ("(?<n>\\d+)(?!x)", "/12", true), ("A", "a", false),
        ])
    func matches(_ pattern: String, _ text: String, _ expected: Bool) throws {
        #expect(try outcome(pattern, text) == (expected ? .matched : .unmatched))
    }

    @Test("ignores case where it is told to")
    func caseless() throws { #expect(try outcome("^/A", "/abc", ignoresCase: true) == .matched) }

    @Test("reads bytes, not characters")
    func bytes() throws {
        let pattern = try Pattern("^.{2}$")
        let result = ([0xff, 0xc3] as [UInt8]).withUnsafeBytes { matcher.match(pattern, in: $0) }
        #expect(result == .matched)
    }

    @Test(
        "says where an expression is wrong",
        arguments: [("^/(a", 4), ("[", 1), ("a**b(", 2), ("(*UTF)a", 6), ("\\", 1)])
    func wrong(_ text: String, _ offset: Int) {
        let error = #expect(throws: PatternError.self) { try Pattern(ByteString(text)) }
        #expect(error?.offset == offset)
        #expect(error?.message.hasPrefix("is not a regular expression: ") == true)
    }

    @Test("refuses very long expressions")
    func long() {
        #expect(throws: PatternError.self) { try Pattern(ByteString([UInt8](repeating: 0x61, count: 4097))) }
    }

    @Test(
        "gives up on what would take for ever",
        arguments: ["^(a+)+$", "^(a|aa)+$", "(a*)*b", "^(?:a?){30}a{30}$|(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    func catastrophes(_ pattern: String) throws {
        let text = String(repeating: "a", count: 8000) + "!" + String(repeating: "x", count: 8000)
        let start = ContinuousClock.now
        #expect(try outcome(pattern, text) != .matched)
        let spent = start.duration(to: .now)
        // A bound against hanging, a thousand times what it takes.
        #expect(spent < .seconds(10))
    }

    @Test("bounds what recursion may use")
    func recursion() throws {
        #expect(try outcome("^(\\((?1)*\\))*$", String(repeating: "(", count: 100_000)) != .matched)
    }

    @Test("is equal to the same expression with the same case rule")
    func equality() throws {
        #expect(try Pattern("a") == Pattern("a"))
        #expect(try Pattern("a") != Pattern("a", ignoresCase: true))
        #expect(try Set([Pattern("a"), Pattern("a"), Pattern("b")]).count == 2)
    }
}
