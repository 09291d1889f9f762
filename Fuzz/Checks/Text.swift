internal import Bytes

extension Array<UInt8> {
    /// The bytes of a range that was checked to lie in the array.
    subscript(range: ByteRange) -> ArraySlice<UInt8> { self[range.indices] }

    /// What is left of and behind the first line feed; all and nothing where there is none.
    var firstLine: (line: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        guard let end = firstIndex(of: ASCII.lineFeed) else { return (self[...], []) }
        return (self[..<end], self[(end + 1)...])
    }
}

extension Collection<UInt8> {
    /// The bytes as text.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// The bytes with ASCII's capitals made small.
    var lowercased: [UInt8] { map(ASCII.lowercased) }

    func has(_ text: StaticString) -> Bool {
        elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}

/// The bytes that a writer appends.
func written(_ write: (inout ByteBuffer) -> Void) -> [UInt8] {
    var buffer = ByteBuffer()
    write(&buffer)
    return Array(buffer.readable)
}
