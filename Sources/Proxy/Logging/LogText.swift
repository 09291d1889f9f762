internal import Bytes

/// Foreign text in a log line, written so that no client can forge a line or speak to a terminal.
enum LogText {
    /// Whether the text can be written as it is, in every form.
    static func isClean(_ text: UnsafeRawBufferPointer) -> Bool {
        for byte in text where needsEscape(byte) { return false }
        return true
    }

    /// Appends the text with quotes, backslashes and all that is no printable ASCII as `\xHH` (nginx: `escape=default`).
    static func append(_ text: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        var clean = 0
        for index in text.indices where needsEscape(text[index]) {
            output.append(UnsafeRawBufferPointer(rebasing: text[clean..<index]))
            output.append("\\x")
            append(hex: text[index], to: &output)
            clean = index + 1
        }
        output.append(UnsafeRawBufferPointer(rebasing: text[clean...]))
    }

    /// Appends the text as the inside of a JSON string (RFC 8259 §7; nginx: `escape=json`).
    ///
    /// Bytes that are not UTF-8, which nginx leaves as they are, are written as `\u00HH`, so that every line can be parsed.
    static func append(json text: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            guard needsEscape(byte) else {
                output.append(byte)
                index += 1
                continue
            }
            let length = byte < 0x80 ? 1 : sequenceLength(text, at: index)
            if length > 1 {
                output.append(UnsafeRawBufferPointer(rebasing: text[index..<index + length]))
                index += length
                continue
            }
            append(jsonEscapeOf: byte, to: &output)
            index += 1
        }
    }

    private static func append(jsonEscapeOf byte: UInt8, to output: inout ByteBuffer) {
        switch byte {
        case UInt8(ascii: "\""): output.append("\\\"")
        case UInt8(ascii: "\\"): output.append("\\\\")
        case 0x08: output.append("\\b")
        case 0x09: output.append("\\t")
        case 0x0a: output.append("\\n")
        case 0x0c: output.append("\\f")
        case 0x0d: output.append("\\r")
        default:
            output.append("\\u00")
            append(hex: byte, to: &output)
        }
    }

    /// How many bytes the character at `index` takes in UTF-8 (RFC 3629 §4); 0 where there is none, or a control character.
    private static func sequenceLength(_ text: UnsafeRawBufferPointer, at index: Int) -> Int {
        let first = text[index]
        let length: Int
        switch first {
        case 0xc2...0xdf: length = 2
        case 0xe0...0xef: length = 3
        case 0xf0...0xf4: length = 4
        default: return 0
        }
        guard index + length <= text.count else { return 0 }
        for offset in 1..<length where text[index + offset] & 0xc0 != 0x80 { return 0 }
        let second = text[index + 1]
        switch first {
        // U+0080 to U+009F are the control characters that ESC stands for elsewhere.
        case 0xc2 where second < 0xa0: return 0
        case 0xe0 where second < 0xa0: return 0
        case 0xed where second > 0x9f: return 0
        case 0xf0 where second < 0x90: return 0
        case 0xf4 where second > 0x8f: return 0
        default: return length
        }
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte > 0x7e || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func append(hex byte: UInt8, to output: inout ByteBuffer) {
        output.append(digit(byte >> 4))
        output.append(digit(byte & 15))
    }

    /// Several lines of foreign text as one, those that hold something with ` | ` between them.
    static func line(_ text: [UInt8]) -> String {
        var output = ByteBuffer()
        for part in text.split(whereSeparator: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) {
            if !output.isEmpty { output.append(" | ") }
            part.withUnsafeBytes { append($0, to: &output) }
        }
        return String(decoding: output.readable, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}
