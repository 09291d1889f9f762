/// What decoding in place made of the bytes that it was given.
package struct DecodedPiece: Equatable, Sendable {
    /// How many bytes were used up; behind them the next message begins, or bytes that are not needed yet.
    package var consumed: Int
    /// How many bytes of content stand at the front now.
    package var produced: Int

    /// Nothing used and nothing made.
    static let nothing = DecodedPiece(consumed: 0, produced: 0)
}
