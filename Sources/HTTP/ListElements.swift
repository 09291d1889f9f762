internal import Bytes

/// The elements of a comma-separated field value (RFC 9110 §5.6.1) that holds no quoted strings; empty ones are left out.
struct ListElements: Sequence, IteratorProtocol {
    private let text: UnsafeRawBufferPointer
    private var index = 0

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    @inline(__always)
    mutating func next() -> UnsafeRawBufferPointer? {
        while index < text.count {
            var start = index
            while index < text.count, text[index] != ASCII.comma { index += 1 }
            var end = index
            index += 1
            while start < end, text[start] == ASCII.space || text[start] == ASCII.tab { start += 1 }
            while end > start, text[end - 1] == ASCII.space || text[end - 1] == ASCII.tab { end -= 1 }
            if start < end { return UnsafeRawBufferPointer(rebasing: text[start..<end]) }
        }
        return nil
    }
}
