import Net
import Testing

@testable import Proxy

@Suite("Patience with slow clients")
struct PatienceTests {
    private let timeout = Timeout.seconds(60)
    /// At 500 bytes a second.
    private let cost: UInt64 = 2_000_000

    private func second(_ count: Double) -> Instant { Instant(nanoseconds: UInt64(count * 1_000_000_000)) }

    @Test("lasts for the timeout, and is whole again behind enough bytes")
    func enough() {
        var patience = Patience()
        #expect(patience.deadline(for: timeout, at: second(100)) == second(160))
        patience.moved(15_000, cost: cost, at: second(130))
        #expect(patience.deadline(for: timeout, at: second(130)) == second(190))
        patience.moved(1_000_000, cost: cost, at: second(131))
        #expect(patience.deadline(for: timeout, at: second(131)) == second(191))
    }

    @Test("is used up by a byte now and then as by nothing at all")
    func drops() {
        var patience = Patience()
        var deadline = patience.deadline(for: timeout, at: second(100))
        for time in stride(from: 110.0, to: 160, by: 10) {
            patience.moved(1, cost: cost, at: second(time))
            deadline = patience.deadline(for: timeout, at: second(time))
        }
        #expect(deadline > second(160) && deadline < second(160.1))
        patience.moved(1, cost: cost, at: second(161))
        #expect(patience.deadline(for: timeout, at: second(161)) == second(161))
    }

    @Test("is not used up while the other side holds the client up")
    func held() {
        var patience = Patience()
        _ = patience.deadline(for: timeout, at: second(100))
        patience.rest(at: second(110))
        #expect(patience.deadline(for: timeout, at: second(1000)) == second(1050))
    }

    @Test("is whole again behind any byte where there is no least rate")
    func off() {
        var patience = Patience()
        _ = patience.deadline(for: timeout, at: second(100))
        patience.moved(1, cost: 0, at: second(159))
        #expect(patience.deadline(for: timeout, at: second(159)) == second(219))
    }
}
