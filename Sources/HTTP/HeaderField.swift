package import Bytes

/// One field line of a head: where its name and value stand in the bytes that were parsed.
@usableFromInline
package struct HeaderField: Sendable {
    /// The name as sent.
    package var name: ByteRange
    /// The value without the white space around it.
    package var value: ByteRange
    /// The name as a rule knows it.
    package var known: FieldName
    /// Whether the field must not be passed on: it is of this hop, `Connection` names it, or its name is unsafe.
    package var isDropped: Bool

    /// A field line of a head that was put together instead of parsed.
    package init(name: ByteRange, value: ByteRange, known: FieldName, isDropped: Bool) {
        self.name = name
        self.value = value
        self.known = known
        self.isDropped = isDropped
    }
}
