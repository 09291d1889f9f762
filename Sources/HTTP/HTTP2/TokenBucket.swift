/// A bound on how often something may happen: so much at once, and so much a second in the long run.
///
/// It holds tokens up to its capacity; what happens takes some, and time puts them back. No clock: the time is handed in.
struct TokenBucket {
    private static let token = 1_000_000_000

    /// How much fits in, in billionths of a token, so that a nanosecond's share is a whole number.
    private let capacity: Int
    private let perSecond: Int
    private var level: Int

    /// A full bucket.
    ///
    /// - Parameters:
    ///   - capacity: how many tokens it holds, up to a million.
    ///   - perSecond: how many come back in a second, up to a million.
    init(capacity: Int, perSecond: Int) {
        self.capacity = capacity * Self.token
        self.perSecond = perSecond
        level = self.capacity
    }

    /// Whether more was taken than there was.
    var isOverdrawn: Bool { level < 0 }

    /// Takes tokens out, more than there are if need be.
    @inline(__always)
    mutating func take(_ count: Int) { level -= count * Self.token }

    /// Puts half tokens back, as far as there is room.
    @inline(__always)
    mutating func putBack(halves: Int) { level = min(level + halves * (Self.token / 2), capacity) }

    /// Puts back what comes with so many nanoseconds.
    @inline(__always)
    mutating func refill(after nanoseconds: UInt64) {
        // In an hour any bucket that makes sense is full.
        level = min(level + Int(min(nanoseconds, 3600 * 1_000_000_000)) * perSecond, capacity)
    }
}
