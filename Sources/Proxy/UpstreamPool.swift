internal import Bytes
internal import Net
internal import Routing

/// One worker's view of an upstream: its backends, and whose turn it is.
final class UpstreamPool {
    private struct Member {
        let backend: BackendPool
        let weight: Int
        /// What the smooth weighted round robin has added up for the backend.
        var credit = 0
    }

    let key: ByteString
    private var members: ContiguousArray<Member> = []

    init(key: ByteString) { self.key = key }

    /// Takes over the backends of a newer snapshot; those that stay keep their connections and their turn.
    func update(_ upstream: Upstream, backends: (Endpoint) -> BackendPool) {
        let earlier = members
        members = ContiguousArray(
            upstream.backends.map { backend in
                let pool = backends(backend.endpoint)
                let credit = earlier.first { $0.backend === pool }?.credit ?? 0
                return Member(backend: pool, weight: max(backend.weight, 1), credit: credit)
            })
    }

    /// The backend whose turn it is, of those that `excluded` does not hold; nil when none is left.
    ///
    /// Smooth weighted round robin: each backend gains its weight, the richest is chosen and pays the sum, so the turns of
    /// a heavy backend are spread out instead of following one another.
    func next(excluding excluded: ContiguousArray<Endpoint>) -> BackendPool? {
        if members.count == 1, excluded.isEmpty { return members[0].backend }
        var chosen: Int?
        var total = 0
        for index in members.indices where !excluded.contains(members[index].backend.endpoint) {
            members[index].credit += members[index].weight
            total += members[index].weight
            if chosen.map({ members[index].credit > members[$0].credit }) ?? true { chosen = index }
        }
        guard let chosen else { return nil }
        members[chosen].credit -= total
        return members[chosen].backend
    }
}
