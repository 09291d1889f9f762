internal import Bytes

/// Reads response heads (RFC 9112 §4, §5) as they arrive.
///
/// Every byte is looked at once, however the bytes are cut. What RFC 9112 tells a proxy to tolerate is tolerated: a bare
/// LF as line end, white space before a colon, a missing reason and the space before it.
package struct ResponseHeadParser: Sendable {
    private enum Part {
        case statusLine
        case fields(FieldSectionParser)
    }

    private let limits: HeadLimits
    private var part = Part.statusLine
    private var cursor = 0

    /// A parser that has seen nothing.
    package init(limits: HeadLimits = .response) {
        self.limits = limits
    }

    /// Whether a byte of the head was seen.
    package var hasBegun: Bool {
        if case .statusLine = part { cursor > 0 } else { true }
    }

    /// Continues with `bytes`, which begin where the message begins: the same as the last time, and more behind them.
    ///
    /// When complete, `head` is filled and the parser is ready for the next message. Until then what `head` holds means
    /// nothing.
    package mutating func parse(_ bytes: Span<UInt8>, into head: inout ResponseHead) -> HeadParseResult<ResponseError> {
        while true {
            switch part {
            case .statusLine:
                if cursor == 0 { head.reset() }
                if let result = parseStatusLine(bytes, into: &head) { return result }

            case .fields(var section):
                let progress = section.parse(bytes, limits: limits, into: &head.fields)
                switch progress {
                case .partial:
                    part = .fields(section)
                    return .partial
                case .failed(let error):
                    return .failed(.fields(error))
                case .complete(let end):
                    self = ResponseHeadParser(limits: limits)
                    do throws(ResponseError) {
                        try bytes.withUnsafeBytes { (text) throws(ResponseError) in try head.interpret(text) }
                    } catch {
                        return .failed(error)
                    }
                    return .complete(end)
                }
            }
        }
    }

    /// The result to return, or nil when the fields are next.
    private mutating func parseStatusLine(
        _ bytes: Span<UInt8>, into head: inout ResponseHead
    ) -> HeadParseResult<ResponseError>? {
        let stop = min(bytes.count, limits.startLine)
        cursor = bytes.endOfText(from: cursor, to: stop)
        guard cursor < stop else { return stop == limits.startLine ? .failed(.statusLineTooLong) : .partial }
        let end = cursor
        var next = end + 1
        if bytes[end] == ASCII.carriageReturn {
            guard next < stop else { return stop == limits.startLine ? .failed(.statusLineTooLong) : .partial }
            guard bytes[next] == ASCII.lineFeed else { return .failed(.malformedStatusLine) }
            next += 1
        } else if bytes[end] != ASCII.lineFeed {
            return .failed(.malformedStatusLine)
        }
        if let error = bytes.withUnsafeBytes({ readStatusLine($0, end: end, into: &head) }) { return .failed(error) }
        part = .fields(FieldSectionParser(at: next, from: .backend))
        return nil
    }

    private func readStatusLine(
        _ text: UnsafeRawBufferPointer, end: Int, into head: inout ResponseHead
    ) -> ResponseError? {
        guard end >= 12, text[8] == ASCII.space else { return .malformedStatusLine }
        switch HTTPVersion.read(text[ByteRange(start: 0, count: 8)]) {
        case .version(let version): head.version = version
        case .unsupported: return .unsupportedVersion
        case .malformed: return .malformedStatusLine
        }
        guard let status = ASCII.decimal(text[ByteRange(start: 9, count: 3)]), status >= 100 else {
            return .malformedStatusLine
        }
        head.status = status
        guard end > 12 else { return nil }
        guard text[12] == ASCII.space else { return .malformedStatusLine }
        head.reason = ByteRange(start: 13, count: end - 13)
        return nil
    }
}
