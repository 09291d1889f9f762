internal import Bytes

/// Reads field lines up to the empty line that ends them (RFC 9112 §5), as they arrive.
///
/// It works through every byte once, however the bytes are cut, and what it says of them does not depend on the cuts.
struct FieldSectionParser {
    enum Progress {
        /// The empty line ends before this index.
        case complete(Int)
        case partial
        case failed(FieldSectionError)
    }

    /// Whose fields they are, which decides what is tolerated.
    enum Sender {
        /// A client's head: a line may end in a bare LF (RFC 9112 §2.2).
        case client
        /// A backend's head: as a client's, and white space before a colon is left out (RFC 9112 §5.1).
        case backend
        /// Trailers of either: nothing, since parsers differ on where a chunked body ends.
        case trailers
    }

    private enum Part {
        case lineStart
        case name
        case colon
        case value
    }

    private let sender: Sender
    private var part = Part.lineStart
    private var lineStart: Int
    private var cursor: Int
    private var nameEnd = 0
    private var valueStart = 0

    /// Begins with the line that starts at this index.
    init(at start: Int, from sender: Sender) {
        self.sender = sender
        lineStart = start
        cursor = start
    }

    /// Continues with the same bytes as the last time, and more behind them.
    mutating func parse(
        _ bytes: Span<UInt8>, limits: HeadLimits, into fields: inout HeaderFields
    ) -> Progress {
        // Copies, so that the loop works on registers; only the outcome is stored.
        var (part, lineStart, cursor) = (self.part, self.lineStart, self.cursor)
        var (nameEnd, valueStart) = (self.nameEnd, self.valueStart)
        defer {
            (self.part, self.lineStart, self.cursor) = (part, lineStart, cursor)
            (self.nameEnd, self.valueStart) = (nameEnd, valueStart)
        }
        let names = FieldNameTable.shared
        while true {
            // A line must end before `stop`: running into a limit is then the same as running out of bytes.
            let stop = min(bytes.count, lineStart &+ limits.fieldLine, limits.head)
            switch part {
            case .lineStart:
                if fields.count < limits.fields,
                    let next = takeLine(bytes, from: lineStart, to: stop, names, into: &fields)
                {
                    lineStart = next
                    continue
                }
                guard lineStart < stop else { return exhausted(stop, lineStart, limits) }
                let byte = bytes[lineStart]
                if byte == ASCII.lineFeed {
                    return sender == .trailers ? .failed(.malformedLineEnd) : .complete(lineStart &+ 1)
                }
                if byte == ASCII.carriageReturn {
                    guard lineStart &+ 1 < stop else { return exhausted(stop, lineStart, limits) }
                    guard bytes[lineStart &+ 1] == ASCII.lineFeed else { return .failed(.malformedLineEnd) }
                    return .complete(lineStart &+ 2)
                }
                if byte == ASCII.space || byte == ASCII.tab { return .failed(.foldedLine) }
                guard fields.count < limits.fields else { return .failed(.tooManyFields) }
                cursor = lineStart
                part = .name

            case .name:
                var index = cursor
                while index < stop, ByteClasses.isToken(bytes[index]) { index &+= 1 }
                cursor = index
                guard index < stop else { return exhausted(stop, lineStart, limits) }
                guard index > lineStart else {
                    return .failed(bytes[index] == ASCII.colon ? .missingName : .malformedName)
                }
                nameEnd = index
                part = .colon

            case .colon:
                var index = cursor
                if sender == .backend {
                    while index < stop, bytes[index] == ASCII.space || bytes[index] == ASCII.tab { index &+= 1 }
                }
                cursor = index
                guard index < stop else { return exhausted(stop, lineStart, limits) }
                guard bytes[index] == ASCII.colon else {
                    let isLineEnd = bytes[index] == ASCII.carriageReturn || bytes[index] == ASCII.lineFeed
                    return .failed(isLineEnd ? .missingName : .malformedName)
                }
                cursor = index &+ 1
                valueStart = cursor
                part = .value

            case .value:
                let end = bytes.endOfText(from: cursor, to: stop)
                cursor = end
                guard end < stop else { return exhausted(stop, lineStart, limits) }
                var next = end &+ 1
                if bytes[end] == ASCII.carriageReturn {
                    guard next < stop else { return exhausted(stop, lineStart, limits) }
                    guard bytes[next] == ASCII.lineFeed else { return .failed(.malformedLineEnd) }
                    next &+= 1
                } else if bytes[end] != ASCII.lineFeed {
                    return .failed(.controlByteInValue)
                } else if sender == .trailers {
                    return .failed(.malformedLineEnd)
                }
                fields.append(
                    bytes.withUnsafeBytes { text in
                        let name = ByteRange(start: lineStart, count: nameEnd &- lineStart)
                        return Self.field(name, names.find(text[name]), value: valueStart..<end, in: text)
                    })
                lineStart = next
                part = .lineStart
            }
        }
    }

    /// Takes a line that is there in whole, ends in CR LF and has nothing unusual; returns where the next one begins.
    ///
    /// Nil for any other line, of which this says nothing: nearly all lines are of this kind, and are done in one go.
    @inline(__always)
    private func takeLine(
        _ bytes: Span<UInt8>, from start: Int, to stop: Int, _ names: FieldNameTable, into fields: inout HeaderFields
    ) -> Int? {
        let nameEnd = bytes.endOfName(from: start, to: stop)
        guard nameEnd < stop, nameEnd > start, bytes[nameEnd] == ASCII.colon else { return nil }
        let valueEnd = bytes.endOfText(from: nameEnd &+ 1, to: stop)
        guard valueEnd &+ 1 < stop, bytes[valueEnd] == ASCII.carriageReturn, bytes[valueEnd &+ 1] == ASCII.lineFeed
        else { return nil }
        return bytes.withUnsafeBytes { text in
            let name = ByteRange(start: start, count: nameEnd &- start)
            let known = names.find(text[name])
            // A known name is a token; of others every byte is looked at.
            guard known != .other || text[name].allSatisfy(ByteClasses.isToken) else { return nil }
            fields.append(Self.field(name, known, value: nameEnd &+ 1..<valueEnd, in: text))
            return valueEnd &+ 2
        }
    }

    private func exhausted(_ stop: Int, _ lineStart: Int, _ limits: HeadLimits) -> Progress {
        if stop == lineStart &+ limits.fieldLine { return .failed(.lineTooLong) }
        if stop == limits.head { return .failed(.sectionTooLarge) }
        return .partial
    }

    @inline(__always)
    private static func field(
        _ name: ByteRange, _ known: FieldName, value: Range<Int>, in text: UnsafeRawBufferPointer
    ) -> HeaderField {
        var (start, end) = (value.lowerBound, value.upperBound)
        while start < end, text[start] == ASCII.space || text[start] == ASCII.tab { start &+= 1 }
        while end > start, text[end &- 1] == ASCII.space || text[end &- 1] == ASCII.tab { end &-= 1 }
        return HeaderField(
            name: name, value: ByteRange(start: start, count: end &- start), known: known, isDropped: known.isHopByHop)
    }
}
