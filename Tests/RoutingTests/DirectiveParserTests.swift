import Bytes
import Testing

@testable import Routing

@Suite("Form of directive files")
struct DirectiveParserTests {
    private func outline(_ directives: [Directive]) -> String {
        directives.map { directive in
            let words = ([directive.name] + directive.arguments).map(\.text.text).joined(separator: ",")
            return directive.block.map { "\(words){\(outline($0))}" } ?? "\(words);"
        }.joined()
    }

    @Test(
        "puts words together to directives and blocks",
        arguments: [
            ("", ""),
            ("a;", "a;"),
            ("a b 'c d';e;", "a,b,c d;e;"),
            ("a b { c; d { } } e;", "a,b{c;d{}}e;"),
            ("\"quoted_name\" x;", "quoted_name,x;"),
        ])
    func forms(text: String, expected: String) throws {
        #expect(try outline(DirectiveParser.parse(Array(text.utf8), file: "f")) == expected)
    }

    @Test(
        "names the spot of a fault in the form",
        arguments: [
            (";", "f:1:1: error: unexpected ;; a directive must stand before it"),
            ("a;;", "f:1:3: error: unexpected ;; a directive must stand before it"),
            ("{}", "f:1:1: error: unexpected {; a directive must stand before it"),
            ("a;\n}", "f:2:1: error: unexpected }; no block is open here"),
            ("a b", "f:1:4: error: ; is missing after \"b\""),
            ("a \"b\"\n", "f:1:6: error: ; is missing after \"b\""),
            ("x { a b }", "f:1:8: error: ; is missing after \"b\""),
            ("a\n\"b\ncd\"", "f:3:4: error: ; is missing after \"b\\x0acd\""),
            ("a b\\\nc", "f:2:2: error: ; is missing after \"b\\\\x0ac\""),
            ("x {\n a;\n", "f:1:3: error: the block that begins here is never closed; write } at its end"),
        ])
    func faults(text: String, expected: String) {
        let error = #expect(throws: Diagnostic.self) { try DirectiveParser.parse(Array(text.utf8), file: "f") }
        #expect(error?.description == expected)
    }

    @Test("bounds the depth of blocks and the size of files")
    func bounds() {
        let deep = String(repeating: "a{", count: 17) + String(repeating: "}", count: 17)
        let error = #expect(throws: Diagnostic.self) { try DirectiveParser.parse(Array(deep.utf8), file: "f") }
        #expect(error?.message == "blocks are nested deeper than 16 times")
        let big = [UInt8](repeating: UInt8(ascii: "\n"), count: (1 << 20) + 1)
        #expect(throws: Diagnostic.self) { try DirectiveParser.parse(big, file: "f") }
    }
}
