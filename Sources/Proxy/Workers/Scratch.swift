/// One worker's memory for the piece that is being passed on right now.
///
/// Pieces are read into it, decoded in place and written out of it before anything else is read, so no connection
/// needs a body buffer of its own. Margins on both sides leave room to frame a piece without copying it.
final class Scratch {
    /// The bytes before and behind `region` that whoever frames the piece may write.
    static let margin = 64
    /// The size of the largest piece of an answer.
    static let size = 128 * 1024
    /// What a read over TLS may bring beyond what it receives: a record that was begun before.
    private static let surplus = 17 * 1024

    private let memory: UnsafeMutableRawBufferPointer

    private let count: Int

    /// Memory for pieces of this size.
    init(size: Int = Scratch.size) {
        count = size
        memory = .allocate(byteCount: 2 * size + Self.surplus + 2 * Self.margin, alignment: 64)
    }

    deinit { memory.deallocate() }

    /// As much of the memory between the margins as an answer may be passed on at once.
    @inline(__always)
    func region(for exchange: Exchange?) -> UnsafeMutableRawBufferPointer {
        guard let exchange, exchange.pacer != nil || exchange.downstream.isStream else { return region }
        let limit = min(exchange.pacer?.largestPiece ?? Self.size, exchange.downstream.pieceLimit, Self.size)
        return UnsafeMutableRawBufferPointer(rebasing: region[..<limit])
    }

    /// The memory between the margins.
    @inline(__always)
    var region: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[Self.margin..<Self.margin + count])
    }

    /// Room for all that a read over TLS may bring which receives as much as `region` holds, so that nothing is left behind of it:
    /// a few bytes that come by themselves cost as much to pass on as a large piece.
    @inline(__always)
    var room: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[Self.margin..<Self.margin + count + Self.surplus])
    }

    /// The same for two such reads, whose bytes go on in one write: what a write costs hardly depends on its size.
    @inline(__always)
    var wideRoom: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: memory[Self.margin..<memory.count - Self.margin])
    }
}
