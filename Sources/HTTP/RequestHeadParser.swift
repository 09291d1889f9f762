internal import Bytes

/// Reads request heads (RFC 9112 §3, §5) as they arrive, and refuses what is not surely one request.
///
/// Every byte is looked at once, however the bytes are cut. A line may end in a bare LF (RFC 9112 §2.2); all else that
/// two parsers could read in two ways is refused.
package struct RequestHeadParser: Sendable {
    private enum Part {
        case leading
        case method
        case target
        case version
        case fields(FieldSectionParser)
    }

    // Some clients end a body with one line end too many (RFC 9112 §2.2).
    private static let leadingLimit = 8

    private let limits: HeadLimits
    private var part = Part.leading
    private var lineStart = 0
    private var cursor = 0
    private var targetStart = 0

    /// A parser that has seen nothing.
    package init(limits: HeadLimits = .request) {
        self.limits = limits
    }

    /// Whether a byte of the head was seen.
    package var hasBegun: Bool {
        if case .leading = part { return false }
        return true
    }

    /// Continues with `bytes`, which begin where the message begins: the same as the last time, and more behind them.
    ///
    /// When complete, `head` is filled and the parser is ready for the next message, which begins behind this head's
    /// body. Until then what `head` holds means nothing. Empty lines before the request line count as part of the head.
    package mutating func parse(_ bytes: Span<UInt8>, into head: inout RequestHead) -> HeadParseResult<RequestError> {
        while true {
            switch part {
            case .leading:
                if let result = skipEmptyLines(bytes) { return result }
                head.reset()
                part = .method

            case .method, .target, .version:
                if let result = parseRequestLine(bytes, into: &head) { return result }

            case .fields(var section):
                let progress = section.parse(bytes, limits: limits, into: &head.fields)
                switch progress {
                case .partial:
                    part = .fields(section)
                    return .partial
                case .failed(let error):
                    return .failed(.fields(error))
                case .complete(let end):
                    self = RequestHeadParser(limits: limits)
                    do throws(RequestError) {
                        try bytes.withUnsafeBytes { (text) throws(RequestError) in try head.interpret(text) }
                    } catch {
                        return .failed(error)
                    }
                    return .complete(end)
                }
            }
        }
    }

    /// The result to return, or nil when the request line begins at `lineStart`.
    private mutating func skipEmptyLines(_ bytes: Span<UInt8>) -> HeadParseResult<RequestError>? {
        while cursor < bytes.count {
            let byte = bytes[cursor]
            guard byte == ASCII.carriageReturn || byte == ASCII.lineFeed else { break }
            guard cursor < Self.leadingLimit else { return .failed(.malformedRequestLine) }
            if byte == ASCII.carriageReturn {
                guard cursor + 1 < bytes.count else { return .partial }
                guard bytes[cursor + 1] == ASCII.lineFeed else { return .failed(.malformedRequestLine) }
                cursor += 1
            }
            cursor += 1
        }
        lineStart = cursor
        return cursor < bytes.count ? nil : .partial
    }

    /// The result to return, or nil when the fields are next.
    private mutating func parseRequestLine(
        _ bytes: Span<UInt8>, into head: inout RequestHead
    ) -> HeadParseResult<RequestError>? {
        let stop = min(bytes.count, lineStart + limits.startLine)
        let outOfBytes: HeadParseResult<RequestError> =
            stop == lineStart + limits.startLine ? .failed(.requestLineTooLong) : .partial
        if case .method = part {
            while cursor < stop, ByteClasses.isToken(bytes[cursor]) { cursor &+= 1 }
            guard cursor < stop else { return outOfBytes }
            guard bytes[cursor] == ASCII.space, cursor > lineStart else { return .failed(.malformedRequestLine) }
            head.methodRange = ByteRange(start: lineStart, count: cursor - lineStart)
            cursor += 1
            targetStart = cursor
            part = .target
        }
        if case .target = part {
            cursor = bytes.endOfTarget(from: cursor, to: stop)
            guard cursor < stop else { return outOfBytes }
            guard bytes[cursor] == ASCII.space, cursor > targetStart else {
                let isLineMalformed =
                    bytes[cursor] == ASCII.space || bytes[cursor] == ASCII.carriageReturn
                    || bytes[cursor] == ASCII.lineFeed
                return .failed(isLineMalformed ? .malformedRequestLine : .malformedTarget)
            }
            head.target = ByteRange(start: targetStart, count: cursor - targetStart)
            cursor += 1
            part = .version
        }
        cursor = bytes.endOfText(from: cursor, to: stop)
        guard cursor < stop else { return outOfBytes }
        let versionEnd = cursor
        if bytes[cursor] == ASCII.carriageReturn {
            guard cursor + 1 < stop else { return outOfBytes }
            guard bytes[cursor + 1] == ASCII.lineFeed else { return .failed(.malformedRequestLine) }
            cursor += 1
        } else if bytes[cursor] != ASCII.lineFeed {
            return .failed(.malformedVersion)
        }
        let text = ByteRange(start: head.target.end + 1, count: versionEnd - head.target.end - 1)
        switch bytes.withUnsafeBytes({ HTTPVersion.read($0[text]) }) {
        case .version(let version): head.version = version
        case .unsupported: return .failed(.unsupportedVersion)
        case .malformed: return .failed(.malformedVersion)
        }
        part = .fields(FieldSectionParser(at: cursor + 1, from: .client))
        return nil
    }
}
