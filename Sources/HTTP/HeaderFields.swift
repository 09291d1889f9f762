internal import Bytes

/// The field lines of a head in the order they came; emptied and used again for the next head, so warm heads allocate nothing.
@usableFromInline
package struct HeaderFields: Sendable {
    @usableFromInline var storage: ContiguousArray<HeaderField> = []

    /// No fields, and room for `capacity` of them.
    package init(capacity: Int = 0) {
        storage.reserveCapacity(capacity)
    }

    /// Whether there is memory for a field.
    @inline(__always)
    package var hasRoom: Bool { storage.capacity > 0 }

    /// Appends a field line.
    @inline(__always)
    package mutating func append(_ field: HeaderField) { storage.append(field) }

    /// Forgets every field and keeps the memory.
    package mutating func removeAll() { storage.removeAll(keepingCapacity: true) }

    /// Takes the last field line away; there must be one.
    mutating func removeLast() { storage.removeLast() }

    /// Takes every field line of that name away but the first, in O(count).
    mutating func removeAll(of name: FieldName, butFirst first: Int) {
        let start = storage[first].name.start
        storage.removeAll { $0.known == name && $0.name.start != start }
    }

    /// The first field of that name, in O(count).
    ///
    /// `other` finds the first name that is not known.
    package func first(_ name: FieldName) -> HeaderField? {
        for field in storage where field.known == name { return field }
        return nil
    }
}

extension HeaderFields: RandomAccessCollection, MutableCollection {
    /// Always 0.
    @inlinable package var startIndex: Int { 0 }
    /// The number of field lines.
    @inlinable package var endIndex: Int { storage.count }

    /// The field line at that place.
    @inlinable
    package subscript(position: Int) -> HeaderField {
        @inline(__always) get { storage[position] }
        @inline(__always) _modify { yield &storage[position] }
    }
}
