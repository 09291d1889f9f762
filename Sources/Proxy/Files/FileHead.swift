internal import Bytes
internal import HTTP

/// The fields of an answer with a file, in the form in which a backend's fields are passed on.
struct FileHead: ~Copyable {
    private(set) var fields = HeaderFields(capacity: 8)
    private var text = ByteBuffer(capacity: 256)

    /// What the ranges of `fields` point into.
    var bytes: UnsafeRawBufferPointer { text.readable }

    /// Adds a field whose value the body appends.
    mutating func add(_ name: StaticString, _ known: FieldName, _ value: (inout ByteBuffer) -> Void) {
        let start = text.count
        text.append(name)
        let end = text.count
        value(&text)
        fields.append(
            HeaderField(
                name: ByteRange(start: start, count: end - start),
                value: ByteRange(start: end, count: text.count - end),
                known: known, isDropped: false))
    }
}
