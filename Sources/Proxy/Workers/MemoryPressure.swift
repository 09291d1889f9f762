internal import Synchronization

/// How near the process is to the end of its memory.
enum MemoryPressure: Comparable, Sendable {
    /// Far enough.
    case eased
    /// Near: nothing should grow.
    case tight
    /// Beyond it, so that this many bytes have to be given up.
    case short(excess: Int)

    /// What so much memory means under a limit.
    init(used: Int, limit: Int) {
        let mark = limit / 8 * 7
        self = used > limit ? .short(excess: used - mark) : used > mark ? .tight : .eased
    }

    var isShort: Bool { if case .short = self { true } else { false } }
}

/// How much of what has to be given up falls to each worker: as much as it holds of what all of them hold.
final class MemoryShares: Sendable {
    /// Where connections hold less than this part of the excess, closing them all would be of no use.
    private static let leastPart = 8
    private let holdings: Mutex<[Int]>

    /// Shares of so many workers.
    init(count: Int) { holdings = Mutex(Array(repeating: 0, count: count)) }

    /// What falls to a worker that holds so much; nil where the memory is not that of connections.
    func part(of excess: Int, worker: Int, holding: Int) -> Int? {
        let all = holdings.withLock { holdings in
            holdings[worker] = holding
            return holdings.reduce(0, +)
        }
        guard all > excess / Self.leastPart else { return nil }
        return Int(Double(excess) * (Double(holding) / Double(all)))
    }
}

/// A worker's part in giving memory up.
struct MemoryShare {
    let shares: MemoryShares
    let worker: Int

    /// That of a worker which is alone.
    static var whole: MemoryShare { MemoryShare(shares: MemoryShares(count: 1), worker: 0) }

    /// What falls to this worker; nil where the memory is not that of connections.
    func part(of excess: Int, holding: Int) -> Int? { shares.part(of: excess, worker: worker, holding: holding) }
}
