internal import Bytes
private import Glibc

/// Which backend a key belongs to: the one with the highest score for it (rendezvous hashing).
///
/// Scores depend on nothing but the key and the backend, so every worker sends a key to the same one, and a backend that
/// comes or goes moves only its own keys.
enum Affinity {
    /// A number for bytes (FNV-1a).
    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return hash
    }

    /// A number for the network that a client is in, as far as `ip_hash` looks: the first three bytes of an IPv4 address.
    static func hash(_ address: IPAddress) -> UInt64 {
        address.isIPv6 ? mixed(address.upper ^ mixed(address.lower)) : mixed(address.lower >> 8)
    }

    /// How much a key belongs to a backend; the share of the keys for which it wins is that of its weight.
    static func score(key: UInt64, backend: UInt64, weight: Int) -> Double {
        // A number strictly between 0 and 1, of the 53 bits that a Double holds.
        let chance = (Double(mixed(key ^ backend) >> 11) + 0.5) / 0x1p53
        return -Double(weight) / log(chance)
    }

    /// The bits of a number spread over all others (the last step of SplitMix64).
    static func mixed(_ number: UInt64) -> UInt64 {
        var value = number &+ 0x9e37_79b9_7f4a_7c15
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
