internal import Bytes

/// Cuts a stream of JSON texts into its values, whatever pieces the stream arrives in.
///
/// Docker's event stream is a row of objects, with or without line feeds between them. Only brackets and strings are
/// followed here; whether a value is JSON is for its decoder to say. A value that is too long, too deep or cut off by
/// the start of the next line's object is reported and dropped, and the values behind it still arrive.
package struct JSONStreamSplitter {
    /// A value, or why one was dropped.
    package enum Piece: Equatable {
        /// The text of a value, from its first bracket to its last.
        case value([UInt8])
        /// There was something that is no value, or none that can be used.
        case dropped(Fault)
    }

    /// Why a value was dropped.
    package enum Fault: Equatable {
        /// It holds more bytes than the limit.
        case tooLong
        /// Its brackets nest deeper than the limit.
        case tooDeep
        /// It is not JSON: text outside an object, or an object that never ended.
        case garbage
    }

    private enum State {
        case between
        case scalar
        case value
        case string
        case escape
    }

    /// The most bytes that a value may have.
    let maxLength: Int
    /// How deep brackets may nest.
    let maxDepth: Int
    private var state = State.between
    private var depth = 0
    private var fault: Fault?
    private var isLineStart = false
    private var bytes: [UInt8] = []

    /// A splitter that drops values above the given bounds.
    package init(maxLength: Int = 16 << 20, maxDepth: Int = 64) {
        self.maxLength = maxLength
        self.maxDepth = maxDepth
    }

    /// Takes the next bytes of the stream and delivers what they complete, in order.
    package mutating func append(_ input: UnsafeRawBufferPointer, deliver: (Piece) -> Void) {
        for byte in input { take(byte, deliver) }
    }

    private mutating func take(_ byte: UInt8, _ deliver: (Piece) -> Void) {
        // Engines write one object a line: a line that begins with a bracket is the way back from a broken value.
        let isNewObject = isLineStart && byte == UInt8(ascii: "{")
        isLineStart = byte == ASCII.lineFeed
        if isNewObject, state != .between { abandon(deliver) }
        switch state {
        case .between: begin(byte)
        case .scalar:
            let isBracket = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
            guard isBracket || byte == ASCII.lineFeed else { return }
            abandon(deliver)
            if isBracket { begin(byte) }
        case .value: takeInValue(byte, deliver)
        case .string:
            keep(byte)
            if byte == UInt8(ascii: "\"") { state = .value }
            if byte == UInt8(ascii: "\\") { state = .escape }
            // A string cannot hold a raw line feed (RFC 8259 §7), so its end got lost.
            if byte == ASCII.lineFeed { abandon(deliver) }
        case .escape:
            keep(byte)
            state = .string
        }
    }

    private mutating func begin(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            state = .value
            depth = 1
            keep(byte)
        case ASCII.space, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn, ASCII.comma:
            break
        default:
            state = .scalar
        }
    }

    private mutating func takeInValue(_ byte: UInt8, _ deliver: (Piece) -> Void) {
        keep(byte)
        switch byte {
        case UInt8(ascii: "\""):
            state = .string
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            if depth > maxDepth { drop(.tooDeep) }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            guard depth == 0 else { return }
            deliver(fault.map { .dropped($0) } ?? .value(bytes))
            reset()
        default:
            break
        }
    }

    private mutating func keep(_ byte: UInt8) {
        guard fault == nil else { return }
        guard bytes.count < maxLength else { return drop(.tooLong) }
        bytes.append(byte)
    }

    private mutating func drop(_ reason: Fault) {
        fault = fault ?? reason
        bytes = []
    }

    private mutating func abandon(_ deliver: (Piece) -> Void) {
        deliver(.dropped(fault ?? .garbage))
        reset()
    }

    private mutating func reset() {
        state = .between
        depth = 0
        fault = nil
        // The memory of an ordinary event is kept, that of a giant one given back.
        if bytes.count > 65_536 { bytes = [] } else { bytes.removeAll(keepingCapacity: true) }
    }
}

extension JSONStreamSplitter {
    /// The elements of a JSON array of objects, each as its own text, and whether some had to be dropped.
    ///
    /// - Returns: nil when the text is no array, or one that does not end.
    package static func elements(ofArray text: [UInt8]) -> (values: [[UInt8]], areComplete: Bool)? {
        let isSpace = { (byte: UInt8) in byte <= ASCII.space }
        guard let first = text.firstIndex(where: { !isSpace($0) }), text[first] == UInt8(ascii: "["),
            let last = text.lastIndex(where: { !isSpace($0) }), last > first, text[last] == UInt8(ascii: "]")
        else { return nil }
        var splitter = JSONStreamSplitter()
        var values: [[UInt8]] = []
        var areComplete = true
        text[(first + 1)..<last].withUnsafeBytes {
            splitter.append($0) { piece in
                switch piece {
                case .value(let value): values.append(value)
                case .dropped: areComplete = false
                }
            }
        }
        switch splitter.state {
        case .between: return (values, areComplete)
        case .scalar: return (values, false)
        case .value, .string, .escape: return nil
        }
    }
}
