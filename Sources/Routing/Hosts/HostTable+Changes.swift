internal import Bytes

extension HostTable {
    /// Takes the names of hosts out and puts those of others in, as if the table had been made so from the start.
    ///
    /// - Parameters:
    ///   - gone: the indices of the hosts to take out, in ascending order, as they are now, with their names.
    ///   - new: the indices of the hosts to put in, in ascending order, as they shall be afterwards, with their names.
    /// - Returns: false where the table has to be made anew and must not be used: for regular expressions, for names that
    ///   several hosts have, and where there is not room enough.
    /// - Complexity: for each host that of a look at every entry, which is far less than to put them in.
    mutating func change(
        gone: [(index: Int, names: [HostPattern])], new: [(index: Int, names: [HostPattern])]
    ) -> Bool {
        version = UInt64.random(in: .min ... .max)
        guard !hasNamesakes, patterns.isEmpty else { return false }
        for (index, names) in gone.reversed() {
            for name in names {
                guard let (text, kind) = Self.entry(of: name), text.withBytes({ remove($0, kind) }) else {
                    return false
                }
            }
            shift(by: -1, from: index)
        }
        for (index, names) in new {
            shift(by: 1, from: index)
            for name in names {
                guard Self.entry(of: name) != nil, (used + 1) * 2 <= slots.count, text.count < longestText else {
                    return false
                }
                insert(name, host: index)
            }
        }
        return !hasNamesakes
    }

    /// Beyond that there is more text of names that are gone than there may be.
    private var longestText: Int { slots.count * 64 }

    private mutating func shift(by distance: Int32, from index: Int) {
        let first = Int32(index)
        slots.withUnsafeMutableBufferPointer { slots in
            for place in slots.indices where slots[place].host >= first { slots[place].host += distance }
        }
    }

    /// Takes an entry out, and moves up those behind it that would not be found any more.
    private mutating func remove(_ name: UnsafeRawBufferPointer, _ kind: Kind) -> Bool {
        guard var hole = place(of: name, kind) else { return false }
        let mask = slots.count - 1
        var next = (hole + 1) & mask
        while slots[next].host >= 0 {
            let slot = slots[next]
            let home = text.withUnsafeBytes { text in
                let start = Int(slot.start)
                let bytes = UnsafeRawBufferPointer(rebasing: text[start..<start + Int(slot.count)])
                return Int(truncatingIfNeeded: hash(of: bytes, slot.kind)) & mask
            }
            if (next - home) & mask >= (next - hole) & mask {
                slots[hole] = slot
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole].host = -1
        used -= 1
        return true
    }
}
