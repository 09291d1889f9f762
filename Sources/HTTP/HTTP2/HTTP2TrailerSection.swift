internal import Bytes

/// The trailers of one message as they come out of HPACK: checked, and written as lines where they may be passed on.
struct HTTP2TrailerSection: ~Copyable {
    /// The lines that may be passed on, each `name: value` CR LF.
    private(set) var lines = ByteBuffer()
    private var fault: FieldSectionError?
    private var size = 0
    private var count = 0

    /// Whether nothing speaks against the trailers.
    var isSound: Bool { fault == nil }

    /// Forgets everything and keeps the memory.
    mutating func begin() {
        lines.removeAll()
        fault = nil
        size = 0
        count = 0
    }

    /// Takes a field.
    ///
    /// Pseudo-fields and what frames a message are malformed here (RFC 9113 §8.1, RFC 9110 §6.5.1).
    mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard fault == nil else { return }
        guard name.first != ASCII.colon else {
            fault = .malformedPseudoField
            return
        }
        if let error = HTTP2FieldRules.fault(inName: name) ?? HTTP2FieldRules.fault(inValue: value) {
            fault = error
            return
        }
        let known = FieldName(name)
        fault = known == .contentLength ? .connectionField : HTTP2FieldRules.fault(in: known, value)
        count += 1
        size += name.count + value.count + HTTP2FieldRules.overhead
        if count > TrailerSection.limits.fields { fault = .tooManyFields }
        if size > TrailerSection.limits.head { fault = .sectionTooLarge }
        guard fault == nil, TrailerSection.mayPass(known, name) else { return }
        lines.append(name)
        lines.append(": ")
        lines.append(value)
        lines.append("\r\n")
    }
}
