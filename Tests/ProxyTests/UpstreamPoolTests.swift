import Bytes
import Net
import Routing
import Testing

@testable import Proxy

@Suite("Whose turn it is")
struct UpstreamPoolTests {
    private let now = Instant(nanoseconds: 1_000_000_000_000)

    /// An upstream of backends at 10.0.0.1, 10.0.0.2 and so on.
    private func upstream(
        _ balancing: LoadBalancing = .roundRobin, weights: [Int], backups: Set<Int> = []
    ) -> Upstream {
        var upstream = Upstream(
            key: "u",
            backends: weights.enumerated().map { index, weight in
                let address = IPAddress(ipv4: 0x0a00_0001 + UInt32(index))
                var backend = Backend(endpoint: Endpoint(address: address, port: 80), origin: "t", weight: weight)
                backend.isBackup = backups.contains(index + 1)
                return backend
            })
        upstream.balancing = balancing
        return upstream
    }

    private func pool(_ upstream: Upstream) -> UpstreamPool {
        let pool = UpstreamPool(key: "u")
        pool.update(upstream, context: nil)
        return pool
    }

    /// The last byte of the address of the backend that is chosen.
    private func next(
        _ pool: UpstreamPool, _ tried: [BackendPool] = [], key: UInt64 = 0, after seconds: Int = 0
    ) -> Int? {
        pool.next(excluding: ContiguousArray(tried), key: key, at: now + .seconds(seconds))
            .map { Int($0.endpoint.address.lower & 0xff) }
    }

    private func member(_ pool: UpstreamPool, _ number: Int) -> BackendPool { pool.members[number - 1].backend }

    @Test("spreads the turns of a heavy backend")
    func roundRobin() {
        let pool = pool(upstream(weights: [5, 1, 1]))
        #expect((0..<7).map { _ in next(pool) } == [1, 1, 2, 1, 3, 1, 1])
    }

    @Test("is nobody's without backends, and not that of one that was tried")
    func excluded() {
        #expect(next(pool(upstream(weights: []))) == nil)
        let single = pool(upstream(weights: [1]))
        #expect(next(single) == 1)
        #expect(next(single, [member(single, 1)]) == nil)
        let pair = pool(upstream(weights: [1, 1]))
        #expect(next(pair, [member(pair, 1)]) == 2)
        #expect(next(pair, [member(pair, 1), member(pair, 2)]) == nil)
        // What was tried may have left since.
        let second = member(pair, 2)
        pair.update(upstream(weights: [1]), context: nil)
        #expect(next(pair, [second]) == 1)
        #expect(next(pair, [second, member(pair, 1)]) == nil)
    }

    @Test("passes over a backend that failed, until its time is over")
    func failed() {
        let pool = pool(upstream(weights: [1, 1]))
        member(pool, 1).health.failed(at: now)
        #expect((0..<4).map { _ in next(pool, after: 10) } == [2, 2, 2, 2])
        let later = (0..<4).map { _ in next(pool, after: 11) }
        // One request tries it; until that is served, the others pass over it.
        #expect(later.filter { $0 == 1 }.count == 1)
        member(pool, 1).health.served()
        #expect((0..<4).map { _ in next(pool, after: 11) }.filter { $0 == 1 }.count >= 2)
    }

    @Test("comes to every backend again when all have failed, and to the only one always")
    func allFailed() {
        let pair = pool(upstream(weights: [1, 1]))
        member(pair, 1).health.failed(at: now)
        member(pair, 2).health.failed(at: now)
        #expect(next(pair) != nil)
        #expect(next(pair, [member(pair, 1)]) == 2)
        let single = pool(upstream(weights: [1]))
        member(single, 1).health.failed(at: now)
        #expect(next(single) == 1)
    }

    @Test("comes to a backup only when all others fail")
    func backup() {
        let pool = pool(upstream(weights: [1, 1, 1], backups: [3]))
        #expect((0..<4).map { _ in next(pool) } == [1, 2, 1, 2])
        member(pool, 1).health.failed(at: now)
        #expect(next(pool) == 2)
        member(pool, 2).health.failed(at: now)
        #expect((0..<2).map { _ in next(pool) } == [3, 3])
        member(pool, 3).health.failed(at: now)
        #expect(next(pool).map { $0 < 3 } == true)
    }

    @Test("is that of the backend with the fewest requests for its weight, in turn among equals")
    func leastConnections() {
        let pool = pool(upstream(.leastConnections, weights: [1, 1, 2]))
        #expect(Set((0..<3).map { _ in next(pool) }).count > 1)
        member(pool, 1).began()
        member(pool, 3).began()
        #expect((0..<3).map { _ in next(pool) } == [2, 2, 2])
        member(pool, 2).began()
        #expect((0..<3).map { _ in next(pool) } == [3, 3, 3])
        member(pool, 3).began()
        #expect(Set((0..<8).map { _ in next(pool) }) == [1, 2, 3])
        member(pool, 1).ended()
        #expect(next(pool) == 1)
    }

    @Test("is the same one's for the same key, and by weight over many")
    func hash() {
        let pool = pool(upstream(.clientAddress, weights: [1, 1, 2]))
        var counts = [0, 0, 0, 0]
        for key in 0..<4000 {
            let owner = next(pool, key: UInt64(key))
            #expect(owner == next(pool, key: UInt64(key)))
            counts[owner ?? 0] += 1
        }
        #expect(counts[0] == 0)
        #expect((800...1200).contains(counts[1]), "\(counts)")
        #expect((800...1200).contains(counts[2]), "\(counts)")
        #expect((1800...2200).contains(counts[3]), "\(counts)")
    }

    @Test("moves only the keys of a backend that goes, or that fails")
    func fewMoves() {
        let whole = pool(upstream(.clientAddress, weights: [1, 1, 1]))
        let before = (0..<500).map { next(whole, key: UInt64($0)) }
        let smaller = pool(upstream(.clientAddress, weights: [1, 1]))
        let after = (0..<500).map { next(smaller, key: UInt64($0)) }
        #expect(zip(before, after).allSatisfy { $0 == $1 || $0 == 3 })
        member(whole, 3).health.failed(at: now)
        #expect((0..<500).map { next(whole, key: UInt64($0)) } == after)
    }

    @Test("is anybody's by weight, or that of the less busy of two")
    func random() {
        let pool = pool(upstream(.random, weights: [1, 3]))
        let chosen = (0..<4000).map { _ in next(pool) }
        #expect((2700...3300).contains(chosen.filter { $0 == 2 }.count))
        let pair = self.pool(upstream(.randomPair, weights: [1, 1]))
        member(pair, 1).began()
        #expect((0..<20).allSatisfy { _ in next(pair) == 2 })
        let three = self.pool(upstream(.randomPair, weights: [1, 1, 1]))
        #expect(Set((0..<200).map { _ in next(three) }) == [1, 2, 3])
    }

    @Test("stays with what backends have done when a snapshot names them again")
    func update() {
        let pool = pool(upstream(weights: [1, 1]))
        let first = member(pool, 1)
        first.health.failed(at: now)
        pool.update(upstream(.leastConnections, weights: [1, 1, 1]), context: nil)
        #expect(member(pool, 1) === first)
        #expect(Set((0..<6).map { _ in next(pool) }) == [2, 3])
        pool.update(upstream(weights: []), context: nil)
        #expect(next(pool) == nil)
    }
}
