package import Bytes
package import Net
package import Passwords

/// Credentials that were checked a short while ago, known by their keys; never a password.
///
/// An entry lives for a fixed time from its check on, however often it is used. When there are too many, the oldest go.
/// One cache serves one worker.
package struct CredentialCache {
    private struct Entry {
        let user: ByteString
        let expiry: Instant
    }

    private let limit: Int
    private let lifetime: Duration
    private var entries: [CredentialKey: Entry] = [:]
    /// The keys in the order in which they expire. A key may be in it twice, and only its last expiry counts.
    private var order: [(key: CredentialKey, expiry: Instant)] = []
    private var oldest = 0

    /// An empty cache for `limit` entries of a lifetime.
    package init(limit: Int, lifetime: Duration) {
        self.limit = limit
        self.lifetime = lifetime
    }

    /// How many entries there are, counting some that have expired.
    package var count: Int { entries.count }

    /// The user whom the credential belongs to, or nil when it is not remembered.
    package func user(for key: CredentialKey, now: Instant) -> ByteString? {
        guard let entry = entries[key], now < entry.expiry else { return nil }
        return entry.user
    }

    /// Remembers a credential from now on. Time must not go backwards from one call to the next.
    package mutating func insert(_ key: CredentialKey, user: ByteString, now: Instant) {
        let expiry = now + lifetime
        entries[key] = Entry(user: user, expiry: expiry)
        order.append((key, expiry))
        while oldest < order.count, entries.count > limit || order[oldest].expiry <= now { forgetOldest() }
        if oldest > order.count / 2 {
            order.removeFirst(oldest)
            oldest = 0
        }
    }

    private mutating func forgetOldest() {
        let (key, expiry) = order[oldest]
        oldest += 1
        if entries[key]?.expiry == expiry { entries[key] = nil }
    }
}
