import HTTP
import TestSupport
import Testing

@Suite("Body decoding")
struct BodyDecoderTests {
    @Test("counts a body of known length, however it is cut")
    func length() {
        let input = Array("helloGET /".utf8)
        forEverySplit(input) { pieces in
            let body = DecodedBody.decode(pieces, .length(5))
            #expect(body.text == "hello")
            #expect(body.consumed == 5)
            #expect(body.isComplete)
        }
    }

    @Test("is complete at once where there is no body", arguments: [BodyFraming.none, .length(0)])
    func none(framing: BodyFraming) {
        let body = DecodedBody.decode("GET /", framing)
        #expect(body.isComplete)
        #expect(body.consumed == 0 && body.content.isEmpty)
    }

    @Test("knows a cut body from a whole one when the sender closes")
    func endOfInput() throws {
        var open = BodyDecoder(.untilClose)
        var bytes = Array("abc".utf8)
        let piece = try bytes.withUnsafeMutableBytes { try open.decode($0) }
        #expect(piece == (try BodyDecoderTests.decode("abc", .length(9))))
        #expect(!open.isComplete)
        #expect(open.endOfInput() == true)
        #expect(open.isComplete)
        var cut = BodyDecoder(.length(1))
        #expect(cut.endOfInput() == false)
        var empty = BodyDecoder(.length(0))
        #expect(empty.endOfInput() == true)
        var chunked = BodyDecoder(.chunked)
        #expect(chunked.endOfInput() == false)
    }

    private static func decode(_ text: String, _ framing: BodyFraming) throws -> DecodedPiece {
        var decoder = BodyDecoder(framing)
        var bytes = Array(text.utf8)
        return try bytes.withUnsafeMutableBytes { try decoder.decode($0) }
    }

    @Test("takes an empty piece")
    func empty() throws {
        for framing in [BodyFraming.none, .length(3), .chunked, .untilClose] {
            let piece = try Self.decode("", framing)
            #expect(piece.consumed == 0 && piece.produced == 0)
        }
    }
}
