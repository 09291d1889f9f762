internal import Bytes

/// A host with an optional port (RFC 9110 §7.2), as `Host`, a target or CONNECT names it.
struct Authority {
    /// The host without port and trailing dot; an IPv6 address with its brackets.
    let name: ByteRange
    let hasPort: Bool

    // The longest name that DNS can hold, with its trailing dot (RFC 1035 §2.3.4).
    private static let nameLimit = 254

    /// Checks the bytes of `range`; nil when they are no host.
    ///
    /// Narrower than RFC 3986 §3.2.2: the names that DNS or a container engine can have, and no percent-encoding,
    /// user, list, empty label or IPvFuture. An empty port and one above 65535 are refused too.
    init?(_ text: UnsafeRawBufferPointer, in range: ByteRange) {
        let bytes = text[range]
        guard let first = bytes.first else { return nil }
        let nameCount: Int
        if first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let address = IPAddress(UnsafeRawBufferPointer(rebasing: bytes[1..<close]))
            guard address != nil, bytes[1..<close].contains(ASCII.colon) else { return nil }
            nameCount = close + 1
        } else {
            guard let count = Authority.nameLength(bytes) else { return nil }
            nameCount = count
        }
        hasPort = nameCount < bytes.count
        if hasPort {
            guard bytes[nameCount] == ASCII.colon, bytes.count - nameCount <= 6 else { return nil }
            let port = UnsafeRawBufferPointer(rebasing: bytes[(nameCount + 1)...])
            guard ASCII.decimal(port, limit: 65535) != nil else { return nil }
        }
        let hasTrailingDot = bytes[nameCount - 1] == UInt8(ascii: ".")
        name = ByteRange(start: Int(range.start), count: hasTrailingDot ? nameCount - 1 : nameCount)
    }

    private static func nameLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var isLabelEmpty = true
        var count = 0
        while count < bytes.count, bytes[count] != ASCII.colon {
            let isDot = bytes[count] == UInt8(ascii: ".")
            guard isDot ? !isLabelEmpty : ByteClasses.isOfLabel(bytes[count]) else { return nil }
            isLabelEmpty = isDot
            count += 1
        }
        return count > 0 && count <= nameLimit ? count : nil
    }
}
