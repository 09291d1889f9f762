internal import Bytes

/// The fields of one head as they come out of HPACK, checked, counted, and copied into memory of their own.
///
/// The first fault is kept, and what follows it is not looked at.
struct HTTP2FieldSection: ~Copyable {
    private let limits: HeadLimits
    /// Names and values; ranges point into it.
    private(set) var buffer = ByteBuffer()
    /// The fields that are no pseudo-fields.
    var fields = HeaderFields()
    /// Why the head is refused, as far as is known.
    private(set) var fault: FieldSectionError?
    private var size = 0

    /// A section that takes no more than this.
    init(limits: HeadLimits) {
        self.limits = limits
    }

    /// Forgets everything and keeps the memory.
    mutating func begin() {
        buffer.removeAll()
        fields.removeAll()
        fault = nil
        size = 0
    }

    /// Keeps the first fault.
    mutating func note(_ error: FieldSectionError) {
        if fault == nil { fault = error }
    }

    /// Takes a field; returns which, or nil when the section is at fault.
    mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> FieldName? {
        guard fault == nil else { return nil }
        if let error = HTTP2FieldRules.fault(inName: name) ?? HTTP2FieldRules.fault(inValue: value) {
            fault = error
            return nil
        }
        let known = FieldName(name)
        if let error = HTTP2FieldRules.fault(in: known, value) {
            fault = error
            return nil
        }
        return append(name, value, known) ? known : nil
    }

    /// Takes the value of a pseudo-field; nil when it is empty, there was one before, or the section is at fault.
    mutating func addPseudo(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, before: ByteRange
    ) -> ByteRange? {
        guard isSoundPseudo(value, before) else { return nil }
        return admits(name.count, value.count) ? place(value) : nil
    }

    /// Takes the authority, as the `host` that stands for it in the rest of the proxy; nil as `addPseudo` has it.
    mutating func addAuthority(_ value: UnsafeRawBufferPointer, before: ByteRange) -> ByteRange? {
        guard isSoundPseudo(value, before) else { return nil }
        let text: StaticString = "host"
        let host = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return append(host, value, .host) ? fields[fields.count - 1].value : nil
    }

    /// Takes text of this proxy's own, which no limit counts.
    mutating func place(_ text: StaticString) -> ByteRange {
        place(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Makes one field of all fields of that name, of which the first has this index (RFC 9113 §8.2.3).
    mutating func join(_ name: FieldName, first: Int, with separator: StaticString) {
        var count = 0
        for field in fields where field.known == name {
            count += Int(field.value.count) + separator.utf8CodeUnitCount
        }
        // From here on the bytes stay where they are, so that they can be copied within the buffer.
        buffer.reserve(count)
        let start = buffer.count
        // Behind an empty one the value would end in the separator's blank, which no value does.
        for field in fields where field.known == name && !field.value.isEmpty {
            if buffer.count > start { buffer.append(separator) }
            buffer.append(buffer.readable[field.value])
        }
        fields[first].value = ByteRange(start: start, count: buffer.count - start)
        fields.removeAll(of: name, butFirst: first)
    }

    private mutating func isSoundPseudo(_ value: UnsafeRawBufferPointer, _ before: ByteRange) -> Bool {
        guard fault == nil else { return false }
        fault = value.isEmpty || !before.isEmpty ? .malformedPseudoField : HTTP2FieldRules.fault(inValue: value)
        return fault == nil
    }

    private mutating func append(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ known: FieldName
    ) -> Bool {
        // As a line, with colon, space and line end.
        guard name.count + value.count + 4 <= limits.fieldLine else {
            fault = .lineTooLong
            return false
        }
        guard fields.count < limits.fields else {
            fault = .tooManyFields
            return false
        }
        guard admits(name.count, value.count) else { return false }
        fields.append(
            HeaderField(name: place(name), value: place(value), known: known, isDropped: known.isHopByHop))
        return true
    }

    private mutating func admits(_ name: Int, _ value: Int) -> Bool {
        size += name + value + HTTP2FieldRules.overhead
        guard size <= limits.head else {
            fault = .sectionTooLarge
            return false
        }
        return true
    }

    private mutating func place(_ bytes: UnsafeRawBufferPointer) -> ByteRange {
        let start = buffer.count
        buffer.append(bytes)
        return ByteRange(start: start, count: bytes.count)
    }
}
