internal import Bytes
internal import Net
internal import Routing
internal import TLS

/// One worker's own form of what it routes by: a request counts no reference that another core counts too.
///
/// A host gets that form when its first request comes, and keeps it from configuration to configuration as long as nothing
/// of it changes. What a change takes away is made anew and given back a few hosts at a time, so that no request waits for it.
final class WorkerRoutes {
    /// What a request for no known host is treated by: nginx's defaults and no backend.
    let fallback: WorkerLocation
    /// What clients are shown where no host can answer; nil for a page of Portico's own.
    private(set) var errorPage: [UInt8]?
    /// Whether there is a host to which clients may speak HTTP/2.
    private(set) var speaksHTTP2 = false

    private let log: AccessLog
    private let zones: LimitZones
    private var configuration: ServingConfiguration?
    private var hosts: HostList = []
    // Lent, not copied, when it is asked.
    private var table: HostTable {
        @inline(__always) _read { yield knownTable }
    }
    private var knownTable = HostTable([])
    private var defaultHost: Int?
    /// The hosts that have had a request, each at the place that it has in `hosts`.
    private var made: ContiguousArray<WorkerHost?> = []
    /// Those that are not in force any more, and still hold their upstreams.
    private var outdated: ContiguousArray<WorkerHost> = []
    private var pools: [ByteString: UpstreamPool] = [:]
    /// What directives set, for all hosts that have the same, and what holds outside of every location.
    private var directives: [ObjectIdentifier: WorkerDirectives] = [:]
    private var surroundings: [ObjectIdentifier: WorkerLocation] = [:]
    private var passwords: [String: WorkerPasswords] = [:]

    /// The routes of a worker that has heard of no configuration yet: every request is answered with 503.
    init(log: AccessLog, zones: LimitZones) {
        self.log = log
        self.zones = zones
        let location = Location()
        fallback = WorkerLocation(
            location, directives: WorkerDirectives(location.shared, log: log), pool: nil, passwords: nil)
    }

    /// The host that a request for this name belongs to; nil when none does.
    @inline(__always)
    func host(named name: UnsafeRawBufferPointer, with matcher: PatternMatcher) -> WorkerHost? {
        guard let index = table.find(name, with: matcher) ?? defaultHost else { return nil }
        return made[index] ?? make(index)
    }

    /// Closes the idle connections to backends.
    func closeIdle() {
        for pool in pools.values { pool.closeIdle() }
    }

    // MARK: - Changes

    /// Takes over a configuration. Hosts that are the same go on as they are.
    ///
    /// - Returns: the one before, which is dear to free.
    func update(_ configuration: ServingConfiguration) -> ServingConfiguration? {
        let snapshot = configuration.snapshot
        log.update(configuration.logFiles)
        errorPage = configuration.errorPage.map { ContiguousArray($0).withUnsafeBytes { Array($0) } }
        if !snapshot.table.isCopy(of: table) { knownTable = snapshot.table.copied() }
        speaksHTTP2 = snapshot.hosts.objects.contains { $0.host.speaksHTTP2 }
        defaultHost = snapshot.defaultHost
        if isAlike(configuration) {
            keepHosts(of: snapshot)
        } else {
            outdated.append(contentsOf: made.lazy.compactMap { $0 })
            forgetDirectives(beyond: 0)
            made = ContiguousArray(repeating: nil, count: snapshot.hosts.count)
        }
        hosts = snapshot.hosts
        forgetDirectives(beyond: 2 * hosts.count + 1024)
        let earlier = self.configuration
        self.configuration = configuration
        // A location that names a file which nobody has read stays shut, like one whose file is gone.
        for (path, passwords) in passwords {
            passwords.source = configuration.passwordFiles[path] ?? .missing(path: path)
        }
        passwords = passwords.filter { configuration.passwordFiles[$0.key] != nil }
        return earlier
    }

    /// Moves the hosts that go on as they are to the places that they have now.
    private func keepHosts(of snapshot: RoutingSnapshot) {
        var (gone, new): ([Int], [Int]) = ([], [])
        snapshot.hosts.compare(with: hosts, gone: { gone.append($0) }, new: { new.append($0) })
        for place in gone { if let host = made[place] { outdated.append(host) } }
        guard gone.count + new.count <= Self.fewChanges else {
            var kept = ContiguousArray<WorkerHost?>(repeating: nil, count: snapshot.hosts.count)
            snapshot.hosts.compare(with: hosts, kept: { earlier, now in kept[now] = made[earlier] })
            made = kept
            return
        }
        for place in gone.reversed() { made.remove(at: place) }
        for place in new { made.insert(nil, at: place) }
    }

    /// So many moves of what stands behind a place cost less than to put everything anew into its place.
    private static let fewChanges = 16

    /// Gives up some of the hosts that have changed, those that are still there for their new form, which takes over their
    /// connections.
    ///
    /// - Returns: whether there are more.
    func renew(atMost count: Int) -> Bool {
        for _ in 0..<count {
            guard let host = outdated.popLast() else { return false }
            if let index = hosts.index(named: host.name), made[index] == nil { _ = make(index) }
            release(host)
        }
        return !outdated.isEmpty
    }

    /// Whether all that hosts are made of, beside themselves, is as it was.
    private func isAlike(_ new: ServingConfiguration) -> Bool {
        guard let old = configuration else { return false }
        return old.connectionDemands == new.connectionDemands
            && old.backendContexts.count == new.backendContexts.count
            && old.backendContexts.allSatisfy { new.backendContexts[$0.key] === $0.value }
            && old.logFiles.count == new.logFiles.count
            && old.logFiles.allSatisfy { new.logFiles[$0.key] === $0.value }
    }

    private func make(_ index: Int) -> WorkerHost? {
        guard let configuration else { return nil }
        let host = hosts[index]
        var used: ContiguousArray<UpstreamPool> = []
        let locations = host.locations.map { location in
            let choice = location.choice.map { choice in
                WorkerChoice(
                    address: choice.address,
                    candidates: ContiguousArray(
                        choice.candidates.map { WorkerUpstream($0, pool: pool($0.upstream, &used)) }))
            }
            return WorkerLocation(
                location, directives: directives(location.shared), pool: location.upstream.map { pool($0, &used) },
                choice: choice,
                passwords: location.settings.authentication.map { passwords(at: $0.file) },
                limits: LocationLimits(location.settings.limits, zones: zones), usesCaptures: host.usesCaptures)
        }
        let made = WorkerHost(
            host, locations: ContiguousArray(locations),
            surroundings: surroundings(host.sharedSurroundings),
            pools: used, demand: configuration.connectionDemands[host.name])
        self.made[index] = made
        return made
    }

    private func directives(_ shared: SharedSettings) -> WorkerDirectives {
        if let known = directives[ObjectIdentifier(shared)] { return known }
        let made = WorkerDirectives(shared, log: log)
        directives[ObjectIdentifier(shared)] = made
        return made
    }

    private func surroundings(_ shared: SharedSettings) -> WorkerLocation {
        if let known = surroundings[ObjectIdentifier(shared)] { return known }
        let made = WorkerLocation(
            Location(settings: shared.settings), directives: directives(shared), pool: nil, passwords: nil)
        surroundings[ObjectIdentifier(shared)] = made
        return made
    }

    /// Forgets what was made for locations that may be gone where it has become more than there can be.
    private func forgetDirectives(beyond count: Int) {
        guard directives.count > count else { return }
        (directives, surroundings) = ([:], [:])
    }

    private func pool(_ upstream: Upstream, _ used: inout ContiguousArray<UpstreamPool>) -> UpstreamPool {
        let pool = pools[upstream.key] ?? UpstreamPool(key: upstream.key)
        pools[upstream.key] = pool
        pool.update(upstream, context: upstream.tls.flatMap { configuration?.backendContexts[$0.host] })
        pool.users += 1
        used.append(pool)
        return pool
    }

    private func release(_ host: WorkerHost) {
        for pool in host.pools {
            pool.users -= 1
            guard pool.users == 0 else { continue }
            pool.retire()
            pools[pool.key] = nil
        }
    }

    private func passwords(at path: String) -> WorkerPasswords {
        if let known = passwords[path] { return known }
        let made = WorkerPasswords(configuration?.passwordFiles[path] ?? .missing(path: path))
        passwords[path] = made
        return made
    }
}

/// A password file as one worker's hosts share it.
final class WorkerPasswords {
    /// The file as it was read last.
    var source: PasswordSource

    init(_ source: PasswordSource) { self.source = source }
}
