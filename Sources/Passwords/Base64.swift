/// The base 64 of RFC 4648 §4, and nothing looser: padding is due, and the unused bits of the last digit are zero.
package enum Base64 {
    /// Writes the decoded bytes to the start of `memory` and returns how many there are; nil when the text is not
    /// canonical base 64 or the memory too small. The memory may be the text's own.
    static func decode(_ text: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer) -> Int? {
        guard text.count % 4 == 0 else { return nil }
        guard !text.isEmpty else { return 0 }
        var digits = text.count
        while digits > text.count - 2, text[digits - 1] == UInt8(ascii: "=") { digits -= 1 }
        let count = digits * 3 / 4
        guard count <= memory.count else { return nil }

        var bits: UInt32 = 0
        var pending = 0
        var written = 0
        for index in 0..<digits {
            guard let value = value(of: text[index]) else { return nil }
            bits = bits << 6 | value
            pending += 6
            guard pending >= 8 else { continue }
            pending -= 8
            memory[written] = UInt8(truncatingIfNeeded: bits >> UInt32(pending))
            written += 1
        }
        guard bits & (1 << UInt32(pending) - 1) == 0 else { return nil }
        return written
    }

    /// The bytes as text.
    package static func encode(_ bytes: UnsafeRawBufferPointer) -> String {
        var text = ""
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            var bits: UInt32 = 0
            for index in start..<start + 3 { bits = bits << 8 | (index < bytes.count ? UInt32(bytes[index]) : 0) }
            for digit in 0..<4 {
                let isPadding = start + digit > bytes.count
                text.append(isPadding ? "=" : character(of: bits >> UInt32(18 - 6 * digit) & 63))
            }
        }
        return text
    }

    @inline(__always)
    private static func value(of byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5a: UInt32(byte) - 0x41
        case 0x61...0x7a: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func character(of value: UInt32) -> Character {
        let byte: UInt32 =
            switch value {
            case 0..<26: 0x41 + value
            case 26..<52: 0x61 + value - 26
            case 52..<62: 0x30 + value - 52
            case 62: 0x2b
            default: 0x2f
            }
        return Character(Unicode.Scalar(UInt8(byte)))
    }
}
