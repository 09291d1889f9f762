/// Text that may also have been written as a number or a truth value.
struct TolerantText: Decodable {
    /// The text, or nil for a value of another kind.
    let text: String?

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self.text = text
        } else if let number = try? value.decode(Int.self) {
            text = String(number)
        } else if let flag = try? value.decode(Bool.self) {
            text = String(flag)
        } else {
            text = nil
        }
    }
}

/// Any value, of which only the presence counts.
struct IgnoredValue: Decodable {
    init(from decoder: any Decoder) throws {}
}

extension KeyedDecodingContainer {
    /// The value of the field; nil where it is missing, null or of another kind than expected.
    func tolerant<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        (try? decodeIfPresent(type, forKey: key)).flatMap { $0 }
    }
}
