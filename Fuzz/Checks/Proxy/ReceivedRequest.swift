internal import Bytes

/// A request as a backend reads it that trusts every byte.
struct ReceivedRequest: Equatable {
    let method: [UInt8]
    let target: [UInt8]
    /// The names in lower case, with their values.
    let fields: [String]
    let host: [UInt8]
    /// What came of the body.
    let body: [UInt8]
    /// Whether the body came to its end.
    var isComplete: Bool

    /// Reads the request that the bytes begin with, and how many of them it takes; nil while its head is not whole.
    ///
    /// A body that goes on is taken as far as it has come.
    static func read(_ bytes: [UInt8]) throws(Violation) -> (request: ReceivedRequest, count: Int)? {
        let end = Array("\r\n\r\n".utf8)
        guard let last = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else { return nil }
        let text = bytes[..<(last + end.count)]
        for index in text.indices where text[index] == ASCII.lineFeed {
            try require(index > 0 && text[index - 1] == ASCII.carriageReturn, "lines end in CRLF: \(text.text)")
        }
        let head = try PlainHead(text)
        let words = head.startLine.split(separator: ASCII.space, omittingEmptySubsequences: false)
        try require(words.count == 3 && words[2].has("HTTP/1.1"), "a request line: \(head.startLine.text)")
        let hosts = head.values("host")
        try require(hosts.count == 1, "one Host is passed on")
        for field in head.fields {
            try require(!field.name.isEmpty && field.name.allSatisfy(\.isTokenByte), "a name: \(field.name.text)")
        }
        let (body, count) = try readBody(head, bytes[text.endIndex...])
        let request = ReceivedRequest(
            method: Array(words[0]), target: Array(words[1]),
            fields: head.fields.map { "\($0.name.text): \($0.value.text)" }, host: hosts[0], body: body,
            isComplete: count != nil)
        return (request, count.map { text.count + $0 } ?? bytes.count)
    }

    /// The body and how many bytes it takes; nil while it is not whole.
    private static func readBody(_ head: PlainHead, _ rest: ArraySlice<UInt8>) throws(Violation) -> ([UInt8], Int?) {
        let lengths = head.values("content-length")
        let codings = head.values("transfer-encoding")
        try require(lengths.count + codings.count <= 1, "one framing is passed on")
        if let coding = codings.first {
            try require(coding.has("chunked"), "chunked is passed on")
            return PlainChunks.read(rest).map { ($0.content, $0.count) } ?? ([], nil)
        }
        guard let text = lengths.first else { return ([], 0) }
        guard let length = Int(text.text) else { throw Violation("a length is passed on: \(text.text)") }
        return (Array(rest.prefix(length)), rest.count < length ? nil : length)
    }
}
