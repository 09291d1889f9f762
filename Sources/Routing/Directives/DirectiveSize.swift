package import Bytes

/// nginx's way to write sizes: digits, then nothing or one of `k`, `m` and, for offsets, `g`, in either case.
package enum DirectiveSize {
    /// The number of bytes; nil for anything that nginx refuses (ngx_parse_size, ngx_parse_offset).
    package static func bytes(_ text: ByteString, allowsGiga: Bool) -> Int? {
        guard let last = text.bytes.last else { return nil }
        let scale =
            switch ASCII.lowercased(last) {
            case UInt8(ascii: "k"): 1 << 10
            case UInt8(ascii: "m"): 1 << 20
            case UInt8(ascii: "g") where allowsGiga: 1 << 30
            default: 1
            }
        let digits = scale == 1 ? text.bytes[...] : text.bytes.dropLast()
        guard let value = digits.withUnsafeBytes({ ASCII.decimal($0, limit: .max / scale) }) else { return nil }
        return value * scale
    }
}
