internal import Bytes

/// Foreign text in a log line: quotes, backslashes and all that is no printable ASCII is written as `\xHH`, so that no
/// client can forge a line or speak to a terminal (nginx's `escape=default`).
enum LogText {
    /// Appends the escaped text.
    static func append(_ text: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        var clean = 0
        for (index, byte) in text.enumerated()
        where byte < 0x20 || byte > 0x7e || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            output.append(UnsafeRawBufferPointer(rebasing: text[clean..<index]))
            output.append("\\x")
            output.append(digit(byte >> 4))
            output.append(digit(byte & 15))
            clean = index + 1
        }
        output.append(UnsafeRawBufferPointer(rebasing: text[clean...]))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}
