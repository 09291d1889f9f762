internal import Bytes

/// A value of JSON (RFC 8259) that is composed once; parts of it may be values of the request.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    /// A value of the request, as a string. It must be one that can hold neither quotes nor backslashes nor control bytes.
    case variable(Variable)
    case array([JSONValue])
    /// Members in the order in which they are written.
    case object([Member])

    /// A name and its value.
    package struct Member: Hashable, Sendable {
        let name: String
        let value: JSONValue

        /// A member of an object.
        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The text as a template.
    var template: Template {
        var writer = Writer()
        write(to: &writer)
        writer.endLiteral()
        return Template(pieces: writer.pieces)
    }

    private struct Writer {
        var pieces: [Template.Piece] = []
        var literal: [UInt8] = []

        mutating func endLiteral() {
            if !literal.isEmpty { pieces.append(.literal(ByteString(literal))) }
            literal = []
        }

        mutating func append(_ text: String) { literal += Array(text.utf8) }
    }

    private func write(to writer: inout Writer) {
        switch self {
        case .null: writer.append("null")
        case .bool(let flag): writer.append(flag ? "true" : "false")
        case .number(let number): writer.append("\(number)")
        case .string(let text): writer.append(Self.quoted(text))
        case .variable(let variable):
            writer.append("\"")
            writer.endLiteral()
            writer.pieces.append(.variable(variable))
            writer.append("\"")
        case .array(let values):
            writer.append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { writer.append(",") }
                value.write(to: &writer)
            }
            writer.append("]")
        case .object(let members):
            writer.append("{")
            for (index, member) in members.enumerated() {
                if index > 0 { writer.append(",") }
                writer.append(Self.quoted(member.name) + ":")
                member.value.write(to: &writer)
            }
            writer.append("}")
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
