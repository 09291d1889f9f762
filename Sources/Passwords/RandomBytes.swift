private import COpenSSL

/// Bytes that nobody can foresee (RAND_bytes(3)).
package enum RandomBytes {
    /// `count` new random bytes. The process ends when the system has no randomness, since nothing it did would be safe.
    package static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
            precondition(RAND_bytes(memory.baseAddress, Int32(count)) == 1, "the system has no randomness")
            filled = count
        }
    }

    /// `count` random characters out of an alphabet of 64.
    static func letters(_ count: Int, of alphabet: StaticString) -> [UInt8] {
        make(count).map { alphabet.utf8Start[Int($0 & 63)] }
    }
}
