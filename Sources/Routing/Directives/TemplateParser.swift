internal import Bytes

/// Compiles text with variables: `$name` and `${name}`.
///
/// As in nginx a dollar always begins a variable; there is no way to write one for itself.
enum TemplateParser {
    /// The template that the text stands for.
    static func parse(
        _ text: ByteString, in scope: VariableScope = VariableScope()
    ) throws(TemplateError) -> Template {
        guard text.bytes.contains(dollar) else { return Template(literal: text) }
        let bytes = text.bytes
        var pieces: [Template.Piece] = []
        var literalStart = 0
        var index = 0
        while index < bytes.count {
            guard bytes[index] == dollar else {
                index += 1
                continue
            }
            if literalStart < index { pieces.append(.literal(ByteString(Array(bytes[literalStart..<index])))) }
            let (name, end) = try name(in: bytes, at: index)
            guard let variable = Variable(name: name) ?? scope.variable(named: name.lowercased()) else {
                throw unknown(name, in: scope, at: index, length: end - index)
            }
            pieces.append(.variable(variable))
            index = end
            literalStart = end
        }
        if literalStart < index { pieces.append(.literal(ByteString(Array(bytes[literalStart..<index])))) }
        return Template(pieces: pieces)
    }

    /// The name behind the dollar at `start`, and where the text goes on.
    private static func name(in bytes: [UInt8], at start: Int) throws(TemplateError) -> (name: String, end: Int) {
        var index = start + 1
        let isBraced = index < bytes.count && bytes[index] == UInt8(ascii: "{")
        if isBraced { index += 1 }
        let nameStart = index
        if !isBraced, index < bytes.count, isCapture(bytes[index]) {
            // A capture has one digit; whatever follows it is text.
            index += 1
        } else {
            while index < bytes.count, isNameByte(bytes[index]) { index += 1 }
        }
        let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
        if isBraced {
            guard index < bytes.count, bytes[index] == UInt8(ascii: "}") else {
                throw TemplateError(
                    offset: start, length: index - start, message: "the variable ${\(name) lacks its closing }",
                    hint: "write ${\(name)}")
            }
            index += 1
        }
        guard !name.isEmpty else {
            throw TemplateError(
                offset: start, length: index - start, message: "a $ must be followed by the name of a variable",
                hint: "nginx has no way to write a $ for itself either")
        }
        return (name, index)
    }

    private static func unknown(
        _ name: String, in scope: VariableScope, at offset: Int, length: Int
    ) -> TemplateError {
        let known = scope.names.map(\.text).sorted()
        let hint = NearMiss.suggestion(for: name.lowercased(), among: known + Variable.names.keys.sorted()).map {
            "did you mean $\($0)?"
        }
        return TemplateError(offset: offset, length: length, message: "unknown variable $\(name)", hint: hint)
    }

    private static func isCapture(_ byte: UInt8) -> Bool { byte > ASCII.zero && ASCII.isDigit(byte) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_")
    }

    private static let dollar = UInt8(ascii: "$")
}
