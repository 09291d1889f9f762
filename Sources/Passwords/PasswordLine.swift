/// One line of a password file, `name:hash` or `name:hash:comment`, as nginx reads it.
///
/// A line ends with LF or with the file. `#` or CR at its start makes it a comment, and a CR behind the hash belongs to the
/// line's end. Nothing is trimmed: a blank is part of the name or the hash that it touches.
struct PasswordLine {
    /// The whole line in the file, with its end.
    let whole: Range<Int>
    /// The user's name; nil on a blank line, a comment, or a line without a colon.
    let name: Range<Int>?
    /// The hash; empty where there is no name.
    let hash: Range<Int>
    /// Whether the line holds something, and no name.
    let isMalformed: Bool

    /// The line that starts at an index inside the file.
    init(at start: Int, in file: UnsafeRawBufferPointer) {
        var end = start
        var colon: Int?
        while end < file.count, file[end] != UInt8(ascii: "\n") {
            if colon == nil, file[end] == UInt8(ascii: ":") { colon = end }
            end += 1
        }
        whole = start..<min(end + 1, file.count)

        let isSkipped = start == end || file[start] == UInt8(ascii: "#") || file[start] == UInt8(ascii: "\r")
        guard !isSkipped, let colon, colon > start else {
            name = nil
            hash = end..<end
            isMalformed = !isSkipped
            return
        }
        name = start..<colon
        var hashEnd = colon + 1
        while hashEnd < end, file[hashEnd] != UInt8(ascii: ":"), file[hashEnd] != UInt8(ascii: "\r") { hashEnd += 1 }
        hash = colon + 1..<hashEnd
        isMalformed = false
    }

    /// Where the first line of a file starts: behind the mark that some editors put in front of UTF-8 text.
    static func start(of file: UnsafeRawBufferPointer) -> Int {
        file.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    }

    /// The UTF-8 form of U+FEFF.
    static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// Calls the body with each line of a file, from its start on.
    static func forEach(in file: [UInt8], _ body: (PasswordLine) -> Void) {
        file.withUnsafeBytes { file in
            var start = start(of: file)
            while start < file.count {
                let line = PasswordLine(at: start, in: file)
                body(line)
                start = line.whole.upperBound
            }
        }
    }
}
