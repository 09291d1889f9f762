import Testing

@testable import HTTP

@Suite("Token buckets")
struct TokenBucketTests {
    @Test("give what they hold, and then no more")
    func capacity() {
        var bucket = TokenBucket(capacity: 3, perSecond: 1)
        bucket.take(3)
        #expect(!bucket.isOverdrawn)
        bucket.take(1)
        #expect(bucket.isOverdrawn)
    }

    @Test("fill with time, by the nanosecond, and never beyond their rim")
    func refill() {
        var bucket = TokenBucket(capacity: 3, perSecond: 2)
        bucket.take(4)
        bucket.refill(after: 499_999_999)
        #expect(bucket.isOverdrawn)
        bucket.refill(after: 1)
        #expect(!bucket.isOverdrawn)
        bucket.refill(after: .max)
        bucket.take(3)
        #expect(!bucket.isOverdrawn)
        bucket.take(1)
        #expect(bucket.isOverdrawn)
    }

    @Test("take back halves, up to their rim")
    func halves() {
        var bucket = TokenBucket(capacity: 2, perSecond: 0)
        bucket.putBack(halves: 1)
        bucket.take(3)
        bucket.putBack(halves: 1)
        #expect(bucket.isOverdrawn)
        bucket.putBack(halves: 1)
        #expect(!bucket.isOverdrawn)
    }

    @Test("hold a million, and fill by a million a second for as long as there is time, without overflow")
    func extremes() {
        var bucket = TokenBucket(capacity: 1_000_000, perSecond: 1_000_000)
        bucket.take(1_000_001)
        bucket.refill(after: .max)
        #expect(!bucket.isOverdrawn)
    }
}
