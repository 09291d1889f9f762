/// A part of a buffer: where it starts and how many bytes it has.
///
/// Parsers return ranges, not slices, so that one buffer can be moved or grown without a copy of what was found in it.
@usableFromInline
package struct ByteRange: Equatable, Sendable {
    /// The index of the first byte, counted from the start of the buffer that was parsed.
    @usableFromInline package var start: Int32
    /// The number of bytes.
    @usableFromInline package var count: Int32

    /// A range of `count` bytes from `start` on.
    @inlinable
    @inline(__always)
    package init(start: Int, count: Int) {
        self.start = Int32(truncatingIfNeeded: start)
        self.count = Int32(truncatingIfNeeded: count)
    }

    /// A range of no bytes at the start.
    @inlinable package static var empty: ByteRange { ByteRange(start: 0, count: 0) }

    /// The index behind the last byte.
    @inlinable
    @inline(__always)
    package var end: Int { Int(start) + Int(count) }

    /// Whether the range holds no byte.
    @inlinable
    @inline(__always)
    package var isEmpty: Bool { count == 0 }

    /// The range as indices.
    @inlinable
    @inline(__always)
    package var indices: Range<Int> { Int(start)..<end }
}

extension UnsafeRawBufferPointer {
    /// The bytes of `range`. Traps when the range does not lie in this buffer.
    @inlinable
    @inline(__always)
    package subscript(range: ByteRange) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range.indices])
    }
}
