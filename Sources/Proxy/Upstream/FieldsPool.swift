internal import HTTP

/// Memory for the fields of answers, which the connections of one worker share: one that waits for a request needs none.
struct FieldsPool {
    private var spare: ContiguousArray<HeaderFields> = []

    /// Gives a head memory for its fields where it has none.
    @inline(__always)
    mutating func lend(to head: inout ResponseHead) {
        if !head.fields.hasRoom { head.fields = spare.popLast() ?? ResponseHead().fields }
    }

    /// Takes the memory of a head's fields back.
    @inline(__always)
    mutating func reclaim(from head: inout ResponseHead) {
        guard head.fields.hasRoom else { return }
        if spare.count < Self.limit { spare.append(head.fields) }
        head.fields = HeaderFields()
    }

    private static let limit = 256
}
