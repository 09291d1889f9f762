internal import Bytes

/// A chunked body read in the plainest way: whole, line by line.
enum PlainChunks {
    /// The content of a body that is complete; nil where a plain reader finds none.
    static func content(of body: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = body
        var content: [UInt8] = []
        while let end = endOfLine(rest) {
            let line = rest[..<end].text
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { return nil }
            rest = rest[(end + 2)...]
            if size == 0 { return endsTrailers(rest) ? content : nil }
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

    /// Whether the text is lines of which only the last one is empty.
    private static func endsTrailers(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        while let end = endOfLine(rest) {
            let isLast = end == rest.startIndex
            rest = rest[(end + 2)...]
            if isLast { return rest.isEmpty }
        }
        return false
    }
}
