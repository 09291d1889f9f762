internal import Bytes
private import CLinux

/// What bytes may stand where, for loops that run over every byte of a head.
enum ByteClasses {
    /// Whether the byte may stand in a token: a method or a field name (RFC 9110 §5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        // A bit for each of the 128 characters: constants in registers instead of a table in memory.
        let set: UInt64 = byte & 0x40 == 0 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
        return byte < 0x80 && set &>> UInt64(byte & 0x3f) & 1 == 1
    }

    /// Whether the byte may stand in a label of a host's name: a letter, a digit, `-`, `_` or `~`.
    @inline(__always)
    static func isOfLabel(_ byte: UInt8) -> Bool {
        let set: UInt64 = byte & 0x40 == 0 ? 0x03ff_2000_0000_0000 : 0x47ff_fffe_87ff_fffe
        return byte < 0x80 && set &>> UInt64(byte & 0x3f) & 1 == 1
    }
}

extension Span<UInt8> {
    /// The index of the first byte from `start` on that is a control byte other than HTAB; `end` when there is none.
    @inline(__always)
    func endOfText(from start: Int, to end: Int) -> Int {
        var index = start
        while index &+ 16 <= end {
            let hits = bytes.withUnsafeBytes { portico_control_mask16($0.baseAddress.unsafelyUnwrapped + index) }
            guard hits != 0 else {
                index &+= 16
                continue
            }
            index &+= hits.trailingZeroBitCount
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

    /// The index of the first byte from `start` on that ends a field name: a colon, a space or a control byte.
    ///
    /// `end` when there is none. Bytes before it need not be those of a token.
    @inline(__always)
    func endOfName(from start: Int, to end: Int) -> Int { endOfVisible(from: start, to: end, orAt: ASCII.colon) }

    /// The index of the first byte from `start` on that no request target may hold: a space, a control byte or `#`.
    ///
    /// `end` when there is none.
    @inline(__always)
    func endOfTarget(from start: Int, to end: Int) -> Int {
        endOfVisible(from: start, to: end, orAt: UInt8(ascii: "#"))
    }

    /// The index of the first byte from `start` on that is a space, a control byte or the mark.
    @inline(__always)
    private func endOfVisible(from start: Int, to end: Int, orAt mark: UInt8) -> Int {
        let marks = UInt64(mark) &* 0x0101_0101_0101_0101
        var index = start
        while index &+ 8 <= end {
            let word = word(at: index)
            let hits = controlBytes(in: word, below: 0x2121_2121_2121_2121) | zeroBytes(in: word ^ marks)
            guard hits == 0 else { return index &+ hits.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < end {
            let byte = self[index]
            if byte <= 0x20 || byte == 0x7f || byte == mark { return index }
            index &+= 1
        }
        return index
    }

    /// Eight bytes, the first of which is the lowest.
    @inline(__always)
    private func word(at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}

extension UnsafeRawBufferPointer {
    /// The index of the first such byte within the range, or nil.
    @inline(__always)
    func position(of byte: UInt8, in range: ByteRange) -> Int? {
        var index = Int(range.start)
        let pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
        while index &+ 8 <= range.end {
            let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let hits = zeroBytes(in: word ^ pattern)
            guard hits == 0 else { return index &+ hits.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        while index < range.end {
            if self[index] == byte { return index }
            index &+= 1
        }
        return nil
    }
}

// Both mark bytes with their highest bit, and only the lowest mark is sure: a subtraction borrows from the bytes above
// the one that it was about.

/// Marks the first byte that is DEL or below the bound, which stands in each byte of `bound`.
@inline(__always)
private func controlBytes(in word: UInt64, below bound: UInt64) -> UInt64 {
    (word &- bound) & ~word & 0x8080_8080_8080_8080 | zeroBytes(in: word ^ 0x7f7f_7f7f_7f7f_7f7f)
}

/// Marks the first byte that is 0.
@inline(__always)
private func zeroBytes(in word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
}
