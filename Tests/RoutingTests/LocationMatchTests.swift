import Bytes
import Routing
import Testing

@Suite("What a location covers")
struct LocationMatchTests {
    @Test(
        "is read as nginx reads it",
        arguments: [
            ("/", "/"), (" /app/ ", "/app/"), ("=/x", "= /x"), ("= /x", "= /x"), ("^~ /x", "^~ /x"), ("^~/x", "^~ /x"),
            ("~^/(a|b)/", "~ ^/(a|b)/"), ("~* \\.PHP$", "~* \\.PHP$"), ("~*a", "~* a"), ("/a%20b~=", "/a%20b~="),
        ])
    func forms(_ text: String, _ expected: String) throws {
        let match = try LocationMatch(text)
        #expect(match.text == expected)
        #expect(try LocationMatch(match.text) == match)
    }

    @Test(
        "says what is wrong",
        arguments: [
            ("", LocationMatchError.noPath), ("app", .noPath), ("=", .noPath), ("= app", .noPath), ("@named", .noPath),
            ("^~", .noPath), ("~", .noPattern), ("~* ", .noPattern), ("/a b", .badPath), ("/a\u{1}", .badPath),
            ("^~ /a { return 200; }", .badPath),
        ])
    func wrong(_ text: String, _ expected: LocationMatchError) {
        #expect(throws: expected) { try LocationMatch(text) }
    }

    @Test("says what is wrong with a pattern")
    func wrongPattern() {
        let error = #expect(throws: LocationMatchError.self) { try LocationMatch("~ ^/(a") }
        #expect(error?.message.contains("missing closing parenthesis") == true)
    }
}
