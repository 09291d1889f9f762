internal import CZlib

/// Compresses one body after another in the form of gzip (RFC 1952).
final class GzipEncoder {
    /// How much of what was put in must come out.
    enum Flush {
        /// As much as the encoder likes.
        case none
        /// All, so that the client has it.
        case pending
        /// All, and the end of the body.
        case end
    }

    /// Input of this size fits, compressed, into a region of `outputSize` bytes together with all that the encoder held back.
    static let inputSize = Scratch.size
    /// The input once more for what cannot be compressed, and 192 KiB for zlib's window and its own output.
    static let outputSize = Scratch.size + (192 << 10)

    /// What zlib holds for a body, about.
    static let heldBytes = 272 * 1024

    /// The level of compression.
    let level: Int
    /// Whether something was put in that has not come out.
    private(set) var holdsBack = false
    private let stream: UnsafeMutablePointer<z_stream>

    /// An encoder of this level; nil where there is no memory for it.
    init?(level: Int) {
        self.level = level
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_gzip_init(stream, Int32(level)) == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Begins the next body.
    func reset() {
        deflateReset(stream)
        holdsBack = false
    }

    /// Compresses a piece of at most `inputSize` bytes into a region of at least `outputSize`; returns how many bytes that
    /// makes, nil where it fails.
    func encode(
        _ piece: UnsafeRawBufferPointer, flush: Flush, into region: UnsafeMutableRawBufferPointer
    ) -> Int? {
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(piece.count)
        stream.pointee.next_out = region.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(region.count)
        let result =
            switch flush {
            case .none: deflate(stream, Z_NO_FLUSH)
            case .pending: deflate(stream, Z_SYNC_FLUSH)
            case .end: deflate(stream, Z_FINISH)
            }
        // It says so where there was nothing to do.
        let isGood = result == Z_OK || result == Z_BUF_ERROR && flush != .end || result == Z_STREAM_END
        guard isGood, (result == Z_STREAM_END) == (flush == .end), stream.pointee.avail_in == 0,
            stream.pointee.avail_out > 0
        else { return nil }
        if flush != .none { holdsBack = false } else if piece.count > 0 { holdsBack = true }
        return region.count - Int(stream.pointee.avail_out)
    }
}
