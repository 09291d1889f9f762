/// Puts values one behind the other, as `MessageReader` reads them: numbers with the highest byte first, texts and lists
/// behind their length.
struct MessageWriter {
    /// What was written.
    private(set) var bytes: [UInt8] = []

    /// Begins a message of this kind.
    init(kind: UInt8) { bytes.append(kind) }

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }

    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// Puts a list, each of whose elements `each` puts.
    mutating func put<Elements: Collection>(_ elements: Elements, each: (inout MessageWriter, Elements.Element) -> Void)
    {
        put(UInt32(elements.count))
        for element in elements { each(&self, element) }
    }
}
