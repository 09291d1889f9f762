/// Takes the content of a message out of its framing, in place, and finds its end (RFC 9112 §6.3).
package struct BodyDecoder: Sendable {
    private enum State {
        case length
        case chunked
        case untilClose
        case complete
    }

    private var state: State
    /// How many bytes are to come, with a known length.
    private var remaining = 0
    private var chunks = ChunkedDecoder()
    private var hasChunks = false

    /// A decoder for a body that is framed so.
    package init(_ framing: BodyFraming) {
        state = .complete
        restart(framing)
    }

    /// Begins with another body.
    mutating func restart(_ framing: BodyFraming) {
        if hasChunks { chunks = ChunkedDecoder() }
        hasChunks = false
        remaining = 0
        switch framing {
        case .none, .length(0): state = .complete
        case .length(let count):
            state = .length
            remaining = count
        case .chunked:
            state = .chunked
            hasChunks = true
        case .untilClose: state = .untilClose
        }
    }

    /// Whether the end of the body was reached.
    package var isComplete: Bool { state == .complete }

    /// The trailers that may be passed on, see `ChunkedDecoder.trailers`.
    package var trailers: [UInt8] { chunks.trailers }

    /// How many bytes are still to come that are all content; 0 where that is not known.
    package var remainder: Int { state == .length ? remaining : 0 }

    /// Says that so many of the remainder were passed on without being decoded.
    package mutating func skip(_ count: Int) {
        precondition(state == .length && count <= remaining, "skipped more than content")
        remaining -= count
        if remaining == 0 { state = .complete }
    }

    /// Decodes the next bytes of the message where they are, in O(count).
    ///
    /// The content is moved to the front of `bytes`; what was not consumed stays as it was.
    package mutating func decode(_ bytes: UnsafeMutableRawBufferPointer) throws(BodyError) -> DecodedPiece {
        switch state {
        case .length:
            let count = min(remaining, bytes.count)
            remaining -= count
            if remaining == 0 { state = .complete }
            return DecodedPiece(consumed: count, produced: count)
        case .chunked:
            let piece = try chunks.decode(bytes)
            if chunks.isComplete { state = .complete }
            return piece
        case .untilClose:
            return DecodedPiece(consumed: bytes.count, produced: bytes.count)
        case .complete:
            return .nothing
        }
    }

    /// Says that the sender closed. Returns whether the body is whole; if not, it was cut short.
    package mutating func endOfInput() -> Bool {
        if state == .untilClose { state = .complete }
        return isComplete
    }
}
