import Testing

@testable import portico

@Suite("Hidden lines")
struct SecretLineTests {
    @Test(
        "are what was typed and not erased again",
        arguments: [
            ("secret\n", "secret"), ("secret\r", "secret"), ("\n", ""), ("sex\u{7f}cret\n", "secret"),
            ("ab\u{8}\u{8}\u{8}c\n", "c"),
            ("wrong\u{15}right\n", "right"), ("pü\u{7f}w\n", "pw"), ("😀\u{7f}\u{7f}x\n", "x"),
            ("secret\u{4}", "secret"),
            ("a\tb\n", "a\tb"), ("pässwörd\n", "pässwörd"),
        ])
    func entered(_ typed: String, _ text: String) {
        var line = SecretLine()
        let outcomes = typed.utf8.map { line.type($0) }
        #expect(outcomes.last == .entered)
        #expect(outcomes.dropLast().allSatisfy { $0 == .open })
        #expect(String(decoding: line.bytes, as: UTF8.self) == text)
    }

    @Test("can be left", arguments: ["\u{3}", "\u{1c}", "\u{4}", "secret\u{3}", "a\u{7f}\u{4}"])
    func cancelled(_ typed: String) {
        var line = SecretLine()
        #expect(typed.utf8.map { line.type($0) }.last == .cancelled)
    }

    @Test("keep no more than a kibibyte, which no password has")
    func bound() {
        var line = SecretLine()
        for _ in 0..<5_000 { #expect(line.type(UInt8(ascii: "x")) == .open) }
        #expect(line.bytes.count == 1_024)
        line.erase()
        #expect(line.bytes.isEmpty)
    }
}
