internal import Routing

/// The ways to choose among candidates, of which there is at least one.
extension UpstreamPool {
    /// The index of the member that the upstream's method chooses.
    func choose(key: UInt64) -> Int {
        if candidates.count == 1 { return candidates[0] }
        switch balancing {
        case .roundRobin: return takeTurn()
        case .leastConnections:
            keepLeastBusy()
            return takeTurn()
        case .clientAddress, .hash: return owner(of: key)
        case .random: return takeAny()
        case .randomPair:
            let first = takeAny()
            candidates.removeAll { $0 == first }
            let second = takeAny()
            return isBusier(first, than: second) ? second : first
        }
    }

    /// Smooth weighted round robin: each candidate gains its weight, the richest is chosen and pays the sum, so the turns
    /// of a heavy backend are spread out instead of following one another.
    private func takeTurn() -> Int {
        var chosen = candidates[0]
        var total = 0
        for index in candidates {
            members[index].credit += members[index].weight
            total += members[index].weight
            if members[index].credit > members[chosen].credit { chosen = index }
        }
        members[chosen].credit -= total
        return chosen
    }

    /// Leaves those candidates that have the fewest requests under way for their weight.
    private func keepLeastBusy() {
        var least = candidates[0]
        for index in candidates where isBusier(least, than: index) { least = index }
        candidates.removeAll { isBusier($0, than: least) }
    }

    private func isBusier(_ a: Int, than b: Int) -> Bool {
        members[a].backend.activeCount * members[b].weight > members[b].backend.activeCount * members[a].weight
    }

    private func owner(of key: UInt64) -> Int {
        var chosen = candidates[0]
        var best = -Double.infinity
        for index in candidates {
            let score = Affinity.score(key: key, backend: members[index].seed, weight: members[index].weight)
            if score > best { (best, chosen) = (score, index) }
        }
        return chosen
    }

    private func takeAny() -> Int {
        var total = 0
        for index in candidates { total += members[index].weight }
        chance = Affinity.mixed(chance)
        var point = Int(chance % UInt64(total))
        for index in candidates {
            point -= members[index].weight
            if point < 0 { return index }
        }
        return candidates[0]
    }
}
