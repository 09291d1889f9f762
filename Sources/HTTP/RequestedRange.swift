internal import Bytes

/// Which part of a content a `Range` field asks for (RFC 9110 §14.2).
package enum RequestedRange: Equatable, Sendable {
    /// All of it: there is no such field, or it asks for several parts at once, which a server may pass over.
    case whole
    /// These bytes, at least one.
    case part(Range<Int>)
    /// None that there is: the answer is 416. As in nginx a field that cannot be read counts as this.
    case unsatisfiable

    /// What the value of a field asks for of a content of `size` bytes.
    package init(_ value: UnsafeRawBufferPointer, size: Int) {
        let unit: StaticString = "bytes="
        guard value.count >= unit.utf8CodeUnitCount,
            ASCII.equalsIgnoringCase(
                UnsafeRawBufferPointer(rebasing: value[..<unit.utf8CodeUnitCount]), unit)
        else {
            self = .whole
            return
        }
        var found: Range<Int>?
        let list = UnsafeRawBufferPointer(rebasing: value[unit.utf8CodeUnitCount...])
        for part in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let bounds = Self.bounds(part) else {
                self = .unsatisfiable
                return
            }
            let range = Self.range(bounds, size: size)
            guard !range.isEmpty else {
                // Nothing of an empty content, but from its start: that is all of it.
                if range.lowerBound == 0 {
                    self = .whole
                    return
                }
                continue
            }
            guard found == nil else {
                self = .whole
                return
            }
            found = range
        }
        self = found.map { .part($0) } ?? .unsatisfiable
    }

    /// The two numbers of `5-9`, `5-` or `-5`; nil for anything else.
    private static func bounds(_ text: Slice<UnsafeRawBufferPointer>) -> (first: Int?, last: Int?)? {
        var text = UnsafeRawBufferPointer(rebasing: text)
        while text.first == ASCII.space { text = UnsafeRawBufferPointer(rebasing: text.dropFirst()) }
        while text.last == ASCII.space { text = UnsafeRawBufferPointer(rebasing: text.dropLast()) }
        guard let dash = text.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let first = UnsafeRawBufferPointer(rebasing: text[..<dash])
        let last = UnsafeRawBufferPointer(rebasing: text[(dash + 1)...])
        if first.isEmpty, last.isEmpty { return nil }
        let numbers = (ASCII.decimal(first), ASCII.decimal(last))
        guard first.isEmpty || numbers.0 != nil, last.isEmpty || numbers.1 != nil else { return nil }
        return (first.isEmpty ? nil : numbers.0, last.isEmpty ? nil : numbers.1)
    }

    /// The bytes that there are of them; empty where there are none.
    private static func range(_ bounds: (first: Int?, last: Int?), size: Int) -> Range<Int> {
        guard let first = bounds.first else {
            let start = size - min(bounds.last ?? 0, size)
            return start..<size
        }
        let end = min(bounds.last ?? size - 1, size - 1) + 1
        return first..<max(first, end)
    }
}
