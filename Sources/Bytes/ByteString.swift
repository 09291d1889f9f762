/// Immutable bytes with value semantics, for protocol text that is kept: host names, field names, paths.
@usableFromInline
package struct ByteString: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The bytes themselves.
    @usableFromInline package let bytes: [UInt8]

    /// The given bytes.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The UTF-8 form of a string.
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// A copy of the bytes.
    package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = Array(bytes) }

    /// The UTF-8 form of a literal.
    @usableFromInline
    package init(stringLiteral value: StaticString) {
        bytes = Array(UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }

    /// The number of bytes.
    package var count: Int { bytes.count }

    /// Whether there is no byte.
    package var isEmpty: Bool { bytes.isEmpty }

    /// The same bytes in memory of their own, whose references no other core counts.
    package func copied() -> ByteString { withBytes { ByteString($0) } }

    /// Calls the body with the bytes in memory.
    @inlinable @inline(__always)
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes(body)
    }

    /// The bytes read as UTF-8, with replacement characters where they are not.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension ByteString: CustomStringConvertible {
    @usableFromInline package var description: String { text }
}
