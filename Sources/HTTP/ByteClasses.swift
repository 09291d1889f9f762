/// What bytes may stand where, for loops that run over every byte of a head.
enum ByteClasses {
    /// Whether the byte may stand in a token: a method or a field name (RFC 9110 §5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        // A bit for each of the 128 characters: constants in registers instead of a table in memory.
        let set: UInt64 = byte & 0x40 == 0 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
        return byte < 0x80 && set &>> UInt64(byte & 0x3f) & 1 == 1
    }
}

extension Span<UInt8> {
    /// The index of the first byte from `start` on that is a control byte other than HTAB; `end` when there is none.
    @inline(__always)
    func endOfText(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let hits = controlBytes(in: word(at: index), below: 0x2020_2020_2020_2020)
            guard hits != 0 else {
                index &+= 8
                continue
            }
            index &+= hits.trailingZeroBitCount &>> 3
            guard self[index] == 0x09 else { return index }
            index &+= 1
        }
        while index < end {
            let byte = self[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7f { return index }
            index &+= 1
        }
        return index
    }

    /// The index of the first byte from `start` on that is a space or a control byte; `end` when there is none.
    @inline(__always)
    func endOfWord(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 8 <= end {
            let hits = controlBytes(in: word(at: index), below: 0x2121_2121_2121_2121)
            guard hits == 0 else { return index &+ hits.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < end {
            let byte = self[index]
            if byte <= 0x20 || byte == 0x7f { return index }
            index &+= 1
        }
        return index
    }

    /// Eight bytes, the first of which is the lowest.
    @inline(__always)
    private func word(at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// A word whose lowest set bit is the highest bit of the first byte that is DEL or below the bound.
    ///
    /// Higher set bits mean nothing: a subtraction borrows from the bytes above the one that it was about.
    @inline(__always)
    private func controlBytes(in word: UInt64, below bound: UInt64) -> UInt64 {
        let difference = word ^ 0x7f7f_7f7f_7f7f_7f7f
        let low = (word &- bound) & ~word
        let delete = (difference &- 0x0101_0101_0101_0101) & ~difference
        return (low | delete) & 0x8080_8080_8080_8080
    }
}
