import Bytes
import Foundation
import Testing

@testable import Routing

@Suite("JSON that is composed once")
struct JSONValueTests {
    private struct Source: VariableSource {
        func append(_ variable: Variable, to buffer: inout ByteBuffer) { buffer.append("a.org") }
    }

    private func text(_ value: JSONValue) -> String {
        var buffer = ByteBuffer()
        value.template.append(to: &buffer, from: Source())
        return String(decoding: buffer.readable, as: UTF8.self)
    }

    @Test("has the form of RFC 8259")
    func form() {
        let value = JSONValue.object([
            .init("a", .null), .init("b", .array([.bool(true), .number(-3), .string("x")])), .init("c", .object([])),
            .init("d", .variable(.host)), .init("e", .array([])),
        ])
        #expect(text(value) == #"{"a":null,"b":[true,-3,"x"],"c":{},"d":"a.org","e":[]}"#)
    }

    @Test(
        "escapes what a string cannot hold",
        arguments: ["\"", "\\", "\n", "\u{0}", "\u{1f}", "\u{7f}", "ü", "😀", "$host", "a\"b\\c\td"])
    func escapes(string: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(text(.array([.string(string)])).utf8))
        #expect(object as? [String] == [string])
    }
}
