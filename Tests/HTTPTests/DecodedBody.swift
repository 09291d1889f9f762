import HTTP

/// What a body decoder made of pieces that were given to it one after another.
struct DecodedBody: Equatable {
    var content: [UInt8] = []
    var consumed = 0
    var isComplete = false
    var trailers = ""
    var error: BodyError?

    var text: String { String(decoding: content, as: UTF8.self) }

    /// Decodes the pieces as a receiver would: what was not consumed is left alone, and nothing more is fed then.
    static func decode(_ pieces: [ArraySlice<UInt8>], _ framing: BodyFraming = .chunked) -> DecodedBody {
        var decoder = BodyDecoder(framing)
        var body = DecodedBody()
        for piece in pieces {
            var bytes = Array(piece)
            do {
                let decoded = try bytes.withUnsafeMutableBytes { try decoder.decode($0) }
                body.content += bytes[..<decoded.produced]
                body.consumed += decoded.consumed
                precondition(Array(piece)[decoded.consumed...] == bytes[decoded.consumed...])
                if decoded.consumed < piece.count { break }
            } catch {
                body.error = error as? BodyError
                break
            }
        }
        body.isComplete = decoder.isComplete
        body.trailers = String(decoding: decoder.trailers, as: UTF8.self)
        return body
    }

    /// Decodes text that arrives at once.
    static func decode(_ text: String, _ framing: BodyFraming = .chunked) -> DecodedBody {
        decode([Array(text.utf8)[...]], framing)
    }
}
