private import Synchronization

/// How many requests are under way, by a key, for all workers (nginx: `limit_conn_zone`).
final class ConnectionZone: Sendable {
    /// What an entry takes.
    private static let bytesPerEntry = 64

    private let counts = Mutex<[LimitKey: Int]>([:])
    private let mostKeys: Int

    /// A table of at most so many bytes.
    init(size: Int) { mostKeys = max(size / Self.bytesPerEntry, 1) }

    /// Counts one request more of a key; false where there are `most` already, or the table is full.
    func enter(_ key: LimitKey, most: Int) -> Bool {
        counts.withLock { counts in
            let count = counts[key] ?? 0
            guard count < most, count > 0 || counts.count < mostKeys else { return false }
            counts[key] = count + 1
            return true
        }
    }

    /// Takes back one request of a key.
    func leave(_ key: LimitKey) {
        counts.withLock { counts in
            guard let count = counts[key] else { return }
            counts[key] = count > 1 ? count - 1 : nil
        }
    }
}
