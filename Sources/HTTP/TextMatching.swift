extension UnsafeRawBufferPointer {
    /// Whether the bytes are exactly the text of the literal.
    ///
    /// Inlined so that the literal becomes constants: two overlapping words cover any length from 4 to 16.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let base = baseAddress else { return false }
        return base.matches(UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount, folding: 0)
    }

    /// Whether the bytes begin with the text of the literal.
    @inline(__always)
    func prefixEquals(_ text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount, let base = baseAddress else { return false }
        return base.matches(UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount, folding: 0)
    }

    /// Whether the bytes, which hold no control byte but HTAB, are the literal in any case of its letters.
    ///
    /// The literal holds lower-case letters, digits and `-./:` only: for those, setting bit 5 of each byte makes no other
    /// character equal than the two cases of a letter.
    @inline(__always)
    func equalsFolded(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount, let base = baseAddress else { return false }
        return base.matches(
            UnsafeRawPointer(text.utf8Start), count: text.utf8CodeUnitCount, folding: 0x2020_2020_2020_2020)
    }
}

extension UnsafeRawPointer {
    @inline(__always)
    fileprivate func matches(_ other: UnsafeRawPointer, count: Int, folding: UInt64) -> Bool {
        if count >= 8 {
            var offset = 0
            while offset < count - 8 {
                guard word(at: offset) | folding == other.word(at: offset) else { return false }
                offset += 8
            }
            return word(at: count - 8) | folding == other.word(at: count - 8)
        }
        if count >= 4 {
            let folding = UInt32(truncatingIfNeeded: folding)
            return half(at: 0) | folding == other.half(at: 0)
                && half(at: count - 4) | folding == other.half(at: count - 4)
        }
        for index in 0..<count {
            let byte = load(fromByteOffset: index, as: UInt8.self) | UInt8(truncatingIfNeeded: folding)
            guard byte == other.load(fromByteOffset: index, as: UInt8.self) else { return false }
        }
        return true
    }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 { loadUnaligned(fromByteOffset: offset, as: UInt64.self) }

    @inline(__always)
    private func half(at offset: Int) -> UInt32 { loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
}
