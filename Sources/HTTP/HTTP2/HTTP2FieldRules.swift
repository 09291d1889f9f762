internal import Bytes

/// What a field may be in HTTP/2, whatever message it stands in (RFC 9113 §8.2).
///
/// The library that takes frames apart has rules of its own, which differ from version to version; these are held in any
/// case, because what passes them is written into the heads of HTTP/1.
enum HTTP2FieldRules {
    /// What one field takes beside its bytes, in the size of a head (RFC 9113 §6.5.2).
    static let overhead = 32

    /// What is wrong with the name of a field that is no pseudo-field: it must be a token without upper case.
    @inline(__always)
    static func fault(inName name: UnsafeRawBufferPointer) -> FieldSectionError? {
        guard !name.isEmpty else { return .missingName }
        for byte in name where !ByteClasses.isToken(byte) || byte &- 0x41 < 26 { return .malformedName }
        return nil
    }

    /// What is wrong with a value.
    @inline(__always)
    static func fault(inValue value: UnsafeRawBufferPointer) -> FieldSectionError? {
        guard let first = value.first, let last = value.last else { return nil }
        guard !isBlank(first), !isBlank(last) else { return .blankAroundValue }
        let bytes = Span(_unsafeElements: value.assumingMemoryBound(to: UInt8.self))
        return bytes.endOfText(from: 0, to: value.count) == value.count ? nil : .controlByteInValue
    }

    /// What is wrong with a known field's being there; its value must be without fault.
    @inline(__always)
    static func fault(in name: FieldName, _ value: UnsafeRawBufferPointer) -> FieldSectionError? {
        guard name.isHopByHop else { return nil }
        if name.isConnectionSpecific { return .connectionField }
        return name == .te && !value.equalsFolded("trailers") ? .connectionField : nil
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }
}
