internal import Bytes
internal import Net
internal import Routing
internal import TLS

/// One worker's view of an upstream: its backends, which of them serve, and whose turn it is.
final class UpstreamPool {
    /// A backend and its part in the upstream.
    struct Member {
        let backend: BackendPool
        let weight: Int
        let isBackup: Bool
        /// What stands for the backend where keys are shared out.
        let seed: UInt64
        /// What the smooth weighted round robin has added up for the backend.
        var credit = 0
    }

    let key: ByteString
    private(set) var balancing = LoadBalancing.roundRobin
    /// Whether the backends are to be reached over TLS and nobody knows whose certificates are to be believed.
    private(set) var lacksAuthorities = false
    var members: ContiguousArray<Member> = []
    /// How many locations of hosts in force use it.
    var users = 0
    /// The indices of the members that the current choice is among.
    var candidates: ContiguousArray<Int> = []
    /// The state of the generator of chance.
    var chance = UInt64.random(in: .min ... .max)
    private var text = ByteBuffer()

    init(key: ByteString) { self.key = key }

    /// Takes over the backends of a newer snapshot; those that stay keep their connections, their failures and their turn.
    func update(_ upstream: Upstream, context: BackendContext?) {
        balancing = upstream.balancing
        lacksAuthorities = upstream.tls != nil && context == nil
        let security = context.flatMap { context in
            upstream.tls.map { BackendSecurity(context: context, serverName: $0.serverName) }
        }
        var earlier = members
        members = ContiguousArray(
            upstream.backends.map { backend in
                let index = earlier.firstIndex {
                    $0.backend.endpoint == backend.endpoint && $0.backend.security == security
                        && $0.backend.protocol == upstream.protocol
                }
                let known = index.map { earlier.remove(at: $0) }
                let pool =
                    known?.backend
                    ?? BackendPool(
                        endpoint: backend.endpoint, security: security, protocol: upstream.protocol)
                pool.update(backend, keepalive: upstream.keepalive)
                return Member(
                    backend: pool, weight: max(backend.weight, 1), isBackup: backend.isBackup,
                    seed: pool.text.withBytes { Affinity.mixed(Affinity.hash($0)) }, credit: known?.credit ?? 0)
            })
        for member in earlier { member.backend.retire() }
    }

    /// Closes what is idle, and what is in use as soon as its exchange has ended.
    func retire() {
        for member in members { member.backend.retire() }
        members = []
    }

    /// Closes the idle connections.
    func closeIdle() {
        for member in members { member.backend.closeIdle() }
    }

    /// What decides which backend serves an exchange, where the same one shall serve all that are alike.
    func key(for exchange: Exchange) -> UInt64 {
        switch balancing {
        case .roundRobin, .leastConnections, .random, .randomPair: return 0
        case .clientAddress: return Affinity.hash(exchange.client.address)
        case .hash(let template):
            text.removeAll()
            template.append(to: &text, from: VariableValues(exchange))
            return Affinity.hash(text.readable)
        }
    }

    /// The backend for the next request, of those that `tried` does not hold; nil when none is left.
    ///
    /// Backups come in only when all others have failed; when those have failed too, every one gets another chance.
    func next(excluding tried: ContiguousArray<BackendPool>, key: UInt64, at now: Instant) -> BackendPool? {
        if members.count == 1 {
            // Others may have been tried that have left since.
            let only = members[0].backend
            return tried.contains { $0 === only } ? nil : only
        }
        for (isBackup, isLastResort) in Self.rounds {
            candidates.removeAll(keepingCapacity: true)
            for index in members.indices where members[index].isBackup == isBackup {
                let backend = members[index].backend
                guard isLastResort || backend.health.isGood(at: now), !tried.contains(where: { $0 === backend })
                else { continue }
                candidates.append(index)
            }
            guard !candidates.isEmpty else { continue }
            let backend = members[choose(key: key)].backend
            if isLastResort { backend.health.forgive() }
            backend.health.chosen(at: now)
            return backend
        }
        return nil
    }

    /// Whether there is a backend that has not been tried.
    func hasOther(than failed: BackendPool, excluding tried: ContiguousArray<BackendPool>) -> Bool {
        members.contains { member in
            member.backend !== failed && !tried.contains { $0 === member.backend }
        }
    }

    private static let rounds = [(false, false), (true, false), (false, true), (true, true)]
}
