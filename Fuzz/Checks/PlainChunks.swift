internal import Bytes

/// A chunked body read in the plainest way: line by line, from its beginning.
enum PlainChunks {
    /// The content and the size of the body that begins here; nil where a plain reader finds no whole one.
    static func read(_ text: ArraySlice<UInt8>) -> (content: [UInt8], count: Int)? {
        var rest = text
        var content: [UInt8] = []
        while let end = endOfLine(rest) {
            let line = rest[..<end].text
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { return nil }
            rest = rest[(end + 2)...]
            if size == 0 { return endOfTrailers(rest).map { (content, $0 - text.startIndex) } }
            guard rest.count >= size + 2 else { return nil }
            content += rest.prefix(size)
            rest = rest.dropFirst(size)
            guard rest.starts(with: "\r\n".utf8) else { return nil }
            rest = rest.dropFirst(2)
        }
        return nil
    }

    private static func endOfLine(_ text: ArraySlice<UInt8>) -> Int? {
        guard let end = text.firstIndex(of: ASCII.lineFeed), end > text.startIndex else { return nil }
        return text[end - 1] == ASCII.carriageReturn ? end - 1 : nil
    }

    /// Where the lines end, the last of which alone is empty.
    private static func endOfTrailers(_ text: ArraySlice<UInt8>) -> Int? {
        var rest = text
        while let end = endOfLine(rest) {
            if end == rest.startIndex { return end + 2 }
            rest = rest[(end + 2)...]
        }
        return nil
    }
}
