internal import Bytes
internal import HTTP
internal import Net
internal import TLS

extension Transport {
    /// What TLS holds for a connection, about.
    private static let sizeOfTLS = 32 * 1024

    /// Roughly how many bytes of memory it holds.
    var heldBytes: Int { pendingCount + (tls == nil ? 0 : Self.sizeOfTLS) }

    private static let lastChunk: StaticString = "\r\n0\r\n\r\n"
    private static let chunkEnd: StaticString = "\r\n"

    /// Sends a piece of a body, framed in place as its coding demands.
    ///
    /// At least `Scratch.margin` bytes before and behind the piece are overwritten where the coding is chunked.
    /// - Parameter endsStream: whether nothing follows the last piece, neither another message.
    func write(
        piece: UnsafeMutableRawBufferPointer, coding: BodyFraming, isLast: Bool, endsStream: Bool = false
    ) -> WriteResult {
        let ends = isLast && endsStream
        guard let start = piece.baseAddress, piece.count > 0 else {
            guard isLast, coding == .chunked else { return hasPending ? .pending : .complete }
            return write(ChunkFrame.end.bytes, ends: ends)
        }
        guard coding == .chunked else { return write(UnsafeRawBufferPointer(piece), ends: ends) }
        let prefix = ChunkFrame.writePrefix(count: piece.count, endingAt: start)
        let suffix = isLast ? Self.lastChunk : Self.chunkEnd
        (start + piece.count).copyMemory(from: suffix.utf8Start, byteCount: suffix.utf8CodeUnitCount)
        let framed = UnsafeRawBufferPointer(
            start: start - prefix, count: prefix + piece.count + suffix.utf8CodeUnitCount)
        return write(framed, ends: ends)
    }
}

extension StaticString {
    /// The literal's bytes, which live as long as the process.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}
