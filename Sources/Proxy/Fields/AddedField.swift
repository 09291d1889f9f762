internal import Bytes
internal import HTTP
internal import Routing

/// A field of `add_header`, made ready for one worker.
final class AddedField {
    let header: AddedHeader
    /// What its name is known as.
    let known: FieldName
    /// Its value where that is always the same, and one that a field may have; nil where it has to be put together.
    let constant: ByteString?

    init(_ header: AddedHeader) {
        self.header = header.copied()
        known = header.name.withBytes { FieldName($0) }
        constant = self.header.value.constant.flatMap { text in
            text.withBytes { !$0.isEmpty && $0.isFieldValue } ? text : nil
        }
    }
}
