internal import Bytes

/// A variable whose value another text decides (nginx: `map`).
package final class VariableMap: Sendable {
    /// What the value depends on.
    package let source: Template
    /// The values of texts that stand alone, by text in lower case, sorted.
    let names: [(text: ByteString, value: Template)]
    /// The values of regular expressions, in the order in which they are tried.
    let patterns: [(pattern: Pattern, value: Template)]
    /// The value of everything else.
    let fallback: Template

    /// A map; of two values of one text the first counts.
    init(
        source: Template, names: [(text: ByteString, value: Template)],
        patterns: [(pattern: Pattern, value: Template)], fallback: Template
    ) {
        self.source = source
        self.names = names.sorted { $0.text.bytes.lexicographicallyPrecedes($1.text.bytes) }
        self.patterns = patterns
        self.fallback = fallback
    }

    /// The value of a text, whose letters count in any case where it stands alone. `matched` hears of the pattern that decided.
    ///
    /// - Complexity: O(log n) comparisons for n texts, and one trial for each pattern. Allocates nothing.
    package func value(
        of text: UnsafeRawBufferPointer, with matcher: PatternMatcher, matched: (Pattern) -> Void
    ) -> Template {
        var range = names.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let order = names[middle].text.withBytes { Self.compare($0, text) }
            if order == 0 { return names[middle].value }
            range = order < 0 ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        for index in patterns.indices where matcher.match(patterns[index].pattern, in: text) == .matched {
            matched(patterns[index].pattern)
            return patterns[index].value
        }
        return fallback
    }

    /// Every value.
    var values: [Template] { names.map(\.value) + patterns.map(\.value) + [fallback] }

    /// Below 0 where the first, which is in lower case, sorts before the second.
    private static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        for index in 0..<min(a.count, b.count) {
            let order = Int(a[index]) - Int(ASCII.lowercased(b[index]))
            if order != 0 { return order }
        }
        return a.count - b.count
    }
}

extension VariableMap: Hashable {
    package static func == (a: VariableMap, b: VariableMap) -> Bool {
        a === b
            || a.source == b.source && a.fallback == b.fallback
                && a.names.elementsEqual(b.names) { $0.text == $1.text && $0.value == $1.value }
                && a.patterns.elementsEqual(b.patterns) { $0.pattern == $1.pattern && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(names.count)
        hasher.combine(patterns.count)
    }
}
