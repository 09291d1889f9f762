internal import Bytes

/// Takes a file of directives apart into words and punctuation, by nginx's rules (ngx_conf_read_token).
///
/// Words end at white space, `;` or `{`; `'…'` and `"…"` hold anything and must be followed by white space, `;`, `{` or
/// `)`; a backslash lets the next byte stand for itself; `#` begins a comment only where a word could begin; `${` does
/// not end a word. Stricter than nginx: control bytes are refused.
struct DirectiveLexer {
    private let bytes: [UInt8]
    private let file: String
    private var index = 0
    private var line = 1
    private var lineStart = 0
    /// Where the token that is being read began.
    private var start = (index: 0, line: 1, column: 1)
    private var followsQuote = false

    /// A part of a file.
    enum Token: Hashable {
        case word(Directive.Argument)
        case semicolon(SourcePosition)
        case open(SourcePosition)
        case close(SourcePosition)
        case end(SourcePosition)
    }

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// The next token; `end` again and again at the end of the file.
    mutating func next() throws(Diagnostic) -> Token {
        if index == 0, bytes.starts(with: [0xef, 0xbb, 0xbf]) {
            throw error("the file begins with a byte order mark", hint: "save it as UTF-8 without one")
        }
        if followsQuote { try checkByteAfterQuote() }
        skipSpaceAndComments()
        begin()
        guard index < bytes.count else { return .end(position) }
        switch bytes[index] {
        case ASCII.semicolon:
            advance()
            return .semicolon(position)
        case Self.openBrace:
            advance()
            return .open(position)
        case Self.closeBrace:
            advance()
            return .close(position)
        case let byte where byte == Self.doubleQuote || byte == Self.singleQuote:
            return .word(try quotedWord(byte))
        default:
            return .word(try bareWord())
        }
    }

    /// Whether the next byte is a digit.
    var isAtDigit: Bool { index < bytes.count && ASCII.isDigit(bytes[index]) }

    private mutating func bareWord() throws(Diagnostic) -> Directive.Argument {
        var followsDollar = false
        scan: while index < bytes.count {
            if takePlain() { followsDollar = false }
            guard index < bytes.count else { break }
            let byte = bytes[index]
            if byte == Self.openBrace, followsDollar {
                try take()
                continue
            }
            followsDollar = byte == Self.dollar
            switch byte {
            case ASCII.space, ASCII.tab, ASCII.carriageReturn, ASCII.lineFeed, ASCII.semicolon, Self.openBrace:
                break scan
            case Self.backslash:
                try take()
                if index < bytes.count { try take() }
            default:
                try take()
            }
        }
        return Directive.Argument(text: unescaped(start.index..<index), position: position, end: here)
    }

    private mutating func quotedWord(_ quote: UInt8) throws(Diagnostic) -> Directive.Argument {
        try take(limit: Self.longestWord + 1)
        while index < bytes.count, bytes[index] != quote {
            let isEscape = bytes[index] == Self.backslash
            try take(limit: Self.longestWord + 1)
            if isEscape, index < bytes.count { try take(limit: Self.longestWord + 1) }
        }
        guard index < bytes.count else {
            throw Diagnostic(
                .error,
                at: .file(file, SourcePosition(line: start.line, column: start.column)),
                "the quote that begins here is never closed",
                hint: "write \(quote == Self.doubleQuote ? "\"" : "'") at the end of the text")
        }
        try take(limit: Self.longestWord + 1)
        followsQuote = true
        let text = unescaped(start.index + 1..<index - 1)
        return Directive.Argument(text: text, position: position, end: here, isQuoted: true)
    }

    private mutating func checkByteAfterQuote() throws(Diagnostic) {
        followsQuote = false
        guard index < bytes.count else { return }
        switch bytes[index] {
        case ASCII.space, ASCII.tab, ASCII.carriageReturn, ASCII.lineFeed, ASCII.semicolon, Self.openBrace,
            UInt8(ascii: ")"):
            return
        default:
            begin()
            advance()
            throw error(
                "unexpected \(Quoted(ByteString(Array(bytes[start.index..<index])))) right after a closing quote",
                hint: "write a space or ; after the quote, or put the whole word in quotes")
        }
    }

    private mutating func skipSpaceAndComments() {
        while index < bytes.count {
            switch bytes[index] {
            case ASCII.space, ASCII.tab, ASCII.carriageReturn, ASCII.lineFeed:
                advance()
            case UInt8(ascii: "#"):
                while index < bytes.count, bytes[index] != ASCII.lineFeed { index += 1 }
            default:
                return
            }
        }
    }

    /// Takes those bytes into the word that follow here and stand for themselves wherever they are, as far as it may grow,
    /// and says whether there were any.
    private mutating func takePlain() -> Bool {
        let end = min(bytes.count, start.index + Self.longestWord)
        let begin = index
        index = bytes.withUnsafeBufferPointer { bytes in
            var next = begin
            while next < end, Self.isPlain(bytes[next]) { next += 1 }
            return next
        }
        return index > begin
    }

    @inline(__always)
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > ASCII.space && byte != ASCII.semicolon && byte != openBrace && byte != dollar && byte != backslash
            && byte != 0x7f
    }

    /// Takes one byte into the word, which may not grow past the limit.
    private mutating func take(limit: Int = longestWord) throws(Diagnostic) {
        let byte = bytes[index]
        let isSpace = byte == ASCII.tab || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
        if byte < 0x20 && !isSpace || byte == 0x7f {
            begin()
            throw error("the file holds a control byte", hint: "this is not a text file, or it was damaged")
        }
        if index - start.index >= limit {
            throw Diagnostic(
                .error,
                at: .file(file, SourcePosition(line: start.line, column: start.column)),
                "the word that begins here is longer than \(Self.longestWord) bytes",
                hint: "a quote or ; may be missing")
        }
        advance()
    }

    private mutating func advance() {
        if bytes[index] == ASCII.lineFeed {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    private mutating func begin() { start = (index, line, index - lineStart + 1) }

    private var position: SourcePosition {
        SourcePosition(line: start.line, column: start.column, length: max(index - start.index, 1))
    }

    private var here: SourcePosition { SourcePosition(line: line, column: index - lineStart + 1) }

    private func error(_ message: String, hint: String) -> Diagnostic {
        Diagnostic(.error, at: .file(file, position), message, hint: hint)
    }

    /// The bytes with `\"`, `\'` and `\\` standing for their second byte, and `\t`, `\r` and `\n` for what they mean in C.
    private func unescaped(_ range: Range<Int>) -> ByteString {
        guard bytes[range].contains(Self.backslash) else { return ByteString(Array(bytes[range])) }
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            guard byte == Self.backslash, index < range.upperBound else {
                result.append(byte)
                continue
            }
            switch bytes[index] {
            case Self.doubleQuote, Self.singleQuote, Self.backslash: result.append(bytes[index])
            case UInt8(ascii: "t"): result.append(ASCII.tab)
            case UInt8(ascii: "r"): result.append(ASCII.carriageReturn)
            case UInt8(ascii: "n"): result.append(ASCII.lineFeed)
            default: result += [byte, bytes[index]]
            }
            index += 1
        }
        return ByteString(result)
    }

    /// nginx reads through a buffer of 4096 bytes and refuses words that do not fit.
    private static let longestWord = 4095
    private static let backslash = UInt8(ascii: "\\")
    private static let closeBrace = UInt8(ascii: "}")
    private static let dollar = UInt8(ascii: "$")
    private static let doubleQuote = UInt8(ascii: "\"")
    private static let openBrace = UInt8(ascii: "{")
    private static let singleQuote = UInt8(ascii: "'")
}
