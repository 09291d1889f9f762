internal import Bytes

/// The bytes about a piece of content that is sent as one chunk (RFC 9112 §7.1).
package enum ChunkFrame {
    /// The most bytes that stand before a chunk's content: 16 digits, CR and LF.
    package static let maxPrefix = 18
    /// What stands behind a chunk's content.
    package static let suffix: StaticString = "\r\n"
    /// The chunk that ends a body; trailer lines may follow, then `suffix`.
    package static let lastChunk: StaticString = "0\r\n"
    /// The end of a body without trailers.
    package static let end: StaticString = "0\r\n\r\n"

    /// How many bytes a piece of content takes with its framing, and with the end of the body where it is the last one.
    package static func framedCount(of count: Int, isLast: Bool) -> Int {
        guard count > 0 else { return isLast ? end.utf8CodeUnitCount : 0 }
        let digits = (UInt.bitWidth - UInt(count).leadingZeroBitCount + 3) / 4
        return digits + 4 + count + (isLast ? end.utf8CodeUnitCount : 0)
    }

    /// Writes the first line of a chunk just before its content, so that the content need not move.
    ///
    /// - Parameters:
    ///   - count: the size of the content, at least 1: an empty chunk would end the body.
    ///   - content: where the content begins; `maxPrefix` bytes before it may be written to.
    /// - Returns: how many bytes were written.
    package static func writePrefix(count: Int, endingAt content: UnsafeMutableRawPointer) -> Int {
        precondition(count > 0, "an empty chunk ends the body")
        content.storeBytes(of: ASCII.lineFeed, toByteOffset: -1, as: UInt8.self)
        content.storeBytes(of: ASCII.carriageReturn, toByteOffset: -2, as: UInt8.self)
        var rest = count
        var written = 2
        while rest > 0 {
            let digit = UInt8(rest & 0xf)
            written += 1
            content.storeBytes(of: digit < 10 ? 0x30 + digit : 0x57 + digit, toByteOffset: -written, as: UInt8.self)
            rest >>= 4
        }
        return written
    }
}
