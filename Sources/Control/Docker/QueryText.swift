internal import Bytes

/// Values in the query of a request to the engine.
enum QueryText {
    /// A time in nanoseconds in the form of the engine's `since`: seconds with nine decimals.
    static func seconds(_ nanoseconds: Int64) -> String {
        let fraction = String(nanoseconds % 1_000_000_000)
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 9 - fraction.count) + fraction
    }

    /// The text with everything but letters, digits and a few marks written as `%XX` (RFC 3986 §2.1).
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = ASCII.isLetter(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_")
            return isPlain ? String(UnicodeScalar(byte)) : "%" + String(256 + Int(byte), radix: 16).dropFirst()
        }.joined()
    }
}
