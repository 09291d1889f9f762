internal import Bytes
internal import Routing

/// The values of variables, with what patterns captured from the decoded path escaped for the place that it goes to.
struct EscapedCaptures: VariableSource {
    /// What is escaped.
    enum Form {
        /// Nothing.
        case none
        /// What has a meaning in a query (nginx's NGX_ESCAPE_ARGS).
        case query
        /// What cannot stand in a Location field.
        case location
    }

    private let values: VariableValues
    private let request: RewrittenRequest
    private let form: Form

    init(_ exchange: Exchange, _ request: RewrittenRequest, _ form: Form) {
        values = VariableValues(exchange)
        self.request = request
        self.form = form
    }

    func append(_ variable: Variable, to output: inout ByteBuffer) {
        guard case .capture(let number) = variable else { return values.append(variable, to: &output) }
        for byte in request.captured(number) {
            if isEscaped(byte) { output.append(escaped: byte) } else { output.append(byte) }
        }
    }

    private func isEscaped(_ byte: UInt8) -> Bool {
        switch (form, byte) {
        case (.none, _): false
        case (_, 0...0x20), (_, 0x7f...0xff), (_, UInt8(ascii: "\"")), (_, UInt8(ascii: "#")), (_, UInt8(ascii: "%")):
            true
        case (.location, _): false
        case (.query, _): "&+;<>?\\^`{|}".utf8.contains(byte)
        }
    }
}

extension ByteBuffer {
    /// Appends a byte as `%XX`.
    mutating func append(escaped byte: UInt8) {
        append(UInt8(ascii: "%"))
        append(Self.digit(byte >> 4))
        append(Self.digit(byte & 15))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}
