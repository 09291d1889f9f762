internal import CNghttp2
private import Glibc

/// The memory of one session in which nghttp2 keeps nothing while the connection is idle: the frame that is being sent, 16 KiB,
/// and the table of streams.
///
/// It is apart from all other memory, in pages of its own, so that `release()` can give it back to the system. Where it is asked for
/// other memory, or cannot be had, the C library gives it.
final class HTTP2SessionMemory {
    private let pages: HTTP2PagePool
    private var slot: UnsafeMutableRawPointer?
    private var isFrameTaken = false
    private var isTableTaken = false

    /// Memory from the pool.
    init(_ pages: HTTP2PagePool) {
        self.pages = pages
        slot = pages.take()
    }

    deinit { if let slot { pages.giveBack(slot) } }

    /// The functions by which nghttp2 asks for memory. This object must outlive the session.
    var functions: nghttp2_mem {
        nghttp2_mem(
            mem_user_data: Unmanaged.passUnretained(self).toOpaque(),
            malloc: { size, owner in HTTP2SessionMemory.with(owner) { $0.allocate(size) } },
            free: { memory, owner in HTTP2SessionMemory.with(owner) { $0.free(memory) } },
            calloc: { count, size, owner in HTTP2SessionMemory.with(owner) { $0.allocateZeroed(count, size) } },
            realloc: { memory, size, owner in HTTP2SessionMemory.with(owner) { $0.reallocate(memory, size) } })
    }

    /// Gives the pages back to the system. Only for a session that has no streams and nothing to send: then the frame is of no
    /// use any more, and the table is empty. It is looked at, and stays where it is not.
    func release() {
        guard let slot else { return }
        let table = UnsafeRawBufferPointer(start: slot + Self.tableOffset, count: HTTP2PagePool.pageSize)
        let isTableEmpty = !table.bindMemory(to: UInt64.self).contains { $0 != 0 }
        pages.release(slot, count: isTableEmpty ? HTTP2PagePool.slotSize : Self.tableOffset)
    }

    private static let tableOffset = HTTP2PagePool.slotSize - HTTP2PagePool.pageSize

    /// Calls `body` with the memory of the session that nghttp2 works for, which holds it; so it is not counted on the way.
    @inline(__always)
    private static func with<Result>(
        _ owner: UnsafeMutableRawPointer?, _ body: (HTTP2SessionMemory) -> Result
    ) -> Result {
        guard let owner else { preconditionFailure("nghttp2 has lost its memory") }
        return Unmanaged<HTTP2SessionMemory>.fromOpaque(owner)._withUnsafeGuaranteedRef(body)
    }

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        // Nothing else that is so large is asked for as a rule, and it would do no harm here.
        guard size >= 16_384, size <= Self.tableOffset, !isFrameTaken, let slot else { return malloc(size) }
        isFrameTaken = true
        return slot
    }

    private func allocateZeroed(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
        guard count > 1, count.multipliedReportingOverflow(by: size) == (HTTP2PagePool.pageSize, false), !isTableTaken,
            let slot
        else { return calloc(count, size) }
        isTableTaken = true
        let table = slot + Self.tableOffset
        memset(table, 0, HTTP2PagePool.pageSize)
        return table
    }

    private func reallocate(_ memory: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
        guard let memory else { return allocate(size) }
        guard let held = heldCount(memory) else { return realloc(memory, size) }
        guard let moved = malloc(size) else { return nil }
        memcpy(moved, memory, min(held, size))
        free(memory)
        return moved
    }

    private func free(_ memory: UnsafeMutableRawPointer?) {
        guard let slot, let memory, heldCount(memory) != nil else { return Glibc.free(memory) }
        if memory == slot { isFrameTaken = false } else { isTableTaken = false }
    }

    /// How many bytes there are in a part of the pages; nil for memory of the C library.
    @inline(__always)
    private func heldCount(_ memory: UnsafeMutableRawPointer) -> Int? {
        guard let slot else { return nil }
        if memory == slot { return Self.tableOffset }
        return memory == slot + Self.tableOffset ? HTTP2PagePool.pageSize : nil
    }
}
