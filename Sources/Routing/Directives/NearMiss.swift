/// Finds what was probably meant by a word that is not known.
package enum NearMiss {
    /// The candidate that the word differs from least, when it differs so little that a slip of the hand explains it.
    package static func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
        let letters = Array(word.utf8)
        guard (2...40).contains(letters.count) else { return nil }
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let limit = min(max(1, candidate.utf8.count / 4), 3, (best?.distance ?? .max) - 1)
            guard limit > 0, !candidate.isEmpty, abs(candidate.utf8.count - letters.count) <= limit else { continue }
            let distance = distance(letters, Array(candidate.utf8))
            if distance <= limit { best = (distance, candidate) }
        }
        return best?.candidate
    }

    /// How many letters must be added, dropped, replaced or swapped with their neighbour to come from one to the other.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for row in 1...a.count {
            var current = [row] + last.dropFirst()
            for column in 1...b.count {
                let cost = a[row - 1] == b[column - 1] ? 0 : 1
                var least = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + cost)
                if row > 1, column > 1, a[row - 1] == b[column - 2], a[row - 2] == b[column - 1] {
                    least = min(least, beforeLast[column - 2] + 1)
                }
                current[column] = least
            }
            (beforeLast, last) = (last, current)
        }
        return last[b.count]
    }
}
