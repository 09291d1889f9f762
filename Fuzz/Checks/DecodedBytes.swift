internal import HTTP

/// What decoding a piece in place delivered.
struct DecodedBytes {
    let content: ArraySlice<UInt8>
    let consumed: Int

    /// Decodes a copy of the piece and checks that the decoder kept to what it promises.
    static func decode<Failure>(
        _ piece: ArraySlice<UInt8>, _ decode: (UnsafeMutableRawBufferPointer) throws(Failure) -> DecodedPiece
    ) throws(Violation) -> Result<DecodedBytes, Failure> {
        let bytes = ExactBytes(piece)
        let result: DecodedPiece
        do throws(Failure) {
            result = try decode(bytes.memory)
        } catch {
            return .failure(error)
        }
        try require(result.consumed >= 0 && result.consumed <= piece.count, "what is taken was there")
        try require(result.produced >= 0 && result.produced <= result.consumed, "content comes from what is taken")
        try require(
            bytes.memory[result.consumed...].elementsEqual(piece.dropFirst(result.consumed)),
            "what was not taken is left alone")
        return .success(
            DecodedBytes(content: Array(bytes.memory[..<result.produced])[...], consumed: result.consumed))
    }
}
