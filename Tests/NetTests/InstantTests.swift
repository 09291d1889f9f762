import Net
import Testing

@Suite("Instants and timeouts")
struct InstantTests {
    @Test("count on from one another, and never back")
    func arithmetic() {
        let start = Instant(nanoseconds: 1000)
        #expect(start + Duration.nanoseconds(5) == Instant(nanoseconds: 1005))
        #expect(start + Duration.seconds(-5) == start)
        #expect((start + Duration.seconds(1)).since(start) == .seconds(1))
        #expect(start.since(start + Duration.seconds(1)) == .zero)
        #expect(start < start + Duration.nanoseconds(1))
        #expect(Instant.now <= Instant.now)
    }

    @Test(
        "hold every duration, as far as they can",
        arguments: [
            (Duration.zero, 0), (.nanoseconds(1), 1), (.milliseconds(-1), 0), (.seconds(3), 3_000_000_000),
            (.seconds(Int64.max), UInt64(Int64.max)), (.seconds(Int64.min), 0),
            (.nanoseconds(Int64.max), UInt64(Int64.max)),
        ] as [(Duration, UInt64)])
    func clamped(_ duration: Duration, _ nanoseconds: UInt64) {
        #expect(duration.clampedNanoseconds == nanoseconds)
        #expect(Timeout(duration).nanoseconds == nanoseconds)
    }
}
