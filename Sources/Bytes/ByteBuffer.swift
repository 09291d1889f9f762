#if canImport(Glibc)
    private import Glibc
#endif

/// A linear buffer: bytes are appended at its end and consumed from its start.
///
/// It owns its memory. An empty buffer may hold none: `BufferPool` lends blocks to buffers and takes them back.
@usableFromInline
package struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer?
    /// How many bytes the memory holds.
    @usableFromInline package internal(set) var capacity: Int
    /// The index of the first byte that was not consumed.
    @usableFromInline package internal(set) var lower = 0
    /// The index behind the last byte that was appended.
    @usableFromInline package internal(set) var upper = 0

    /// A buffer with no memory yet.
    package init() {
        base = nil
        capacity = 0
    }

    /// A buffer that can hold `capacity` bytes before it grows.
    package init(capacity: Int) {
        base = malloc(capacity)
        self.capacity = capacity
        precondition(base != nil || capacity == 0, "out of memory")
    }

    init(adopting block: UnsafeMutableRawPointer, capacity: Int) {
        base = block
        self.capacity = capacity
    }

    deinit { free(base) }

    /// How many bytes stand between what was consumed and what was appended.
    @inlinable @inline(__always)
    package var count: Int { upper - lower }

    /// Whether nothing is left to consume.
    @inlinable @inline(__always)
    package var isEmpty: Bool { lower == upper }

    /// How many bytes can be appended without growing or moving.
    @inlinable @inline(__always)
    package var writableCount: Int { capacity - upper }

    /// The bytes that were not consumed yet. Valid until the buffer is next changed.
    @inlinable @inline(__always)
    package var readable: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { UnsafeRawPointer($0 + lower) }, count: upper - lower)
    }

    /// The bytes that were not consumed yet, to be changed in place. Valid until the buffer is next changed.
    @inlinable @inline(__always)
    package var mutableReadable: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base.map { $0 + lower }, count: upper - lower)
    }

    /// Everything from the start of the memory to the last byte, consumed or not. Valid until the buffer is next changed.
    @inlinable @inline(__always)
    package var all: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { UnsafeRawPointer($0) }, count: upper)
    }

    /// The free memory behind the last byte; `produced(_:)` says how much of it was filled.
    @inlinable @inline(__always)
    package var writable: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base.map { $0 + upper }, count: capacity - upper)
    }

    /// Says that the first `count` bytes of `writable` were filled.
    @inlinable @inline(__always)
    package mutating func produced(_ count: Int) {
        precondition(count >= 0 && count <= capacity - upper, "produced more than fits")
        upper += count
    }

    /// Drops the first `count` readable bytes; the memory is used from its start again when none is left.
    @inlinable @inline(__always)
    package mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= upper - lower, "consumed more than there is")
        lower += count
        if lower == upper { removeAll() }
    }

    /// Drops the first `count` readable bytes and leaves the rest where it is, so that ranges into `all` stay true.
    @inlinable @inline(__always)
    package mutating func skip(_ count: Int) {
        precondition(count >= 0 && count <= upper - lower, "skipped more than there is")
        lower += count
    }

    /// Takes the last `count` readable bytes back.
    package mutating func removeLast(_ count: Int) {
        precondition(count >= 0 && count <= upper - lower, "removed more than there is")
        upper -= count
    }

    /// Drops every byte and keeps the memory.
    @inlinable @inline(__always)
    package mutating func removeAll() {
        lower = 0
        upper = 0
    }

    /// Moves the readable bytes to the start of the memory.
    package mutating func compact() {
        guard lower > 0, let base else { return }
        memmove(base, base + lower, upper - lower)
        upper -= lower
        lower = 0
    }

    /// Makes room for `count` more bytes, by moving and growing where that is needed.
    @inlinable @inline(__always)
    package mutating func reserve(_ count: Int) {
        if capacity - upper < count { makeRoom(for: count) }
    }

    @usableFromInline
    mutating func makeRoom(for count: Int) {
        compact()
        if capacity - upper < count { grow(toFit: count) }
    }

    /// Makes room for `count` more bytes without moving what was skipped, so that ranges into `all` stay true.
    package mutating func reserveInPlace(_ count: Int) {
        guard capacity - upper < count else { return }
        grow(toFit: count)
    }

    private mutating func grow(toFit count: Int) {
        var size = max(capacity, 256)
        while size - upper < count { size *= 2 }
        base = realloc(base, size)
        precondition(base != nil, "out of memory")
        capacity = size
    }

    /// Appends a copy of the bytes.
    @inlinable @inline(__always)
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        base.unsafelyUnwrapped.advanced(by: upper).copyMemory(from: source, byteCount: bytes.count)
        upper += bytes.count
    }

    /// Appends the line of a field: name, `: `, value, CR LF.
    @inlinable @inline(__always)
    package mutating func append(field name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        reserve(name.count + value.count + 4)
        var end = base.unsafelyUnwrapped + upper
        if let source = name.baseAddress { end.copyMemory(from: source, byteCount: name.count) }
        end += name.count
        end.storeBytes(of: UInt16(littleEndian: 0x203a), as: UInt16.self)
        end += 2
        if let source = value.baseAddress { end.copyMemory(from: source, byteCount: value.count) }
        end += value.count
        end.storeBytes(of: UInt16(littleEndian: 0x0a0d), as: UInt16.self)
        upper += name.count + value.count + 4
    }

    /// Appends a copy of the bytes with A to Z turned into a to z.
    package mutating func append(lowercasing bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        let target = base.unsafelyUnwrapped + upper
        var index = 0
        while index &+ 8 <= bytes.count {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: ASCII.lowercased(word), toByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        if index < bytes.count, bytes.count >= 8 {
            // The last eight bytes, some of them for the second time.
            let word = source.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self)
            target.storeBytes(of: ASCII.lowercased(word), toByteOffset: bytes.count &- 8, as: UInt64.self)
        } else {
            while index < bytes.count {
                target.storeBytes(of: ASCII.lowercased(bytes[index]), toByteOffset: index, as: UInt8.self)
                index &+= 1
            }
        }
        upper += bytes.count
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        base.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: upper, as: UInt8.self)
        upper += 1
    }

    /// Appends the text of a literal.
    @inlinable @inline(__always)
    package mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends bytes that an array holds.
    @inlinable @inline(__always)
    package mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    /// Appends a number in decimal digits.
    package mutating func append(decimal value: Int) {
        guard value < 0 || value > 999 else { return append(short: UInt(bitPattern: value)) }
        append(digitsOf: value.magnitude, radix: 10, negative: value < 0)
    }

    /// Appends a number in lower-case hexadecimal digits.
    package mutating func append(hex value: Int) {
        append(digitsOf: value.magnitude, radix: 16, negative: value < 0)
    }

    /// Appends a number of up to three digits, as most are: statuses, lengths of small answers, parts of addresses.
    private mutating func append(short value: UInt) {
        reserve(3)
        let memory = base.unsafelyUnwrapped + upper
        let (hundreds, rest) = value.quotientAndRemainder(dividingBy: 100)
        let (tens, units) = rest.quotientAndRemainder(dividingBy: 10)
        var count = 0
        if value > 99 {
            memory.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: hundreds), as: UInt8.self)
            count = 1
        }
        if value > 9 {
            memory.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: tens), toByteOffset: count, as: UInt8.self)
            count &+= 1
        }
        memory.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: units), toByteOffset: count, as: UInt8.self)
        upper += count &+ 1
    }

    private mutating func append(digitsOf magnitude: UInt, radix: UInt, negative: Bool) {
        reserve(21)
        var digits = 1
        var rest = magnitude / radix
        while rest > 0 {
            digits += 1
            rest /= radix
        }
        if negative { append(UInt8(ascii: "-")) }
        let memory = base.unsafelyUnwrapped
        rest = magnitude
        for index in stride(from: upper + digits - 1, through: upper, by: -1) {
            let digit = UInt8(truncatingIfNeeded: rest % radix)
            memory.storeBytes(of: digit < 10 ? 0x30 + digit : 0x57 + digit, toByteOffset: index, as: UInt8.self)
            rest /= radix
        }
        upper += digits
    }

    /// The memory, given away; the buffer is empty afterwards.
    mutating func surrender() -> (block: UnsafeMutableRawPointer, capacity: Int)? {
        guard let base else { return nil }
        let result = (base, capacity)
        self.base = nil
        capacity = 0
        lower = 0
        upper = 0
        return result
    }
}
