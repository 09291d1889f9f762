internal import Glibc
internal import HTTP

/// Pieces of bodies as they are handed on.
extension HTTP2Session {
    /// A piece together with those of the same stream that follow it at once, and whether the stream's body ends with it.
    ///
    /// Frames are small, and each write to the other side is dear.
    ///
    /// - Parameter next: the place of the event behind the piece's own; what comes back is the place to go on at.
    func join(
        _ piece: UnsafeMutableRawBufferPointer, of stream: HTTP2Stream, next: Int
    ) -> (piece: UnsafeMutableRawBufferPointer, isLast: Bool, next: Int) {
        guard let start = piece.baseAddress else { return (piece, false, next) }
        var next = next
        var count = piece.count
        while next < events.count, case .data(let other, let further) = events[next], other === stream {
            if let source = further.baseAddress { memmove(start + count, source, further.count) }
            count += further.count
            next += 1
        }
        var isLast = false
        if next < events.count, case .ended(let other) = events[next], other === stream {
            isLast = true
            next += 1
        }
        return (UnsafeMutableRawBufferPointer(start: start, count: count), isLast, next)
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Hands the piece to someone who may frame it in place, and restores what is behind it: the next frame lies there.
    @inline(__always)
    func keepingMargin(_ body: () -> Void) {
        guard let end = baseAddress.map({ $0 + count }) else { return body() }
        let margin = end.loadUnaligned(as: SIMD64<UInt8>.self)
        body()
        end.storeBytes(of: margin, as: SIMD64<UInt8>.self)
    }
}
