internal import Bytes
internal import HTTP

/// Chunked bodies: the same content however the bytes are cut, the content that a plain reading finds, and no byte
/// behind the end touched.
enum ChunkedBodyCheck {
    /// What came of a body; of one that failed only why.
    enum Outcome: Equatable {
        case unfinished(content: [UInt8])
        case failed(BodyError)
        case complete(content: [UInt8], trailers: [UInt8], count: Int)
    }

    static func run(_ input: [UInt8]) throws(Violation) {
        let whole = try decode(input, arriving: Arrival(ends: [input.count]))
        for arrival in Arrival.all(of: input).dropFirst() {
            try requireEqual(
                try decode(input, arriving: arrival), whole, "the body cut at \(arrival.ends.dropLast())")
        }
        switch whole {
        case .failed: break
        case .unfinished(let content):
            try require(content.count <= input.count, "content comes from the input")
        case .complete(let content, let trailers, let count):
            try require(content.count + 5 <= count, "content and framing come from the input")
            let plain = PlainChunks.read(input[...])
            try requireEqual(plain?.content, content, "the content as a plain reader sees it")
            try requireEqual(plain?.count, count, "the end of the body as a plain reader sees it")
            try requireEqual(try decode(Array(input[..<count])), whole, "the body without what follows it")
            try checkTrailers(trailers)
            try checkRewritten(content, trailers)
            if case .complete = try decode(Array(input[..<(count - 1)])) {
                throw Violation("the body is complete without its last byte")
            }
        }
    }

    private static func decode(_ input: [UInt8]) throws(Violation) -> Outcome {
        try decode(input, arriving: Arrival(ends: [input.count]))
    }

    private static func decode(_ input: [UInt8], arriving arrival: Arrival) throws(Violation) -> Outcome {
        var decoder = BodyDecoder(.chunked)
        var content: [UInt8] = []
        var count = 0
        for piece in arrival.pieces(of: input) {
            let result: Result<DecodedBytes, BodyError> = try DecodedBytes.decode(piece) { (bytes) throws(BodyError) in
                try decoder.decode(bytes)
            }
            switch result {
            case .failure(let error): return .failed(error)
            case .success(let decoded):
                content += decoded.content
                count += decoded.consumed
                if decoder.isComplete {
                    return .complete(content: content, trailers: decoder.trailers, count: count)
                }
                try require(decoded.consumed == piece.count, "all is taken of a body that goes on")
            }
        }
        return .unfinished(content: content)
    }

    /// RFC 9110 §6.5.1: no trailer may change what the head decided.
    private static func checkTrailers(_ trailers: [UInt8]) throws(Violation) {
        guard !trailers.isEmpty else { return }
        let plain = try PlainHead((Array("trailers:\r\n".utf8) + trailers + Array("\r\n".utf8))[...])
        for field in plain.fields {
            let known = field.name.withUnsafeBytes { FieldName($0) }
            try require(known == .other || known == .etag, "the trailer \(field.name.text) is passed on")
            try require(!field.name.isEmpty && field.name.allSatisfy(\.isTokenByte), "\(field.name.text) is a token")
        }
    }

    /// What is passed on in new chunks has the same content and trailers.
    private static func checkRewritten(_ content: [UInt8], _ trailers: [UInt8]) throws(Violation) {
        let text = written { output in
            for start in stride(from: 0, to: content.count, by: 1000) {
                let piece = content[start..<min(content.count, start + 1000)]
                let frame = ExactBytes(Array(repeating: 0, count: ChunkFrame.maxPrefix) + piece)
                let count = ChunkFrame.writePrefix(
                    count: piece.count, endingAt: frame.memory.baseAddress.unsafelyUnwrapped + ChunkFrame.maxPrefix)
                output.append(UnsafeRawBufferPointer(rebasing: frame.memory[(ChunkFrame.maxPrefix - count)...]))
                output.append(ChunkFrame.suffix)
            }
            output.append(ChunkFrame.lastChunk)
            output.append(trailers)
            output.append(ChunkFrame.suffix)
        }
        // A trailer line grows by the blank behind its colon, up to past the limit.
        if trailers.count > 8000 { return }
        try requireEqual(
            try decode(text), .complete(content: content, trailers: trailers, count: text.count),
            "the body in new chunks")
    }
}
