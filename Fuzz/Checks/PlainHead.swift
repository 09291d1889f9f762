internal import Bytes

/// A head read in the plainest way: cut into lines, and each line at its first colon.
///
/// It is what a lenient backend could make of the same bytes, to hold the parsers against.
struct PlainHead {
    /// A line behind the first one.
    struct Field {
        let name: [UInt8]
        let value: [UInt8]
    }

    let startLine: [UInt8]
    let fields: [Field]

    /// Reads the bytes of one head, to the last byte of the empty line behind it.
    init(_ bytes: ArraySlice<UInt8>) throws(Violation) {
        try require(bytes.last == ASCII.lineFeed, "a head ends in LF")
        var lines = bytes.dropLast().split(separator: ASCII.lineFeed, omittingEmptySubsequences: false).map { line in
            line.last == ASCII.carriageReturn ? line.dropLast() : line
        }
        try require(lines.last?.isEmpty == true, "a head ends in an empty line")
        lines.removeLast()
        lines = Array(lines.drop { $0.isEmpty })
        try require(!lines.isEmpty, "a head has a start line")
        for line in lines {
            try require(!line.isEmpty, "no empty line stands within a head")
            try require(
                !line.contains { $0 < 0x20 && $0 != ASCII.tab || $0 == 0x7f }, "no control byte in \(line.text)")
        }
        startLine = Array(lines[0])
        var fields: [Field] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ASCII.colon) else { throw Violation("no colon in \(line.text)") }
            fields.append(Field(name: line[..<colon].lowercased, value: line[(colon + 1)...].withoutBlanks))
        }
        self.fields = fields
    }

    /// The values of the fields of that name, which is in lower case.
    func values(_ name: StaticString) -> [[UInt8]] {
        fields.filter { $0.name.has(name) }.map(\.value)
    }

    /// Checks what was made of the field lines: one field for each, its name a token, its value without blanks around.
    ///
    /// `allowsBlankBeforeColon` is for responses (RFC 9112 §5.1).
    func check(
        _ parsed: HeaderFieldShapes, of input: [UInt8], allowsBlankBeforeColon: Bool
    ) throws(Violation) {
        try requireEqual(parsed.count, fields.count, "a field for each line")
        for (field, plain) in zip(parsed, fields) {
            let name = allowsBlankBeforeColon ? plain.name.withoutBlanksBehind : plain.name
            try requireEqual(input[field.name].lowercased, name, "the name of a field")
            try requireEqual(Array(input[field.value]), plain.value, "the value of \(name.text)")
            try require(!name.isEmpty && name.allSatisfy(\.isTokenByte), "\(name.text) is a token")
        }
    }
}

extension Collection<UInt8> {
    var withoutBlanksBehind: [UInt8] {
        var bytes = Array(self)
        while let last = bytes.last, last == ASCII.space || last == ASCII.tab { bytes.removeLast() }
        return bytes
    }

    var withoutBlanks: [UInt8] {
        Array(withoutBlanksBehind.drop { $0 == ASCII.space || $0 == ASCII.tab })
    }
}

extension UInt8 {
    /// RFC 9110 §5.6.2.
    var isTokenByte: Bool {
        ASCII.isLetter(self) || ASCII.isDigit(self) || "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
}
