private import Synchronization

/// How fast requests come, by a key, for all workers (nginx: `limit_req_zone`).
///
/// The table is split by the key, so that workers seldom wait for each other, and none for longer than a look-up. A part that
/// is full forgets the key that was counted least lately.
final class RequestZone: Sendable {
    fileprivate struct Entry {
        let key: LimitKey
        var bucket: LeakyBucket
        /// The neighbours in the order of their last use.
        var older: Int
        var newer: Int
    }

    fileprivate struct Part {
        var places: [LimitKey: Int] = [:]
        var entries: ContiguousArray<Entry> = []
        var oldest = -1
        var newest = -1
    }

    private final class Guarded: Sendable {
        let part = Mutex(Part())
    }

    /// What an entry takes, with its share of what leads to it.
    private static let bytesPerEntry = 128
    private static let mostParts = 16

    /// Thousandths of requests in a second.
    let rate: Int
    private let parts: [Guarded]
    private let entriesPerPart: Int

    /// A table of at most so many bytes.
    init(rate: Int, size: Int) {
        self.rate = rate
        let entries = max(size / Self.bytesPerEntry, 1)
        parts = (0..<min(Self.mostParts, entries)).map { _ in Guarded() }
        entriesPerPart = entries / parts.count
    }

    /// By how much a key is ahead of the rate with one request more, in thousandths; nil where that is more than `most`.
    ///
    /// - Parameter counts: whether the request is counted, unless it is one too many.
    func excess(of key: LimitKey, at now: Int, most: Int, counts: Bool) -> Int? {
        parts[key.part(of: parts.count)].part.withLock { part in
            guard let index = part.places[key] else {
                if counts { part.insert(key, at: now, most: entriesPerPart) }
                return 0
            }
            part.use(index)
            let excess = part.entries[index].bucket.excess(at: now, rate: rate)
            guard excess <= most else { return nil }
            if counts { part.entries[index].bucket.count(excess, at: now) }
            return excess
        }
    }

    /// How many keys are known.
    var count: Int { parts.reduce(0) { sum, guarded in sum + guarded.part.withLock { $0.entries.count } } }
}

extension RequestZone.Part {
    /// Adds a key, in the place of the oldest one where there are as many as there may be.
    fileprivate mutating func insert(_ key: LimitKey, at now: Int, most: Int) {
        let entry = RequestZone.Entry(key: key, bucket: LeakyBucket(at: now), older: -1, newer: -1)
        let index: Int
        if entries.count < most {
            index = entries.count
            entries.append(entry)
        } else {
            index = oldest
            unlink(index)
            places[entries[index].key] = nil
            entries[index] = entry
        }
        places[key] = index
        link(index)
    }

    /// Makes an entry the one that was used last.
    fileprivate mutating func use(_ index: Int) {
        guard index != newest else { return }
        unlink(index)
        link(index)
    }

    private mutating func link(_ index: Int) {
        entries[index].older = newest
        entries[index].newer = -1
        if newest >= 0 { entries[newest].newer = index } else { oldest = index }
        newest = index
    }

    private mutating func unlink(_ index: Int) {
        let (older, newer) = (entries[index].older, entries[index].newer)
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
        if newer >= 0 { entries[newer].older = older } else { newest = older }
    }
}
