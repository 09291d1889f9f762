internal import Net

/// What a `FixedTable` knows of a key.
protocol FixedTableEntry: Sendable {
    /// An entry of no key, in whose place any other may stand.
    static var empty: Self { get }
    var key: LimitKey { get }
    /// How dear it would be to forget it; 0 where it says nothing any more.
    func worth(at now: Instant) -> UInt64
}

/// A table of a fixed size that forgets what is worth least when it is full.
///
/// A key has eight places, which a secret of the process chooses, so that nobody can have the keys of others forgotten on
/// purpose; and since what comes new is worth little, a flood of new keys forgets itself. The memory is taken with the first
/// entry.
struct FixedTable<Entry: FixedTableEntry>: Sendable {
    private static var places: Int { 8 }

    private let capacity: Int
    private var entries: ContiguousArray<Entry> = []

    /// An empty table for so many entries, a multiple of eight.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity % Self.places == 0, "a table has whole groups of places")
        self.capacity = capacity
    }

    /// What is known of the key; nil for nothing.
    subscript(key: LimitKey) -> Entry? { place(of: key).map { entries[$0] } }

    /// Takes note of an entry, in the place of the one with the same key, or of the one that is worth least.
    mutating func store(_ entry: Entry, at now: Instant) {
        if let place = place(of: entry.key) {
            entries[place] = entry
            return
        }
        if entries.isEmpty { entries = ContiguousArray(repeating: .empty, count: capacity) }
        let group = group(of: entry.key)
        var place = group.lowerBound
        var least = UInt64.max
        for candidate in group {
            let worth = entries[candidate].worth(at: now)
            guard worth < least else { continue }
            least = worth
            place = candidate
        }
        entries[place] = entry
    }

    private func place(of key: LimitKey) -> Int? {
        entries.isEmpty ? nil : group(of: key).first { entries[$0].key == key }
    }

    private func group(of key: LimitKey) -> Range<Int> {
        let start = key.part(of: capacity / Self.places) * Self.places
        return start..<start + Self.places
    }
}
