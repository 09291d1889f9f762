/// A block of addresses in CIDR form, such as 10.0.0.0/8.
package struct IPNetwork: Hashable, Sendable {
    /// The first address of the block; bits behind the prefix are zero.
    package let base: IPAddress
    /// The length of the prefix in bits: 0 to 32, or 0 to 128.
    package let prefixLength: Int

    /// The block around an address; nil when the prefix is longer than such an address.
    package init?(_ address: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0, prefixLength <= (address.isIPv6 ? 128 : 32) else { return nil }
        self.prefixLength = prefixLength
        base = Self.masked(address, prefixLength)
    }

    /// Reads `ADDRESS` (one address) or `ADDRESS/PREFIX`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(address, prefixLength: address.isIPv6 ? 128 : 32)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(ASCII.isDigit), let length = Int(parts[1])
        else { return nil }
        self.init(address, prefixLength: length)
    }

    /// Whether the address lies in the block.
    package func contains(_ address: IPAddress) -> Bool {
        address.isIPv6 == base.isIPv6 && Self.masked(address, prefixLength) == base
    }

    private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        guard address.isIPv6 else {
            let mask = length == 0 ? 0 : UInt32.max << UInt32(32 - length)
            return IPAddress(ipv4: UInt32(truncatingIfNeeded: address.lower) & mask)
        }
        let upperMask = length == 0 ? 0 : UInt64.max << UInt64(max(64 - length, 0))
        let lowerMask = length <= 64 ? 0 : UInt64.max << UInt64(128 - length)
        return IPAddress(ipv6: address.upper & upperMask, address.lower & lowerMask)
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { "\(base)/\(prefixLength)" }
}
