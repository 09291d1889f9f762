internal import Bytes
internal import Net

/// The connections of a worker, as those are chosen that have to make room for others.
struct Crowd {
    /// One connection.
    struct Member {
        let token: Token
        /// Whom it is counted for; nil for a proxy that is trusted to speak for many.
        let network: IPAddress?
        /// Whether no request is under way.
        let isIdle: Bool
        /// Whether it has brought a request.
        let hasAsked: Bool
        /// Its number; older ones have smaller ones.
        let serial: Int
        /// Roughly how many bytes it holds.
        let heldBytes: Int
    }

    /// Why a connection goes, in the order in which they do.
    enum Reason: Int {
        /// It has brought nothing, and its network has too many.
        case silentExcess
        case idleExcess
        case busyExcess
        /// It has brought nothing.
        case silent
        case idle

        /// Whether its network has too many.
        var isExcess: Bool { rawValue <= Reason.busyExcess.rawValue }
    }

    /// So many connections of one network are never too many.
    private static let smallestExcess = 16
    /// A network that has more than this part of all connections has too many where others lack them.
    private static let share = 8
    /// From so many bytes on a connection goes before those that do nothing.
    static let largeHolding = 64 * 1024

    private let members: [Member]
    private let counts: [IPAddress: Int]

    /// The connections of a worker.
    init(_ members: [Member]) {
        self.members = members
        counts = members.reduce(into: [:]) { counts, member in
            if let network = member.network { counts[network, default: 0] += 1 }
        }
    }

    /// The connections that are closed so that others can be accepted, at most `limit` of them.
    ///
    /// First come idle ones of networks that have too many; where there is no room left at all, busy ones of theirs too, and
    /// then idle ones of all others. Those go first of whoever has the most, the oldest first.
    func leaving(limit: Int, isFull: Bool) -> [(member: Member, reason: Reason)] {
        let most = max(Self.smallestExcess, members.count / Self.share)
        var ranked: [(member: Member, reason: Reason, count: Int)] = []
        for member in members {
            let count = member.network.flatMap { counts[$0] } ?? 0
            switch (count > most, member.isIdle) {
            case (true, true): ranked.append((member, member.hasAsked ? .idleExcess : .silentExcess, count))
            case (true, false) where isFull: ranked.append((member, .busyExcess, count))
            case (false, true) where isFull: ranked.append((member, member.hasAsked ? .idle : .silent, count))
            default: break
            }
        }
        ranked.sort {
            ($0.reason.rawValue, -$0.count, $0.member.serial) < ($1.reason.rawValue, -$1.count, $1.member.serial)
        }
        return ranked.prefix(limit).map { ($0.member, $0.reason) }
    }

    /// The connections that are closed so that so many bytes become free, as far as closing brings them.
    ///
    /// First come those that hold much, the largest first, then idle ones, the oldest first, then all others.
    func leaving(freeing bytes: Int) -> ArraySlice<Member> {
        let sorted = members.sorted { a, b in
            let (first, second) = (Self.rank(a), Self.rank(b))
            guard first == second else { return first < second }
            return first == 1 ? a.serial < b.serial : a.heldBytes > b.heldBytes
        }
        var freed = 0
        let end = sorted.firstIndex { member in
            defer { freed += member.heldBytes }
            return freed >= bytes
        }
        return sorted[..<(end ?? sorted.endIndex)]
    }

    private static func rank(_ member: Member) -> Int {
        member.heldBytes >= largeHolding ? 0 : member.isIdle ? 1 : 2
    }
}
