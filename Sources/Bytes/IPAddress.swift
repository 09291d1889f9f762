#if canImport(Glibc)
    private import Glibc
#endif

/// An IPv4 or IPv6 address as a value.
///
/// An IPv4 address mapped into IPv6 (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2) is the IPv4 address, so that a client is
/// known by one address whichever kind of socket it reached.
package struct IPAddress: Hashable, Sendable {
    /// The upper 8 bytes in network order; 0 for IPv4.
    package let upper: UInt64
    /// The lower 8 bytes in network order; for IPv4 the address in the lower 32 bits.
    package let lower: UInt64
    /// Whether this is an IPv6 address.
    package let isIPv6: Bool

    /// An IPv4 address in host byte order, `0x7f000001` for 127.0.0.1.
    package init(ipv4: UInt32) {
        upper = 0
        lower = UInt64(ipv4)
        isIPv6 = false
    }

    /// An IPv6 address as two halves; a mapped IPv4 address becomes that IPv4 address.
    package init(ipv6 upper: UInt64, _ lower: UInt64) {
        let isMapped = upper == 0 && lower >> 32 == 0xffff
        self.upper = upper
        self.lower = isMapped ? lower & 0xffff_ffff : lower
        isIPv6 = !isMapped
    }

    /// Reads the usual text forms, without brackets, zone or prefix length (inet_pton(3)); nil for anything else.
    package init?(_ text: UnsafeRawBufferPointer) {
        guard !text.isEmpty, text.count < 46, !text.contains(0) else { return nil }
        var storage: (UInt64, UInt64) = (0, 0)
        let parsed = withUnsafeTemporaryAllocation(byteCount: 46, alignment: 1) { copy in
            copy.copyMemory(from: text)
            copy[text.count] = 0
            let isIPv6 = text.contains(UInt8(ascii: ":"))
            let result = withUnsafeMutableBytes(of: &storage) {
                inet_pton(
                    isIPv6 ? AF_INET6 : AF_INET, copy.baseAddress?.assumingMemoryBound(to: CChar.self), $0.baseAddress)
            }
            return result == 1 ? isIPv6 : nil
        }
        guard let parsed else { return nil }
        if parsed {
            self.init(ipv6: UInt64(bigEndian: storage.0), UInt64(bigEndian: storage.1))
        } else {
            self.init(ipv4: UInt32(bigEndian: UInt32(truncatingIfNeeded: storage.0)))
        }
    }

    /// Reads the usual text forms, as `init(_: UnsafeRawBufferPointer)` does.
    package init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ IPAddress(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    /// Whether the address is this host's own: 127.0.0.0/8 or ::1.
    package var isLoopback: Bool { isIPv6 ? upper == 0 && lower == 1 : lower >> 24 == 127 }

    /// Whether the address is valid on one link only: 169.254.0.0/16 or fe80::/10.
    package var isLinkLocal: Bool { isIPv6 ? upper >> 54 == 0x3fa : lower >> 16 == 0xa9fe }

    /// Whether the address stands for every address of the host: 0.0.0.0 or ::.
    package var isUnspecified: Bool { upper == 0 && lower == 0 }

    /// Appends the usual text form (RFC 5952 for IPv6), without brackets.
    package func append(to buffer: inout ByteBuffer) {
        if isIPv6 {
            withText { buffer.append($0) }
            return
        }
        // Four numbers of up to three digits, and three dots.
        buffer.reserve(15)
        let text = buffer.writable
        var count = 0
        for shift: UInt64 in [24, 16, 8, 0] {
            let number = UInt8(truncatingIfNeeded: lower >> shift)
            for divisor: UInt8 in [100, 10, 1] where number >= divisor || divisor == 1 {
                text[count] = ASCII.zero + number / divisor % 10
                count += 1
            }
            if shift > 0 {
                text[count] = UInt8(ascii: ".")
                count += 1
            }
        }
        buffer.produced(count)
    }

    private func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var ipv6 = (upper.bigEndian, lower.bigEndian)
        var ipv4 = UInt32(truncatingIfNeeded: lower).bigEndian
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 46) { text in
            let start = text.baseAddress
            _ =
                isIPv6
                ? inet_ntop(AF_INET6, &ipv6, start, 46)
                : inet_ntop(AF_INET, &ipv4, start, 46)
            return body(UnsafeRawBufferPointer(start: start, count: start.map { strlen($0) } ?? 0))
        }
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String { withText { String(decoding: $0, as: UTF8.self) } }
}
