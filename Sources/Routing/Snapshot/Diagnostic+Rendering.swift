internal import Bytes

extension Diagnostic {
    /// The finding in several lines: what it is, the line of the source with the spot marked below, and the hint.
    ///
    /// Without a source, or where the finding is not about a spot in a file, it is what and hint alone. Control bytes of the
    /// source are shown as spaces, and of a long line only the part around the spot.
    package func rendered(source: [UInt8]?) -> String {
        var lines = ["\(place): \(severity.rawValue): \(message)"]
        if let source, let position, let text = Self.line(position.line, of: source) {
            let number = String(position.line)
            let margin = String(repeating: " ", count: max(number.utf8.count, 4))
            let excerpt = Self.excerpt(of: text, around: position)
            lines.append(" \(margin.dropFirst(number.utf8.count))\(number) | \(excerpt.text)")
            lines.append(" \(margin) | \(excerpt.marks)")
        }
        if let hint { lines.append("      = \(hint)") }
        return lines.joined(separator: "\n")
    }

    private static func line(_ number: Int, of source: [UInt8]) -> ArraySlice<UInt8>? {
        var start = 0
        for _ in 1..<max(number, 1) {
            guard let end = source[start...].firstIndex(of: ASCII.lineFeed) else { return nil }
            start = end + 1
        }
        let end = source[start...].firstIndex(of: ASCII.lineFeed) ?? source.endIndex
        let line = source[start..<end]
        return line.last == ASCII.carriageReturn ? line.dropLast() : line
    }

    private static func excerpt(
        of line: ArraySlice<UInt8>, around position: SourcePosition
    ) -> (text: String, marks: String) {
        let spot = min(position.column - 1, line.count)
        let from = max(0, spot - before)
        let to = min(line.count, max(spot + after, from))
        let end = min(spot + position.length, to)
        let start = line.startIndex
        let head = shown(line[start + from..<start + spot])
        let text = head + shown(line[start + spot..<start + to])
        let marked = shown(line[start + spot..<start + max(end, spot)]).unicodeScalars.count
        let marks =
            String(repeating: " ", count: head.unicodeScalars.count) + "^"
            + String(repeating: "~", count: max(marked - 1, 0))
        return (text, marks)
    }

    private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7f ? ASCII.space : $0 }, as: UTF8.self)
    }

    private static let before = 80
    private static let after = 80
}
