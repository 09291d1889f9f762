internal import Bytes
internal import HTTP

/// The fields of one message in HTTP/2, written as text that a fuzzer can change.
///
/// The first byte says whether the head ends the stream (`E`). Fields end in 0x1e, a name ends at 0x1f, and behind 0x1d stand
/// the trailers: three bytes that may stand in no field, so that nothing of interest is lost.
struct HTTP2Fields {
    typealias Field = (name: [UInt8], value: [UInt8])

    let endsStream: Bool
    let head: [Field]
    let trailers: [Field]?

    init(_ input: [UInt8]) {
        endsStream = input.first == UInt8(ascii: "E")
        let parts = input.dropFirst().split(separator: 0x1d, maxSplits: 1, omittingEmptySubsequences: false)
        head = parts.first.map(Self.fields) ?? []
        trailers = parts.count > 1 ? Self.fields(parts[1]) : nil
    }

    private static func fields(_ bytes: ArraySlice<UInt8>) -> [Field] {
        bytes.split(separator: 0x1e).map { field in
            let end = field.firstIndex(of: 0x1f) ?? field.endIndex
            return (Array(field[..<end]), Array(field[end...].dropFirst()))
        }
    }

    /// Hands every field over in memory of exactly its size.
    static func feed(_ fields: [Field], to body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        for field in fields {
            let name = ExactBytes(field.name)
            let value = ExactBytes(field.value)
            body(UnsafeRawBufferPointer(name.memory), UnsafeRawBufferPointer(value.memory))
        }
    }

    /// Checks that lines of trailers are what a chunked body might have brought.
    static func checkTrailers(_ lines: [UInt8]) throws(Violation) {
        // A line has a colon, a blank and a line end more than was counted, but the count has 32 bytes for them.
        var decoder = BodyDecoder(.chunked)
        let text = Array("0\r\n".utf8) + lines + Array("\r\n".utf8)
        let outcome: Result<DecodedBytes, BodyError> = try DecodedBytes.decode(text[...]) { (bytes) throws(BodyError) in
            try decoder.decode(bytes)
        }
        guard case .success(let decoded) = outcome else { throw Violation("trailers that are none: \(lines.text)") }
        try requireEqual(decoded.consumed, text.count, "nothing is left of the trailers")
        try requireEqual(decoder.trailers, lines, "the trailers that are passed on")
    }

    /// Checks the fields of a head that was accepted: nothing of HTTP/2 is left, and nothing could end its line.
    static func check(_ fields: HeaderFieldShapes, in bytes: [UInt8]) throws(Violation) {
        for field in fields {
            try require(field.name.start >= 0 && field.name.end <= bytes.count, "a name lies in its head")
            try require(field.value.start >= 0 && field.value.end <= bytes.count, "a value lies in its head")
            let name = bytes[field.name]
            try require(!name.isEmpty && name.allSatisfy(\.isTokenByte), "\(name.text) is a token")
            try require(name.elementsEqual(name.lowercased), "\(name.text) is in lower case")
            try require(
                !bytes[field.value].contains { $0 < 0x20 && $0 != ASCII.tab || $0 == 0x7f },
                "no control byte in \(name.text)")
            try require(!field.known.isConnectionSpecific, "\(name.text) may stand in HTTP/2")
        }
    }
}
