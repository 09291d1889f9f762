import HTTP
import TestSupport
import Testing

@Suite("Field lines")
struct FieldSectionParserTests {
    private static let start = "GET / HTTP/1.1\r\nHost: a\r\n"

    @Test(
        "refuses a malformed field line (RFC 9112 §5, RFC 9110 §5.5)",
        arguments: [
            ("X : 1", FieldSectionError.malformedName),
            ("X\t: 1", .malformedName),
            ("X Y: 1", .malformedName),
            ("X", .missingName),
            (": 1", .missingName),
            (":", .missingName),
            ("X\u{0}: 1", .malformedName),
            ("X(: 1", .malformedName),
            ("X\u{e9}: 1", .malformedName),
            ("\u{0}", .malformedName),
            ("\"X\": 1", .malformedName),
            (" X: 1", .foldedLine),
            ("\tX: 1", .foldedLine),
            ("X: 1\r\n folded", .foldedLine),
            ("X: 1\r\n\tfolded", .foldedLine),
            ("X: 1\r\n ", .foldedLine),
            ("X: a\u{0}b", .controlByteInValue),
            ("X: \u{0}", .controlByteInValue),
            ("X: a\u{1}", .controlByteInValue),
            ("X: a\u{b}b", .controlByteInValue),
            ("X: a\u{1f}b", .controlByteInValue),
            ("X: a\u{7f}b", .controlByteInValue),
            ("X: 12345678\u{7f}", .controlByteInValue),
            ("X: a\rb", .malformedLineEnd),
            ("X: a\r", .malformedLineEnd),
            ("X: a\r\rY: b", .malformedLineEnd),
            ("X\r: a", .missingName),
            ("\rX: a", .malformedLineEnd),
        ])
    func malformed(line: String, expected: FieldSectionError) {
        let expected = RequestError.fields(expected)
        #expect(throws: expected) { try ParsedRequest.parse(Self.start + line + "\r\n\r\n") }
        #expect(expected.status == 400)
    }

    @Test("refuses white space before the first field")
    func whitespaceFirst() {
        #expect(throws: RequestError.fields(.foldedLine)) {
            try ParsedRequest.parse("GET / HTTP/1.1\r\n Host: a\r\n\r\n")
        }
    }

    @Test(
        "takes off the white space about a value and leaves all else",
        arguments: [
            ("X:", ""), ("X: ", ""), ("X:\t \t", ""), ("X:a", "a"), ("X:  a b\tc \t", "a b\tc"),
            ("X: \u{e9}\u{1f600}", "\u{e9}\u{1f600}"), ("X:::", "::"), ("x!#$%&'*+-.^`|~: y", "y"),
            ("X: 1234567\t", "1234567"), ("X: 12345678\t9", "12345678\t9"),
        ])
    func values(line: String, expected: String) throws {
        let request = try #require(try ParsedRequest.parse(Self.start + line + "\r\n\r\n"))
        #expect(request.value(.other) == expected)
    }

    @Test("finds every control byte at every place of a value")
    func controlBytes() {
        for byte in UInt8.min...UInt8.max {
            for offset in 0..<17 {
                var line = [UInt8](repeating: UInt8(ascii: "v"), count: 17)
                line[offset] = byte
                let text = Array((Self.start + "X:").utf8) + line + Array("\r\n\r\n".utf8)
                let isText = byte >= 0x20 && byte != 0x7f || byte == 0x09
                switch ParsedRequest.parse([text[...]]) {
                case .success(let request): #expect((request != nil) == (isText || byte == 0x0a))
                case .failure(let error):
                    #expect(!isText)
                    if byte != 0x0a && byte != 0x0d { #expect(error == .fields(.controlByteInValue)) }
                }
            }
        }
    }

    @Test("permits in names what RFC 9110 §5.6.2 calls a token character, and nothing else")
    func tokenBytes() throws {
        let tokens = Set("!#$%&'*+-.^_`|~0123456789".utf8).union(UInt8(ascii: "a")...UInt8(ascii: "z"))
            .union(UInt8(ascii: "A")...UInt8(ascii: "Z"))
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: ":") {
            let text = Array((Self.start + "X").utf8) + [byte] + Array(":1\r\n\r\n".utf8)
            let isParsed = (try? ParsedRequest.parse([text[...]]).get()) != nil
            #expect(isParsed == tokens.contains(byte), "byte \(byte)")
        }
    }
}
