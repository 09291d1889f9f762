package import Bytes

/// The path of a request as nginx's `$uri` has it: what locations are chosen by.
package enum NormalizedPath {
    /// Appends the path with its escapes decoded, `//` merged and dot segments resolved.
    ///
    /// Segments never climb above the root, and an escape that is none stays as it is.
    ///
    /// - Returns: false where the path climbs above the root, or holds a `%` that begins no escape or stands for a zero
    ///   byte: nginx answers those with 400.
    package static func append(_ path: UnsafeRawBufferPointer, to output: inout ByteBuffer) -> Bool {
        output.reserve(path.count + 2)
        var text = Text(memory: output.writable)
        var isGood = true
        var index = 0
        while index < path.count {
            var byte = path[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                if index + 1 < path.count, let high = ASCII.hexValue(path[index]),
                    let low = ASCII.hexValue(path[index + 1])
                {
                    byte = high << 4 | low
                    index += 2
                    if byte == 0 { isGood = false }
                } else {
                    isGood = false
                }
            }
            if byte == ASCII.slash { text.endSegment() } else { text.append(byte) }
        }
        text.end()
        output.produced(text.count)
        return isGood && !text.hasClimbed
    }

    /// Appends a decoded path in the form that it is sent in, with what nginx escapes: what cannot stand in a request line, what
    /// would end the path, and what RFC 3986 gives no place in one.
    package static func appendEscaped(_ path: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        for byte in path {
            switch byte {
            case 0...0x20, 0x7f...0xff, UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: "?"), UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"),
                UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                output.append(UInt8(ascii: "%"))
                output.append(digit(byte >> 4))
                output.append(digit(byte & 15))
            default: output.append(byte)
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

    /// A path that grows, of which every segment but the last is in its final form.
    private struct Text {
        let memory: UnsafeMutableRawBufferPointer
        private(set) var count = 1
        private(set) var hasClimbed = false
        private var segmentStart = 1

        init(memory: UnsafeMutableRawBufferPointer) {
            self.memory = memory
            memory[0] = ASCII.slash
        }

        mutating func append(_ byte: UInt8) {
            memory[count] = byte
            count += 1
        }

        mutating func endSegment() {
            if count > segmentStart, !resolveDots() {
                append(ASCII.slash)
                segmentStart = count
            }
        }

        mutating func end() { _ = resolveDots() }

        /// Takes back a last segment of one or two dots, and what two dots stand behind.
        private mutating func resolveDots() -> Bool {
            switch count - segmentStart {
            case 1 where memory[segmentStart] == dot:
                count = segmentStart
            case 2 where memory[segmentStart] == dot && memory[segmentStart + 1] == dot:
                hasClimbed = hasClimbed || segmentStart == 1
                count = max(segmentStart - 1, 1)
                while memory[count - 1] != ASCII.slash { count -= 1 }
                segmentStart = count
            default:
                return false
            }
            return true
        }

        private let dot = UInt8(ascii: ".")
    }
}
