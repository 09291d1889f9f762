import Testing

@testable import Proxy

@Suite("Memory that runs short")
struct MemoryPressureTests {
    @Test(
        "is tight from seven eighths of the limit on, and short beyond it",
        arguments: [
            (0, MemoryPressure.eased), (7000, .eased), (7001, .tight), (8000, .tight), (8001, .short(excess: 1001)),
            (16_000, .short(excess: 9000)),
        ])
    func levels(used: Int, pressure: MemoryPressure) {
        #expect(MemoryPressure(used: used, limit: 8000) == pressure)
    }

    @Test(
        "leaves a part of the control group to the kernel",
        arguments: [(1000, 800), (160, 128), (100, 68), (64, 32), (40, 20)])
    func reserve(group: Int, limit: Int) {
        #expect(MemoryLimit.process(inGroupOf: group << 20) == limit << 20)
    }

    @Test("is given up by each worker as far as it holds it")
    func shares() {
        let shares = MemoryShares(count: 2)
        // Of the other one nothing is known yet.
        #expect(shares.part(of: 1000, worker: 0, holding: 3000) == 1000)
        #expect(shares.part(of: 1000, worker: 1, holding: 1000) == 250)
        #expect(shares.part(of: 1000, worker: 0, holding: 1000) == 500)
        #expect(shares.part(of: 1000, worker: 1, holding: 0) == 0)
    }

    @Test("is not given up where connections have next to nothing of it")
    func others() {
        #expect(MemoryShare.whole.part(of: 8000, holding: 1000) == nil)
        #expect(MemoryShare.whole.part(of: 8000, holding: 1001) == 8000)
    }
}
