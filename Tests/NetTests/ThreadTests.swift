import Net
import Synchronization
import Testing

@Suite("Threads", .timeLimit(.minutes(10)))
struct ThreadTests {
    private final class Calls: Sendable {
        let counts = Mutex<[Int: Int]>([:])
    }

    @Test("do all parts of a job, each once, before they are done with it", arguments: [0, 1, 2, 1000])
    func parts(count: Int) {
        let calls = Calls()
        Thread.perform(count) { number in calls.counts.withLock { $0[number, default: 0] += 1 } }
        let counts = calls.counts.withLock { $0 }
        #expect(counts.count == count)
        #expect((0..<count).allSatisfy { counts[$0] == 1 })
    }
}
