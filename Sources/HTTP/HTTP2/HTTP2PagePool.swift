private import Glibc

/// Pages for the sessions of one thread, a slot for each, which can be given back to the system while they stay taken.
final class HTTP2PagePool {
    /// What a page is taken for; where the system's are of another size, nothing is given back.
    static let pageSize = 4096
    /// The size of a slot: a frame of nghttp2 with its header, and a page for its table of streams.
    static let slotSize = 6 * pageSize

    private static let slotsPerMapping = 64
    /// How many free slots keep their memory.
    private static let warmLimit = 64

    private var free: ContiguousArray<UnsafeMutableRawPointer> = []
    private var mappings: ContiguousArray<UnsafeMutableRawPointer> = []

    /// A pool that has mapped nothing yet.
    init() {}

    deinit { for mapping in mappings { munmap(mapping, Self.slotSize * Self.slotsPerMapping) } }

    /// A slot with anything in it; nil when there is no memory.
    func take() -> UnsafeMutableRawPointer? {
        if free.isEmpty { map() }
        return free.popLast()
    }

    /// Takes a slot back.
    func giveBack(_ slot: UnsafeMutableRawPointer) {
        if free.count >= Self.warmLimit { release(slot, count: Self.slotSize) }
        free.append(slot)
    }

    /// Gives the memory of a slot's first bytes, whole pages, back to the system; they read as zero when they are used again.
    func release(_ slot: UnsafeMutableRawPointer, count: Int) {
        if Self.canRelease { madvise(slot, count, Int32(MADV_DONTNEED)) }
    }

    // The kernel would round up to its pages, and take what is other slots'.
    private static let canRelease = sysconf(Int32(_SC_PAGESIZE)) == pageSize

    private func map() {
        let size = Self.slotSize * Self.slotsPerMapping
        guard let mapping = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | Int32(MAP_ANONYMOUS), -1, 0),
            mapping != MAP_FAILED
        else { return }
        // A slot is mostly empty, which large pages would undo.
        madvise(mapping, size, Int32(MADV_NOHUGEPAGE))
        mappings.append(mapping)
        for index in (0..<Self.slotsPerMapping).reversed() { free.append(mapping + index * Self.slotSize) }
    }
}
