internal import Bytes

/// The field lines of a head in the order they came; emptied and used again for the next head, so warm heads allocate nothing.
@usableFromInline
package struct HeaderFields: Sendable {
    /// The fields, and behind them what is left of fields of earlier heads.
    @usableFromInline var storage: ContiguousArray<HeaderField> = []
    /// The number of field lines.
    @usableFromInline package private(set) var count = 0

    /// No fields, and room for `capacity` of them.
    package init(capacity: Int = 0) {
        storage.reserveCapacity(capacity)
    }

    /// Whether there is memory for a field.
    @inline(__always)
    package var hasRoom: Bool { storage.capacity > 0 }

    /// Appends a field line.
    @inline(__always)
    package mutating func append(_ field: HeaderField) {
        if count < storage.count { storage[count] = field } else { storage.append(field) }
        count += 1
    }

    /// Forgets every field and keeps the memory.
    package mutating func removeAll() { count = 0 }

    /// Takes the last field line away; there must be one.
    mutating func removeLast() {
        precondition(count > 0, "no field line")
        count -= 1
    }

    /// Takes every field line of that name away but the first, in O(count).
    mutating func removeAll(of name: FieldName, butFirst first: Int) {
        let start = storage[first].name.start
        storage.removeLast(storage.count - count)
        storage.removeAll { $0.known == name && $0.name.start != start }
        count = storage.count
    }

    /// The first field of that name, in O(count).
    ///
    /// `other` finds the first name that is not known.
    package func first(_ name: FieldName) -> HeaderField? {
        for index in indices where storage[index].known == name { return storage[index] }
        return nil
    }
}

extension HeaderFields: RandomAccessCollection, MutableCollection {
    /// Always 0.
    @inlinable package var startIndex: Int { 0 }
    /// The number of field lines.
    @inlinable package var endIndex: Int { count }

    /// The field line at that place.
    @inlinable
    package subscript(position: Int) -> HeaderField {
        @inline(__always) get {
            precondition(position < count, "no such field line")
            return storage[position]
        }
        @inline(__always) _modify {
            precondition(position < count, "no such field line")
            yield &storage[position]
        }
    }
}
