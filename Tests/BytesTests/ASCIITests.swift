import Bytes
import Testing

@Suite("Character tests")
struct ASCIITests {
    private static let everyByte = UInt8.min...UInt8.max

    @Test("agree with their definition for every byte")
    func everyByte() {
        for byte in Self.everyByte {
            let isUpper = (0x41...0x5a).contains(byte)
            let isLower = (0x61...0x7a).contains(byte)
            let isDigit = (0x30...0x39).contains(byte)
            #expect(ASCII.lowercased(byte) == (isUpper ? byte + 32 : byte))
            #expect(ASCII.isDigit(byte) == isDigit)
            #expect(ASCII.isLetter(byte) == (isUpper || isLower))
            let hex = Character(UnicodeScalar(byte)).isASCII ? Character(UnicodeScalar(byte)).hexDigitValue : nil
            #expect(ASCII.hexValue(byte).map(Int.init) == hex)
        }
    }

    @Test("compare text whatever its case, and only that of letters")
    func equalsIgnoringCase() {
        func equal(_ a: String, _ b: StaticString) -> Bool {
            Array(a.utf8).withUnsafeBytes { ASCII.equalsIgnoringCase($0, b) }
        }
        #expect(equal("Content-LENGTH", "content-length"))
        #expect(equal("", ""))
        #expect(!equal("a", "ab"))
        #expect(!equal("@", "`"))
        #expect(!equal("[", "{"))
        #expect(!equal("\u{e9}", "\u{c9}"))
    }

    @Test("compare bytes")
    func equals() {
        func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
            a.withUnsafeBytes { a in b.withUnsafeBytes { ASCII.equals(a, $0) } }
        }
        #expect(equal([], []))
        #expect(equal([1, 2], [1, 2]))
        #expect(!equal([1, 2], [1, 3]))
        #expect(!equal([1, 2], [1]))
        #expect(
            ASCII.equals(UnsafeRawBufferPointer(start: nil, count: 0), UnsafeRawBufferPointer(start: nil, count: 0)))
    }

    @Test(
        "read decimal numbers, and nothing else",
        arguments: [
            ("0", 0), ("007", 7), ("9223372036854775807", .max), ("9223372036854775808", nil), ("", nil), ("+1", nil),
            ("-1", nil), (" 1", nil), ("1 ", nil), ("1a", nil), ("0x1", nil), ("99999999999999999999999", nil),
            ("١", nil),
        ] as [(String, Int?)])
    func decimal(_ text: String, _ value: Int?) {
        #expect(Array(text.utf8).withUnsafeBytes { ASCII.decimal($0) } == value)
    }

    @Test("read no number above the limit")
    func limit() {
        func number(_ text: String) -> Int? { Array(text.utf8).withUnsafeBytes { ASCII.decimal($0, limit: 65535) } }
        #expect(number("65535") == 65535)
        #expect(number("65536") == nil)
        #expect(number("100000") == nil)
    }
}
