import HTTP
import TestSupport
import Testing

@Suite("Trailers")
struct TrailerSectionTests {
    @Test("keeps what may pass, written anew")
    func passable() {
        let body = DecodedBody.decode("0\r\nX-Checksum:  abc \r\ngrpc-status:0\r\nETag: \"x\"\r\nX-Empty:\r\n\r\n")
        #expect(body.isComplete)
        #expect(body.trailers == "X-Checksum: abc\r\ngrpc-status: 0\r\nETag: \"x\"\r\nX-Empty: \r\n")
    }

    @Test(
        "leaves out what belongs into a head (RFC 9110 §6.5.1)",
        arguments: FieldName.allCases.filter { $0 != .other && $0 != .etag })
    func dropped(name: FieldName) {
        let body = DecodedBody.decode("0\r\n\(name.text): 1\r\nX: 2\r\n\r\n")
        #expect(body.isComplete)
        #expect(body.trailers == "X: 2\r\n")
    }

    @Test("leaves out names with an underscore")
    func underscore() {
        #expect(DecodedBody.decode("0\r\nContent_Length: 1\r\n\r\n").trailers.isEmpty)
    }

    @Test(
        "are checked as fields of a head are, and end in CR LF only",
        arguments: [
            ("X : 1\r\n", FieldSectionError.malformedName), ("X\r\n", .missingName), (": 1\r\n", .missingName),
            (" X: 1\r\n", .foldedLine), ("X: 1\r\n 2\r\n", .foldedLine), ("X: a\u{0}\r\n", .controlByteInValue),
            ("X: a\rb\r\n", .malformedLineEnd), ("X: 1\n", .malformedLineEnd), ("X: 1\r\n\n", .malformedLineEnd),
            ("X: 1\r\n\rX", .malformedLineEnd), ("GET / HTTP/1.1\r\n", .malformedName),
        ])
    func malformed(lines: String, expected: FieldSectionError) {
        let input = Array("0\r\n\(lines)\r\n".utf8)
        forEverySplit(input) { #expect(DecodedBody.decode($0).error == .trailers(expected)) }
        #expect(BodyError.trailers(expected).status == 400)
    }

    @Test("are bounded in size and number")
    func limits() {
        // 8192 bytes with the empty line.
        let fit = "X: " + String(repeating: "v", count: 8192 - 7) + "\r\n"
        #expect(DecodedBody.decode("0\r\n\(fit)\r\n").isComplete)
        let error = DecodedBody.decode("0\r\nY\(fit)\r\n").error
        #expect(error == .trailers(.sectionTooLarge))
        #expect(error?.status == 431)
        #expect(DecodedBody.decode("0\r\nYYY\(fit)\r\n").error == .trailers(.lineTooLong))
        #expect(DecodedBody.decode("0\r\n" + String(repeating: "X: 1\r\n", count: 64) + "\r\n").isComplete)
        let tooMany = "0\r\n" + String(repeating: "X: 1\r\n", count: 65) + "\r\n"
        #expect(DecodedBody.decode(tooMany).error == .trailers(.tooManyFields))
        let drip = Array("0\r\nYYY\(fit)\r\n".utf8)
        #expect(DecodedBody.decode(drip.indices.map { drip[$0...$0] }).error == .trailers(.lineTooLong))
    }
}
