/// Finds the known name that bytes spell, in any case, with one look into a table in nearly every case.
struct FieldNameTable: Sendable {
    static let shared = FieldNameTable()

    private struct Entry {
        var key = Key(head: 0, tail: 0, count: 0)
        var name = FieldName.other
    }

    /// The first and the last bytes of a name with bit 5 set, and its length: all of a name of up to 16 bytes.
    ///
    /// For letters, digits and hyphens, of which all known names are made, setting the bit makes nothing equal but the two
    /// cases of a letter, as long as no byte is a control byte.
    private struct Key: Equatable {
        var head: UInt64
        var tail: UInt64
        var count: Int

        @inline(__always)
        init(head: UInt64, tail: UInt64, count: Int) {
            self.head = head
            self.tail = tail
            self.count = count
        }

        @inline(__always)
        init(_ name: UnsafeRawBufferPointer) {
            count = name.count
            guard let base = name.baseAddress, count > 0 else {
                head = 0
                tail = 0
                return
            }
            if count >= 8 {
                head = base.loadUnaligned(as: UInt64.self) | 0x2020_2020_2020_2020
                tail = base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) | 0x2020_2020_2020_2020
            } else if count >= 4 {
                head = UInt64(base.loadUnaligned(as: UInt32.self) | 0x2020_2020)
                tail = UInt64(base.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self) | 0x2020_2020)
            } else {
                head = UInt64(name[0] | 0x20) << 8 | UInt64(name[count / 2] | 0x20)
                tail = UInt64(name[count - 1] | 0x20)
            }
        }

        @inline(__always)
        var slot: Int {
            let mixed = (head ^ (tail &<< 1) ^ UInt64(count)) &* 0x9e37_79b9_7f4a_7c15
            return Int(truncatingIfNeeded: mixed &>> 56)
        }
    }

    private var entries = ContiguousArray(repeating: Entry(), count: 256)

    private init() {
        for name in FieldName.allCases where name != .other {
            let text = name.text
            let key = Key(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
            var slot = key.slot
            while entries[slot].name != .other { slot = (slot + 1) & 0xff }
            entries[slot] = Entry(key: key, name: name)
        }
    }

    /// The name that the bytes spell; among them is no control byte.
    @inline(__always)
    func find(_ name: UnsafeRawBufferPointer) -> FieldName {
        let key = Key(name)
        var slot = key.slot
        while true {
            let entry = entries[slot]
            if entry.name == .other { return .other }
            if entry.key == key, key.count <= 16 || FieldNameTable.middle(of: name, spells: entry.name) {
                return entry.name
            }
            slot = (slot + 1) & 0xff
        }
    }

    /// Whether the bytes that the key leaves out are those of the known name, which has more than 16.
    private static func middle(of name: UnsafeRawBufferPointer, spells known: FieldName) -> Bool {
        let text = UnsafeRawPointer(known.text.utf8Start)
        guard let base = name.baseAddress else { return false }
        var offset = 8
        while offset < name.count - 8 {
            // The last word may reach into what the key has compared.
            let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self) | 0x2020_2020_2020_2020
            guard word == text.loadUnaligned(fromByteOffset: offset, as: UInt64.self) | 0x2020_2020_2020_2020 else {
                return false
            }
            offset += 8
        }
        return true
    }
}
