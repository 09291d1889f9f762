internal import Bytes

/// Reads the names of virtual hosts, as they stand in `VIRTUAL_HOST`, in `server_name` and as names of files.
///
/// What passes, other than a regular expression, is safe as a part of a file's name: letters, digits, `-`, `_`, dots between parts, `*` as a whole part, or an
/// IPv6 address in brackets.
enum HostName {
    /// The patterns that a name stands for, the one to call the host by first.
    ///
    /// Case and one trailing dot do not matter, and letters beyond ASCII stand for their `xn--` form. Another way to write an IPv6 address becomes a second pattern.
    static func patterns(_ text: some StringProtocol) throws(HostNameError) -> [HostPattern] {
        if text.utf8.first == UInt8(ascii: "~") { return [.pattern(try pattern(ByteString(String(text.dropFirst()))))] }
        guard text.utf8.count <= 4 * longest else { throw .tooLong }
        if text.utf8.contains(where: { $0 >= 0x80 }) { return try patterns(InternationalName.ascii(text)) }
        var bytes = text.utf8.map(ASCII.lowercased)
        if bytes.last == dot { bytes.removeLast() }
        guard bytes.count <= longest else { throw .tooLong }
        if bytes.contains(ASCII.colon) || bytes.first == UInt8(ascii: "[") { return try addressPatterns(bytes) }
        if bytes.starts(with: [star, dot]) {
            return [.leading(try name(bytes.dropFirst(2)))]
        }
        if bytes.suffix(2) == [dot, star] {
            return [.trailing(try name(bytes.dropLast(2)))]
        }
        return [.exact(try name(bytes[...]))]
    }

    private static func pattern(_ text: ByteString) throws(HostNameError) -> Pattern {
        guard !text.isEmpty else { throw .badLabel }
        if let byte = text.bytes.first(where: { $0 < 0x20 || $0 == 0x7f }) { throw .badByte(byte) }
        do throws(PatternError) {
            return try Pattern(text, ignoresCase: true)
        } catch {
            throw .badPattern(error)
        }
    }

    private static func name(_ bytes: ArraySlice<UInt8>) throws(HostNameError) -> ByteString {
        var label = 0
        for byte in bytes {
            if byte == dot {
                guard label > 0 else { throw .badLabel }
                label = 0
                continue
            }
            guard isNameByte(byte) else {
                throw byte == star ? .misplacedStar : .badByte(byte)
            }
            label += 1
            guard label <= longestLabel else { throw .badLabel }
        }
        guard label > 0 else { throw .badLabel }
        return ByteString(Array(bytes))
    }

    private static func addressPatterns(_ bytes: [UInt8]) throws(HostNameError) -> [HostPattern] {
        var inner = bytes[...]
        if inner.first == UInt8(ascii: "[") {
            guard let close = inner.firstIndex(of: UInt8(ascii: "]")) else { throw .badAddress }
            guard close == inner.endIndex - 1 else { throw .hasPort }
            inner = inner.dropFirst().dropLast()
        } else if inner.contains(ASCII.slash) {
            throw .isURL
        } else if let colon = inner.firstIndex(of: ASCII.colon), !inner[(colon + 1)...].contains(ASCII.colon) {
            throw .hasPort
        }
        guard let address = inner.withUnsafeBytes({ IPAddress($0) }) else { throw .badAddress }
        let written = ByteString([UInt8(ascii: "[")] + inner + [UInt8(ascii: "]")])
        guard address.isIPv6 else { return [.exact(written)] }
        let usual = ByteString("[\(address)]")
        return written == usual ? [.exact(usual)] : [.exact(written), .exact(usual)]
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static let dot = UInt8(ascii: ".")
    private static let star = UInt8(ascii: "*")
    private static let longest = 253
    private static let longestLabel = 63
}
