import Testing

@testable import Control

@Suite("Events that have been heard")
struct HeardEventsTests {
    private static let minute = Int64(60) * 1_000_000_000

    @Test(
        "are asked for from where the last stream broke off, from a minute ago at the most",
        arguments: [
            (nil, 0), (990, 990), (1000, 1000), (930, 940),
            // A clock that was set back.
            (2000, 1000),
        ] as [(Int64?, Int64)])
    func since(latest: Int64?, expected: Int64) {
        let now = 1000 * Self.minute / 60
        var heard = HeardEvents()
        if let latest { heard.note(latest * Self.minute / 60) }
        let earliest = expected == 0 ? now - Self.minute : expected * Self.minute / 60
        #expect(heard.since(now) == earliest - HeardEvents.overlap)
    }
}
