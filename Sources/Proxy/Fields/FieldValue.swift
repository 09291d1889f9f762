extension UnsafeRawBufferPointer {
    /// Whether the bytes can stand as the value of a field without ending its line: no control bytes but tabs.
    var isFieldValue: Bool { !contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7f } }
}
