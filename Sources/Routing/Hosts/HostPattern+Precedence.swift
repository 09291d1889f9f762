internal import Bytes

extension HostPattern {
    /// Which of a host's patterns leads a name to it; nil where none does.
    ///
    /// Each is tried by a table of its own, so that nothing matches here that does not match there.
    /// - Complexity: a table for each pattern; for explanations, not for requests.
    package static func deciding(
        of patterns: [HostPattern], for name: UnsafeRawBufferPointer, with matcher: PatternMatcher
    ) -> HostPattern? {
        patterns.filter { HostTable([[$0]]).find(name, with: matcher) != nil }
            .enumerated().min { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }?.element
    }

    /// Orders the kinds as the table asks them, and the longer before the shorter.
    private var rank: Int {
        switch self {
        case .exact: 0
        case .leading(let name): 1000 - name.count
        case .trailing(let name): 2000 - name.count
        case .pattern: 3000
        }
    }

    /// What kind of name it is, in words.
    package var kind: String {
        switch self {
        case .exact: "the exact name"
        case .leading: "the wildcard"
        case .trailing: "the wildcard at the end"
        case .pattern: "the regular expression"
        }
    }
}
