internal import Bytes
internal import CNghttp2

/// The fields of a head or of trailers that are to be sent in HTTP/2, their names in lower case.
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

    private struct Entry {
        /// The name, where it is in memory that is never given back; nil where it stands in the buffer, before the value.
        let name: UnsafeRawPointer?
        let nameCount: Int
        /// Where the buffer has what it has of the field.
        let start: Int
        var valueCount: Int
    }

    private var buffer = ByteBuffer()
    private var entries: ContiguousArray<Entry> = []

    /// A block without fields.
    package init() {}

    /// The number of fields.
    package var count: Int { entries.count }

    /// The bytes of all names and values.
    package var byteCount: Int { entries.reduce(0) { $0 + $1.nameCount + $1.valueCount } }

    /// Forgets everything and keeps the memory.
    package mutating func begin() {
        buffer.removeAll()
        entries.removeAll(keepingCapacity: true)
    }

    /// Adds a field. Its value is not checked again.
    package mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        add(FieldName(name), name, value)
    }

    /// Adds a field whose name was looked up already. Its value is not checked again.
    package mutating func add(
        _ known: FieldName, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) {
        guard !known.isConnectionSpecific else { return }
        let start = buffer.count
        let lasting = known == .other ? nil : known.lowercased
        if lasting == nil { buffer.append(lowercasing: name) }
        buffer.append(value)
        entries.append(
            Entry(
                name: lasting?.baseAddress, nameCount: lasting?.count ?? name.count, start: start,
                valueCount: value.count))
    }

    /// Adds a field of a literal name; pseudo-fields first, in lower case.
    package mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        let name = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard name.first == ASCII.colon else { return add(name, value) }
        let start = buffer.count
        buffer.append(value)
        entries.append(Entry(name: name.baseAddress, nameCount: name.count, start: start, valueCount: value.count))
    }

    /// Adds a field of a literal name and value.
    package mutating func add(_ name: StaticString, _ value: StaticString) {
        add(name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// Adds a field of a literal name with a number, as `:status` and `content-length` are.
    package mutating func add(_ name: StaticString, decimal number: Int) {
        add(name, "")
        let start = buffer.count
        buffer.append(decimal: number)
        entries[entries.count - 1].valueCount = buffer.count - start
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
    package func withFields<Result>(_ body: (UnsafeBufferPointer<Field>) throws -> Result) rethrows -> Result {
        try withEach({ name, value, _ in Field(name: name, value: value) }, body)
    }

    /// Shows the fields as nghttp2 takes them, which copies what does not last and changes nothing.
    func withPairs<Result>(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Result) -> Result {
        withEach(
            { name, value, lasts in
                let flags = lasts ? NGHTTP2_NV_FLAG_NO_COPY_NAME : NGHTTP2_NV_FLAG_NONE
                return nghttp2_nv(
                    name: Self.bytes(name), value: Self.bytes(value), namelen: name.count, valuelen: value.count,
                    flags: UInt8(flags.rawValue))
            }, body)
    }

    @inline(__always)
    private func withEach<Element, Result>(
        _ make: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ lasts: Bool) -> Element,
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result {
        let bytes = buffer.readable
        return try withUnsafeTemporaryAllocation(of: Element.self, capacity: entries.count) { elements in
            for (index, entry) in entries.enumerated() {
                let lasting = entry.name.map { UnsafeRawBufferPointer(start: $0, count: entry.nameCount) }
                let kept = ByteRange(start: entry.start, count: lasting == nil ? entry.nameCount : 0)
                let value = ByteRange(start: kept.end, count: entry.valueCount)
                elements.initializeElement(at: index, to: make(lasting ?? bytes[kept], bytes[value], lasting != nil))
            }
            return try body(UnsafeBufferPointer(elements))
        }
    }

    private static func bytes(_ buffer: UnsafeRawBufferPointer) -> UnsafeMutablePointer<UInt8>? {
        UnsafeMutablePointer(mutating: buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
}
