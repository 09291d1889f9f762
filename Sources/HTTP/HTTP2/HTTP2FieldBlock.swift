internal import Bytes

/// The fields of a head or of trailers that are to be sent in HTTP/2: their names in lower case, in one piece of memory.
///
/// Fields that speak of an HTTP/1 connection are left out, wherever they come from (RFC 9113 §8.2.2).
package struct HTTP2FieldBlock: ~Copyable {
    /// One field, in memory that stays while it is shown.
    package struct Field {
        /// The name, in lower case.
        package let name: UnsafeRawBufferPointer
        /// The value.
        package let value: UnsafeRawBufferPointer
    }

    private var buffer = ByteBuffer()
    private var ranges: ContiguousArray<(name: ByteRange, value: ByteRange)> = []
    private var shown: ContiguousArray<Field> = []

    /// A block without fields.
    package init() {}

    /// The number of fields.
    package var count: Int { ranges.count }

    /// The bytes of all names and values.
    package var byteCount: Int { buffer.count }

    /// Forgets everything and keeps the memory.
    package mutating func begin() {
        buffer.removeAll()
        ranges.removeAll(keepingCapacity: true)
    }

    /// Adds a field; pseudo-fields first. Its value is not checked again.
    package mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard !FieldName(name).isConnectionSpecific else { return }
        let start = buffer.count
        buffer.append(lowercasing: name)
        buffer.append(value)
        ranges.append(
            (
                name: ByteRange(start: start, count: name.count),
                value: ByteRange(start: start + name.count, count: value.count)
            ))
    }

    /// Adds a field of a literal name.
    package mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        add(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }

    /// Adds a field of a literal name and value.
    package mutating func add(_ name: StaticString, _ value: StaticString) {
        add(name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// Adds a field of a literal name with a number, as `:status` and `content-length` are.
    package mutating func add(_ name: StaticString, decimal number: Int) {
        let start = buffer.count
        buffer.append(lowercasing: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        let valueStart = buffer.count
        buffer.append(decimal: number)
        ranges.append(
            (
                name: ByteRange(start: start, count: valueStart - start),
                value: ByteRange(start: valueStart, count: buffer.count - valueStart)
            ))
    }

    /// Adds the fields of lines `name: value` that each end in CR LF, as trailers are kept; nothing else may be in them.
    package mutating func addLines(_ lines: UnsafeRawBufferPointer) {
        for line in lines.split(separator: ASCII.lineFeed) {
            guard let colon = line.firstIndex(of: ASCII.colon), line.last == ASCII.carriageReturn else { continue }
            let value = line[(colon + 1)...].dropLast().drop { $0 == ASCII.space }
            add(UnsafeRawBufferPointer(rebasing: line[..<colon]), UnsafeRawBufferPointer(rebasing: value))
        }
    }

    /// Shows the fields in the order in which they were added; the memory is valid until the block is changed.
    package mutating func withFields<Result>(_ body: (UnsafeBufferPointer<Field>) throws -> Result) rethrows -> Result {
        shown.removeAll(keepingCapacity: true)
        let bytes = buffer.readable
        for range in ranges { shown.append(Field(name: bytes[range.name], value: bytes[range.value])) }
        return try shown.withUnsafeBufferPointer(body)
    }
}
