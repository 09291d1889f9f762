internal import Bytes
internal import Routing

/// Paths as rules see them: no way of writing dots, slashes and escapes leaves a dot segment or climbs above the root.
enum NormalizedPathCheck {
    static func run(_ input: [UInt8]) throws(Violation) {
        let path = normalized(input)
        try require(path.first == ASCII.slash, "a path begins with a slash: \(path.text)")
        try require(path.count <= input.count + 1, "a path does not grow by more than its slash")
        let segments = path.dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false)
        for segment in segments.dropLast() { try require(!segment.isEmpty, "no segment is empty: \(path.text)") }
        for segment in segments { try require(!segment.has("."), "no segment is a dot: \(path.text)") }
        for segment in segments { try require(!segment.has(".."), "no segment is two dots: \(path.text)") }
        try requireEqual(path.text, plain(input).text, "the path as a plain reader has it")
        try requireEqual(normalized(escaped(path)).text, path.text, "what is normalized stays as it is")
    }

    private static func normalized(_ path: [UInt8]) -> [UInt8] {
        let bytes = ExactBytes(path)
        return written { _ = NormalizedPath.append(UnsafeRawBufferPointer(bytes.memory), to: &$0) }
    }

    /// RFC 3986 §5.2.4 in the plainest way.
    private static func plain(_ path: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = path[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = hexadecimal(rest.prefix(2)) {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        var kept: [ArraySlice<UInt8>] = []
        let segments = decoded.split(separator: ASCII.slash, omittingEmptySubsequences: false)
        for segment in segments {
            if segment.has("..") {
                _ = kept.popLast()
            } else if !segment.has("."), !segment.isEmpty {
                kept.append(segment)
            }
        }
        let isFolder = segments.last.map { $0.isEmpty || $0.has(".") || $0.has("..") } ?? true
        let names = kept.flatMap { [ASCII.slash] + $0 }
        return isFolder || names.isEmpty ? names + [ASCII.slash] : names
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, let high = ASCII.hexValue(digits[digits.startIndex]) else { return nil }
        return ASCII.hexValue(digits[digits.startIndex + 1]).map { high << 4 | $0 }
    }

    private static func escaped(_ path: [UInt8]) -> [UInt8] {
        path.flatMap { $0 == UInt8(ascii: "%") ? Array("%25".utf8) : [$0] }
    }
}
