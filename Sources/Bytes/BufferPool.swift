#if canImport(Glibc)
    private import Glibc
#endif

/// Blocks of one size for the buffers of one thread, so that a request costs no malloc.
package final class BufferPool {
    /// The size of a block in bytes.
    package let blockSize: Int
    /// How many free blocks are kept at the most.
    package let limit: Int
    /// The free block to lend next; each free block begins with the address of a further one.
    private var first: UnsafeMutableRawPointer?
    private var count = 0

    /// A pool that keeps at most `limit` free blocks of `blockSize` bytes.
    package init(blockSize: Int = 16_384, limit: Int = 256) {
        precondition(blockSize >= MemoryLayout<UnsafeMutableRawPointer?>.size, "blocks without room for an address")
        self.blockSize = blockSize
        self.limit = limit
    }

    deinit { while let block = take() { free(block) } }

    @inline(__always)
    private func take() -> UnsafeMutableRawPointer? {
        guard let block = first else { return nil }
        first = block.load(as: UnsafeMutableRawPointer?.self)
        count -= 1
        return block
    }

    /// Gives the buffer a block when it has no memory.
    @inline(__always)
    package func lend(to buffer: inout ByteBuffer) {
        guard buffer.capacity == 0 else { return }
        if let block = take() {
            buffer = ByteBuffer(adopting: block, capacity: blockSize)
        } else {
            buffer = ByteBuffer(capacity: blockSize)
        }
    }

    /// Takes the memory of the buffer back, with whatever it holds.
    @inline(__always)
    package func reclaim(from buffer: inout ByteBuffer) {
        guard let (block, capacity) = buffer.surrender() else { return }
        if capacity == blockSize, count < limit {
            block.storeBytes(of: first, as: UnsafeMutableRawPointer?.self)
            first = block
            count += 1
        } else {
            free(block)
        }
    }
}
