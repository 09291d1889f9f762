/// The steps of a hash table with open addressing, for names that lie somewhere else in memory.
enum NameTable {
    /// The number of slots for so many names: a power of two, at most half full.
    static func size(for count: Int) -> Int {
        var size = 8
        while size < count * 2 { size *= 2 }
        return size
    }

    /// Where to look for a name first. The hash is seeded anew in each process.
    static func start(_ name: UnsafeRawBufferPointer, slots: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: name)
        return hasher.finalize() & (slots - 1)
    }

    /// Where to look after a slot that another name has taken.
    static func next(_ slot: Int, slots: Int) -> Int { (slot + 1) & (slots - 1) }

    /// Whether both names have the same bytes.
    static func equals(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        a.count == b.count && a.elementsEqual(b)
    }
}
