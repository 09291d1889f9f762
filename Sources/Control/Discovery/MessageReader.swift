/// Reads what `MessageWriter` has put, and takes nothing else: each value must be whole, and the last one end the message.
struct MessageReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// A reader at the beginning of a message, which must outlive it.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(MessageError) -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - offset >= size else { throw .cutOff }
        defer { offset += size }
        return Number(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    mutating func flag() throws(MessageError) -> Bool {
        switch try number(UInt8.self) {
        case 0: false
        case 1: true
        default: throw .unknown
        }
    }

    mutating func text() throws(MessageError) -> String {
        let count = Int(try number(UInt32.self))
        guard bytes.count - offset >= count else { throw .cutOff }
        defer { offset += count }
        guard let text = String(validating: bytes[offset..<(offset + count)], as: UTF8.self) else { throw .notText }
        return text
    }

    /// Reads a list, each of whose elements `each` reads. Memory is taken as elements come, not as the list claims.
    mutating func list<Element>(
        each: (inout MessageReader) throws(MessageError) -> Element
    ) throws(MessageError) -> [Element] {
        let count = Int(try number(UInt32.self))
        // No element is shorter than a byte.
        guard bytes.count - offset >= count else { throw .cutOff }
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try each(&self)) }
        return elements
    }

    /// Makes sure that nothing follows.
    func end() throws(MessageError) {
        guard offset == bytes.count else { throw .tooLong }
    }
}

/// Why a message of another process cannot be used.
package enum MessageError: Error, Equatable, Sendable {
    /// It ends within a value.
    case cutOff
    /// A text is not UTF-8.
    case notText
    /// It is longer than it says, or than any may be.
    case tooLong
    /// There is no such kind, or a value is none of those that there are.
    case unknown
}

extension MessageError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cutOff: "a message ends too early"
        case .notText: "a message holds a text that is none"
        case .tooLong: "a message is too long"
        case .unknown: "a message of no known kind"
        }
    }
}
