#if canImport(Glibc)
    private import Glibc
#endif

/// Blocks of one size for the buffers of one thread, so that a request costs no malloc.
package final class BufferPool {
    /// The size of a block in bytes.
    package let blockSize: Int
    /// How many free blocks are kept at the most.
    package let limit: Int
    private var blocks: ContiguousArray<UnsafeMutableRawPointer> = []

    /// A pool that keeps at most `limit` free blocks of `blockSize` bytes.
    package init(blockSize: Int = 16_384, limit: Int = 256) {
        self.blockSize = blockSize
        self.limit = limit
    }

    deinit { for block in blocks { free(block) } }

    /// Gives the buffer a block when it has no memory.
    @inline(__always)
    package func lend(to buffer: inout ByteBuffer) {
        guard buffer.capacity == 0 else { return }
        if let block = blocks.popLast() {
            buffer = ByteBuffer(adopting: block, capacity: blockSize)
        } else {
            buffer = ByteBuffer(capacity: blockSize)
        }
    }

    /// Takes the memory of the buffer back, with whatever it holds.
    @inline(__always)
    package func reclaim(from buffer: inout ByteBuffer) {
        guard let (block, capacity) = buffer.surrender() else { return }
        if capacity == blockSize, blocks.count < limit {
            blocks.append(block)
        } else {
            free(block)
        }
    }
}
