import Bytes
import Testing

@testable import Routing

@Suite("Diagnostics")
struct DiagnosticTests {
    private let position = SourcePosition(line: 2, column: 5, length: 4)

    @Test("are one line with place, severity, message and hint")
    func line() {
        let file = Diagnostic(.error, at: .file("vhost.d/x", position), "what", hint: "instead")
        #expect(file.description == "vhost.d/x:2:5: error: what; instead")
        let container = Diagnostic(.warning, at: .container("web", variable: "VIRTUAL_HOST"), "what")
        #expect(container.description == "container web: VIRTUAL_HOST: warning: what")
        #expect(Diagnostic(.note, at: .setting("DEFAULT_HOST"), "what").description == "DEFAULT_HOST: note: what")
    }

    @Test("show the line of the source and mark the spot")
    func rendering() {
        let diagnostic = Diagnostic(.error, at: .file("f", position), "what", hint: "instead")
        let source = Array("first;\r\nabc\tdefg hij;\r\nlast;\n".utf8)
        #expect(
            diagnostic.rendered(source: source) == """
                f:2:5: error: what
                    2 | abc defg hij;
                      |     ^~~~
                      = instead
                """)
        #expect(diagnostic.rendered(source: nil) == "f:2:5: error: what\n      = instead")
    }

    @Test("mark the right letter behind letters of several bytes")
    func multibyte() {
        let diagnostic = Diagnostic(.error, at: .file("f", SourcePosition(line: 1, column: 3, length: 4)), "what")
        #expect(
            diagnostic.rendered(source: Array("äöü!".utf8)) == """
                f:1:3: error: what
                    1 | äöü!
                      |  ^~
                """)
    }

    @Test("show a part of a long line and nothing of a line that is not there")
    func bounds() {
        let far = Diagnostic(.error, at: .file("f", SourcePosition(line: 1, column: 5000, length: 9)), "what")
        let lines = far.rendered(source: [UInt8](repeating: 0x61, count: 100_000)).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.count < 200 })
        let missing = Diagnostic(.error, at: .file("f", SourcePosition(line: 9, column: 1)), "what")
        #expect(missing.rendered(source: [0x61]) == "f:9:1: error: what")
        let past = Diagnostic(.error, at: .file("f", SourcePosition(line: 1, column: 9)), "what")
        #expect(past.rendered(source: [0x61]) == "f:1:9: error: what\n    1 | a\n      |  ^")
    }
}
