import HTTP
import TestSupport
import Testing

@Suite("Chunked decoding")
struct ChunkedDecoderTests {
    @Test(
        "takes the content out of chunks, however they are cut",
        arguments: [
            ("5\r\nhello\r\n0\r\n\r\nGET", "hello", ""),
            ("3\r\nabc\r\n00a;x=y;\"z\"\r\n0123456789\r\n000;last\r\n\r\n", "abc0123456789", ""),
            ("A\r\n0123456789\r\na;\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789", ""),
            (
                "1\r\na\r\n1\r\nb\r\n0\r\nX-Sum: 1\r\nHost: no\r\nETag:\"a\"\r\n\r\nrest", "ab",
                "X-Sum: 1\r\nETag: \"a\"\r\n"
            ),
            ("0\r\n\r\n\r\n", "", ""), ("0000000000000000\r\n\r\n", "", ""),
            ("4;a=\"\t\u{e9}\"\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", ""),
        ])
    func everySplit(text: String, content: String, trailers: String) {
        let input = Array(text.utf8)
        let whole = DecodedBody.decode([input[...]])
        #expect(whole.isComplete && whole.error == nil)
        #expect(whole.text == content)
        #expect(whole.trailers == trailers)
        forEverySplit(input) { #expect(DecodedBody.decode($0) == whole) }
    }

    @Test("leaves what follows the body alone")
    func following() {
        let body = DecodedBody.decode("5\r\nhello\r\n3\r\n wo\r\n0\r\n\r\nGET / HTTP/1.1")
        #expect(body.text == "hello wo")
        #expect(body.consumed == 23)
        #expect(DecodedBody.decode("0\r\nX: 1\r\n\r\nGET /").consumed == 11)
    }

    @Test(
        "refuses what parsers read in different ways (RFC 9112 §7.1)",
        arguments: [
            ("0x5\r\nhello", BodyError.malformedChunkSize), ("+5\r\nhello", .malformedChunkSize),
            ("-5\r\nhello", .malformedChunkSize), ("5 \r\nhello", .malformedChunkSize),
            (" 5\r\nhello", .malformedChunkSize),
            ("5\t\r\nhello", .malformedChunkSize), ("5_\r\nhello", .malformedChunkSize),
            ("1_0\r\nhello", .malformedChunkSize),
            ("\r\nhello", .malformedChunkSize), (";x\r\nhello", .malformedChunkSize),
            ("g\r\nhello", .malformedChunkSize),
            ("5h\r\nhello", .malformedChunkSize), ("\u{0}", .malformedChunkSize), ("5\u{0}\r\n", .malformedChunkSize),
            ("\"5\"\r\nhello", .malformedChunkSize), ("5.\r\nhello", .malformedChunkSize),
            ("5 ;x\r\nhello", .malformedChunkSize),
            ("5\nhello\r\n0\r\n\r\n", .malformedChunkSize), ("5\r5", .malformedChunkLine),
            ("5\rhello", .malformedChunkLine),
            ("5\r\r\n", .malformedChunkLine), ("5;\nhello", .malformedChunkLine), ("5;a\nhello", .malformedChunkLine),
            ("5;a\rb\r\nhello", .malformedChunkLine), ("5;\u{0}\r\nhello", .malformedChunkLine),
            ("5;a\u{7f}\r\nhello", .malformedChunkLine), ("5;\"\n\"\r\nhello", .malformedChunkLine),
            ("8000000000000000\r\n", .malformedChunkSize), ("ffffffffffffffff\r\n", .malformedChunkSize),
            ("10000000000000000\r\n", .malformedChunkSize), ("00000000000000005\r\n", .malformedChunkSize),
            ("fffffffffffffffff\r\n", .malformedChunkSize),
            ("5\r\nhello0\r\n\r\n", .malformedChunkEnd), ("5\r\nhello\n0\r\n\r\n", .malformedChunkEnd),
            ("5\r\nhello\r0\r\n\r\n", .malformedChunkEnd), ("5\r\nhelloworld\r\n", .malformedChunkEnd),
            ("5\r\nhello\r\r\n", .malformedChunkEnd), ("5\r\nhello \r\n", .malformedChunkEnd),
            ("0\r\n\n", .trailers(.malformedLineEnd)), ("0\r\n\r\r", .trailers(.malformedLineEnd)),
            ("0\n\n", .malformedChunkSize), ("0\r\n\rX", .trailers(.malformedLineEnd)),
        ])
    func malformed(text: String, expected: BodyError) {
        let input = Array(text.utf8)
        let whole = DecodedBody.decode([input[...]])
        #expect(whole.error == expected)
        #expect(!whole.isComplete)
        #expect(expected.status == 400)
        forEverySplit(input) { #expect(DecodedBody.decode($0).error == expected) }
    }

    @Test("reads the largest size that can be counted")
    func largestSize() {
        let body = DecodedBody.decode("7fffffffffffffff\r\nabc")
        #expect(body.error == nil)
        #expect(body.text == "abc")
        #expect(!body.isComplete)
    }

    @Test("bounds the extensions of a message all together")
    func extensions() {
        let half = "1;" + String(repeating: "x", count: 2047) + "\r\na\r\n"
        #expect(DecodedBody.decode(half + half + "0\r\n\r\n").isComplete)
        #expect(DecodedBody.decode(half + half + "0;\r\n\r\n").error == .extensionsTooLong)
        let long = "1;" + String(repeating: "x", count: 4096) + "\r\n"
        let input = Array(long.utf8)
        #expect(DecodedBody.decode([input[...]]).error == .extensionsTooLong)
        #expect(DecodedBody.decode(input.indices.map { input[$0...$0] }).error == .extensionsTooLong)
    }

    @Test("is not whole before the last chunk's empty line")
    func incomplete() {
        let input = Array("3\r\nabc\r\n0\r\n\r\n".utf8)
        for count in 0..<input.count {
            var decoder = BodyDecoder(.chunked)
            var bytes = Array(input[..<count])
            let piece = bytes.withUnsafeMutableBytes { try? decoder.decode($0) }
            #expect(piece?.consumed == count)
            #expect(!decoder.isComplete)
            #expect(decoder.endOfInput() == false)
        }
    }

    @Test("decodes many tiny chunks in one go")
    func tinyChunks() {
        let count = 20_000
        let body = DecodedBody.decode(String(repeating: "1\r\nx\r\n", count: count) + "0\r\n\r\n")
        #expect(body.content == [UInt8](repeating: UInt8(ascii: "x"), count: count))
        #expect(body.isComplete)
    }
}
