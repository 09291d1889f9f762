internal import Bytes

/// Foreign text for a message: in quotes, with control bytes escaped, cut when it is long.
struct Quoted: CustomStringConvertible {
    let description: String

    init(_ text: String) { self.init(bytes: Array(text.utf8)) }

    init(_ text: ByteString) { self.init(bytes: text.bytes) }

    private init(bytes: [UInt8]) {
        var safe: [UInt8] = []
        for byte in bytes.prefix(Self.limit) {
            if byte < 0x20 || byte == 0x7f {
                let digits = Array("0123456789abcdef".utf8)
                safe += Array("\\x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                safe.append(byte)
            }
        }
        let ending = bytes.count > Self.limit ? "…" : ""
        description = "\"\(String(decoding: safe, as: UTF8.self))\(ending)\""
    }

    private static let limit = 80
}
