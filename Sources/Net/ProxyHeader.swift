package import Bytes

/// What a proxy in front says of a connection before its first byte (the PROXY protocol, versions 1 and 2).
///
/// https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt
package struct ProxyHeader: Equatable, Sendable {
    /// The client's address and port; nil where the connection is the proxy's own or its kind is unknown.
    package var source: Endpoint?
    /// The address and port that the client connected to; nil together with `source`.
    package var destination: Endpoint?

    /// A header that names nobody, unless it is given somebody.
    package init(source: Endpoint? = nil, destination: Endpoint? = nil) {
        self.source = source
        self.destination = destination
    }

    /// What the bytes at the beginning of a connection come to.
    package enum Outcome: Equatable, Sendable {
        /// They may become a header when more has come.
        case needMore
        /// They begin with a header of so many bytes.
        case complete(ProxyHeader, byteCount: Int)
        /// They are no header and cannot become one.
        case malformed
    }

    /// The longest header that is read in bytes; version 2 may carry much that nobody needs.
    package static let limit = 4096

    /// Reads the header that the bytes begin with. Each call brings all that has come of it.
    package static func parse(_ bytes: Span<UInt8>) -> Outcome {
        guard !bytes.isEmpty else { return .needMore }
        return bytes[0] == signature[0] ? parseBinary(bytes) : parseText(bytes)
    }

    // MARK: Version 1

    /// The longest line with its CRLF.
    private static let lineLimit = 107

    private static func parseText(_ bytes: Span<UInt8>) -> Outcome {
        guard begins(bytes, with: "PROXY ") else { return .malformed }
        var end = 6
        while end < bytes.count, bytes[end] != ASCII.carriageReturn {
            guard end < lineLimit - 2, bytes[end] >= 0x20, bytes[end] < 0x7f else { return .malformed }
            end += 1
        }
        guard end + 1 < bytes.count else { return .needMore }
        guard bytes[end + 1] == ASCII.lineFeed else { return .malformed }
        var words: [[UInt8]] = [[]]
        for index in 6..<end {
            if bytes[index] == ASCII.space { words.append([]) } else { words[words.count - 1].append(bytes[index]) }
        }
        let header: ProxyHeader
        if words[0] == Array("UNKNOWN".utf8) {
            header = ProxyHeader()
        } else {
            guard words.count == 5, words[0] == Array("TCP4".utf8) || words[0] == Array("TCP6".utf8) else {
                return .malformed
            }
            let isIPv6 = words[0][3] == UInt8(ascii: "6")
            guard let source = endpoint(words[1], words[3], isIPv6: isIPv6),
                let destination = endpoint(words[2], words[4], isIPv6: isIPv6)
            else { return .malformed }
            header = ProxyHeader(source: source, destination: destination)
        }
        return .complete(header, byteCount: end + 2)
    }

    private static func endpoint(_ address: [UInt8], _ port: [UInt8], isIPv6: Bool) -> Endpoint? {
        // A mapped IPv4 address is an IPv4 one to IPAddress, so the text decides the family.
        guard address.contains(ASCII.colon) == isIPv6, let address = address.withUnsafeBytes({ IPAddress($0) }),
            port.count == 1 || port.first != ASCII.zero,
            let number = port.withUnsafeBytes({ ASCII.decimal($0, limit: 65_535) })
        else { return nil }
        return Endpoint(address: address, port: UInt16(number))
    }

    // MARK: Version 2

    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
    private static let fixedCount = 16

    private static func parseBinary(_ bytes: Span<UInt8>) -> Outcome {
        for index in 0..<min(bytes.count, signature.count) where bytes[index] != signature[index] { return .malformed }
        guard bytes.count <= 12 || bytes[12] == 0x20 || bytes[12] == 0x21 else { return .malformed }
        guard bytes.count <= 13 || isKnown(bytes[13]) else { return .malformed }
        guard bytes.count >= fixedCount else { return .needMore }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        let (isProxied, family, isStream) = (bytes[12] & 1 == 1, bytes[13] >> 4, bytes[13] & 15 == 1)
        let addressCount = !isProxied ? 0 : family == 1 ? 12 : family == 2 ? 36 : family == 3 ? 216 : 0
        guard length >= addressCount, fixedCount + length <= limit else { return .malformed }
        guard bytes.count >= fixedCount + length else { return .needMore }
        var header = ProxyHeader()
        if isProxied, isStream, family == 1 {
            header.source = Endpoint(address: ipv4(bytes, at: 16), port: port(bytes, at: 24))
            header.destination = Endpoint(address: ipv4(bytes, at: 20), port: port(bytes, at: 26))
        } else if isProxied, isStream, family == 2 {
            header.source = Endpoint(address: ipv6(bytes, at: 16), port: port(bytes, at: 48))
            header.destination = Endpoint(address: ipv6(bytes, at: 32), port: port(bytes, at: 50))
        }
        return .complete(header, byteCount: fixedCount + length)
    }

    /// Whether the byte stands for a family and a kind of transport, or for neither.
    private static func isKnown(_ kind: UInt8) -> Bool { kind >> 4 <= 3 && kind & 15 <= 2 }

    private static func number(_ bytes: Span<UInt8>, at start: Int, count: Int) -> UInt64 {
        (start..<start + count).reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }

    private static func port(_ bytes: Span<UInt8>, at start: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: number(bytes, at: start, count: 2))
    }

    private static func ipv4(_ bytes: Span<UInt8>, at start: Int) -> IPAddress {
        IPAddress(ipv4: UInt32(truncatingIfNeeded: number(bytes, at: start, count: 4)))
    }

    private static func ipv6(_ bytes: Span<UInt8>, at start: Int) -> IPAddress {
        IPAddress(ipv6: number(bytes, at: start, count: 8), number(bytes, at: start + 8, count: 8))
    }

    private static func begins(_ bytes: Span<UInt8>, with text: StaticString) -> Bool {
        for index in 0..<min(bytes.count, text.utf8CodeUnitCount) where bytes[index] != text.utf8Start[index] {
            return false
        }
        return true
    }
}
