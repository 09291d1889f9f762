internal import Bytes

/// Takes the content out of chunks (RFC 9112 §7.1), in place and as they arrive.
///
/// Strict where parsers are known to differ: no white space or sign about a size, CR LF only, extensions without control
/// bytes. Extensions are dropped.
package struct ChunkedDecoder: Sendable {
    /// The extensions of one message, in bytes, with their semicolons.
    static let extensionLimit = 4096

    private enum State {
        /// Before the first digit of a chunk size.
        case sizeStart
        case size(digits: Int)
        case sizeExtension
        /// Behind the CR of a chunk's first line.
        case sizeLineFeed
        /// Within a chunk of which `remaining` bytes are to come.
        case data
        case dataCarriageReturn
        case dataLineFeed
        /// Behind the line of the last chunk.
        case trailerStart
        /// Behind a CR at the start of the first trailer line.
        case finalLineFeed
        case trailers
        case complete
    }

    private var state = State.sizeStart
    /// The size of the chunk as read so far, then how much of it is to come.
    private var remaining = 0
    private var extensionCount = 0
    private var trailerSection = TrailerSection()

    /// The trailers that may be passed on, each as `name: value` CR LF; empty when there are none.
    ///
    /// Fields that would change framing, routing, identity or the meaning of the content were left out
    /// (RFC 9110 §6.5.1). To be read when complete.
    package var trailers: [UInt8] { trailerSection.passable }

    /// A decoder before the first chunk.
    package init() {}

    /// Whether the last chunk and the trailers were read.
    package var isComplete: Bool {
        if case .complete = state { true } else { false }
    }

    /// Decodes the next bytes of the message where they are, in O(count).
    ///
    /// The content is moved to the front of `bytes`; what was not consumed stays as it was.
    package mutating func decode(_ bytes: UnsafeMutableRawBufferPointer) throws(BodyError) -> DecodedPiece {
        var piece = DecodedPiece.nothing
        while piece.consumed < bytes.count {
            switch state {
            case .sizeStart, .size, .sizeExtension, .sizeLineFeed:
                try readSizeLine(bytes, &piece.consumed)
            case .data:
                let count = min(remaining, bytes.count - piece.consumed)
                if piece.produced != piece.consumed, let base = bytes.baseAddress {
                    (base + piece.produced).copyMemory(from: base + piece.consumed, byteCount: count)
                }
                piece.consumed += count
                piece.produced += count
                remaining -= count
                if remaining == 0 { state = .dataCarriageReturn }
            case .dataCarriageReturn:
                guard bytes[piece.consumed] == ASCII.carriageReturn else { throw .malformedChunkEnd }
                piece.consumed += 1
                state = .dataLineFeed
            case .dataLineFeed:
                guard bytes[piece.consumed] == ASCII.lineFeed else { throw .malformedChunkEnd }
                piece.consumed += 1
                state = .sizeStart
            case .trailerStart, .finalLineFeed, .trailers:
                try readTrailers(bytes, &piece.consumed)
            case .complete:
                return piece
            }
        }
        return piece
    }

    private mutating func readSizeLine(_ bytes: UnsafeMutableRawBufferPointer, _ index: inout Int) throws(BodyError) {
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch state {
            case .sizeStart:
                guard let digit = ASCII.hexValue(byte) else { throw .malformedChunkSize }
                remaining = Int(digit)
                state = .size(digits: 1)
            case .size(let digits):
                if let digit = ASCII.hexValue(byte) {
                    guard digits < 16, remaining >> 59 == 0 else { throw .malformedChunkSize }
                    remaining = remaining << 4 | Int(digit)
                    state = .size(digits: digits + 1)
                } else if byte == ASCII.carriageReturn {
                    state = .sizeLineFeed
                } else if byte == ASCII.semicolon {
                    extensionCount += 1
                    state = .sizeExtension
                } else {
                    throw .malformedChunkSize
                }
            case .sizeExtension:
                if byte == ASCII.carriageReturn {
                    state = .sizeLineFeed
                } else {
                    guard byte >= 0x20 && byte != 0x7f || byte == ASCII.tab else { throw .malformedChunkLine }
                    extensionCount += 1
                }
                guard extensionCount <= Self.extensionLimit else { throw .extensionsTooLong }
            default:
                guard byte == ASCII.lineFeed else { throw .malformedChunkLine }
                state = remaining == 0 ? .trailerStart : .data
                return
            }
        }
    }

    private mutating func readTrailers(_ bytes: UnsafeMutableRawBufferPointer, _ index: inout Int) throws(BodyError) {
        switch state {
        case .trailerStart where bytes[index] == ASCII.carriageReturn:
            index += 1
            state = .finalLineFeed
        case .finalLineFeed:
            guard bytes[index] == ASCII.lineFeed else { throw .trailers(.malformedLineEnd) }
            index += 1
            state = .complete
        default:
            state = .trailers
            if try trailerSection.read(bytes, &index) { state = .complete }
        }
    }
}
