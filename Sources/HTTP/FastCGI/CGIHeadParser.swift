internal import Bytes

/// Reads the head of a CGI program's answer as it arrives: fields, of which `Status` gives the status (RFC 3875 §6).
///
/// Lines may end in a bare LF. An answer without `Status` has the status 302 where it has a `Location`, and else 200, as
/// in nginx; a `Location` that is a path is passed on to the client too.
package struct CGIHeadParser: Sendable {
    private let limits: HeadLimits
    private var section: FieldSectionParser?

    /// A parser that has seen nothing.
    package init(limits: HeadLimits = .response) {
        self.limits = limits
    }

    /// Continues with `bytes`, which begin where the answer begins: the same as the last time, and more behind them.
    ///
    /// When complete, `head` is filled and the parser is ready for the next answer.
    package mutating func parse(_ bytes: Span<UInt8>, into head: inout ResponseHead) -> HeadParseResult<ResponseError> {
        if section == nil { head.reset() }
        var section = section ?? FieldSectionParser(at: 0, from: .backend)
        switch section.parse(bytes, limits: limits, into: &head.fields) {
        case .partial:
            self.section = section
            return .partial
        case .failed(let error): return .failed(.fields(error))
        case .complete(let end):
            self.section = nil
            do throws(ResponseError) {
                try bytes.withUnsafeBytes { (text) throws(ResponseError) in try head.interpretCGI(text) }
            } catch {
                return .failed(error)
            }
            return .complete(end)
        }
    }
}

extension ResponseHead {
    /// Finds the status among the fields and what follows from the others.
    fileprivate mutating func interpretCGI(_ text: UnsafeRawBufferPointer) throws(ResponseError) {
        var hasLocation = false
        for index in fields.indices {
            let field = fields[index]
            switch field.known {
            case .location: hasLocation = true
            // What it would mean is the server's to decide: the body's end is that of the program's output.
            case .transferEncoding: throw .unsupportedTransferCoding
            case .other where text[field.name].equalsFolded("status"):
                guard status == 0 else { throw .malformedStatusLine }
                try readStatus(field.value, text)
                fields[index].isDropped = true
            default: break
            }
        }
        if status == 0 { status = hasLocation ? 302 : 200 }
        try interpret(text)
    }

    /// Reads three digits, and perhaps a reason behind a space.
    private mutating func readStatus(_ value: ByteRange, _ text: UnsafeRawBufferPointer) throws(ResponseError) {
        let start = Int(value.start)
        guard value.count >= 3, let number = ASCII.decimal(text[ByteRange(start: start, count: 3)]), number >= 200
        else {
            throw .malformedStatusLine
        }
        if value.count > 3 {
            guard text[start + 3] == ASCII.space else { throw .malformedStatusLine }
            reason = ByteRange(start: start + 4, count: Int(value.count) - 4)
        }
        status = number
    }
}
