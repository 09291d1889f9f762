import Bytes
import Testing

@testable import Routing

@Suite("Words of directive files")
struct DirectiveLexerTests {
    /// The tokens of a text: words as they are, quoted ones in guillemets, punctuation as itself.
    private func tokens(_ text: String) throws -> [String] {
        var lexer = DirectiveLexer(Array(text.utf8), file: "f")
        var result: [String] = []
        while true {
            switch try lexer.next() {
            case .word(let word): result.append(word.isQuoted ? "«\(word.text)»" : word.text.text)
            case .semicolon: result.append(";")
            case .open: result.append("{")
            case .close: result.append("}")
            case .end: return result
            }
        }
    }

    @Test(
        "splits words as nginx does",
        arguments: [
            ("", []),
            (" \t\r\n", []),
            ("a b;", ["a", "b", ";"]),
            ("a\r\nb\r\n;\r\n", ["a", "b", ";"]),
            ("a;b;", ["a", ";", "b", ";"]),
            ("a{b;}", ["a", "{", "b", ";", "}"]),
            ("# all of it", []),
            ("a #b;\n;", ["a", ";"]),
            ("a b#c;", ["a", "b#c", ";"]),
            ("a #{;\"'\n b;", ["a", "b", ";"]),
            (#"a "b c";"#, ["a", "«b c»", ";"]),
            (#"a 'b "c"';"#, ["a", #"«b "c"»"#, ";"]),
            (#"a "b;c{d}#e";"#, ["a", "«b;c{d}#e»", ";"]),
            (#"a "";"#, ["a", "«»", ";"]),
            ("a \"b\nc\";", ["a", "«b\nc»", ";"]),
            (#"a "b"{}"#, ["a", "«b»", "{", "}"]),
            (#"a "b")c;"#, ["a", "«b»", ")c", ";"]),
            (#"a b"c;"#, ["a", #"b"c"#, ";"]),
            (#"a "b\"c\\d\te\rf\ng\h";"#, ["a", "«b\"c\\d\te\rf\ng\\h»", ";"]),
            (#"a b\;c\ d;"#, ["a", #"b\;c\ d"#, ";"]),
            (#"a \"b;"#, ["a", #""b"#, ";"]),
            ("a ${b}c;", ["a", "${b}c", ";"]),
            ("a b${c};", ["a", "b${c}", ";"]),
            ("a $b{c;}", ["a", "$b", "{", "c", ";", "}"]),
            ("a b}c;", ["a", "b}c", ";"]),
            (#"a b\"#, ["a", #"b\"#]),
            ("ä \u{1f600};", ["ä", "\u{1f600}", ";"]),
        ] as [(String, [String])])
    func splitting(text: String, expected: [String]) throws {
        #expect(try tokens(text) == expected)
    }

    @Test(
        "says what is wrong and where",
        arguments: [
            ("a \"b", "f:1:3: error: the quote that begins here is never closed"),
            ("a;\n  'b\n\n", "f:2:3: error: the quote that begins here is never closed"),
            ("a \"b\"c;", "f:1:6: error: unexpected \"c\" right after a closing quote"),
            ("a 'b'\"c\";", "f:1:6: error: unexpected \"\"\" right after a closing quote"),
            ("a b\u{0}c;", "f:1:4: error: the file holds a control byte"),
            ("\u{feff}a b;", "f:1:1: error: the file begins with a byte order mark"),
            ("a \u{7f};", "f:1:3: error: the file holds a control byte"),
        ])
    func faults(text: String, expected: String) {
        let error = #expect(throws: Diagnostic.self) { try tokens(text) }
        #expect(error?.description.hasPrefix(expected) == true, "\(String(describing: error))")
    }

    @Test("refuses words that do not fit into nginx's buffer, and only those")
    func longWords() throws {
        let longest = String(repeating: "a", count: 4095)
        #expect(try tokens("a \(longest);") == ["a", longest, ";"])
        #expect(throws: Diagnostic.self) { try tokens("a \(longest)a;") }
        #expect(try tokens("a \"\(longest.dropLast())\";").count == 3)
        #expect(throws: Diagnostic.self) { try tokens("a \"\(longest)\";") }
    }

    @Test("keeps line, column and length of each word")
    func positions() throws {
        var lexer = DirectiveLexer(Array("one \"two\"\r\n\tthree;# x\nfour".utf8), file: "f")
        var found: [SourcePosition] = []
        reading: while true {
            switch try lexer.next() {
            case .word(let word): found.append(word.position)
            case .end: break reading
            case .semicolon, .open, .close: break
            }
        }
        #expect(
            found == [
                SourcePosition(line: 1, column: 1, length: 3), SourcePosition(line: 1, column: 5, length: 5),
                SourcePosition(line: 2, column: 2, length: 5), SourcePosition(line: 3, column: 1, length: 4),
            ])
    }
}
