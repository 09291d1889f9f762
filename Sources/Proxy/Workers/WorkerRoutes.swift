internal import Bytes
internal import Net
internal import Passwords
internal import Routing

/// One worker's own form of a configuration: made once when it arrives, so that a request counts no reference that
/// another core counts too.
final class WorkerRoutes {
    /// What a request for no known host is treated by: nginx's defaults and no backend.
    let fallback: WorkerLocation
    /// What clients are shown where no host can answer; nil for a page of Portico's own.
    let errorPage: [UInt8]?
    /// Whether there is a host to which clients may speak HTTP/2.
    let speaksHTTP2: Bool
    private let hosts: ContiguousArray<WorkerHost>
    private let table: HostTable
    private let defaultHost: WorkerHost?

    /// The routes of a worker that has heard of no configuration yet: every request is answered with 503.
    init(log: AccessLog) {
        fallback = WorkerLocation(Location(), pool: nil, passwords: nil, log: log)
        errorPage = nil
        speaksHTTP2 = false
        hosts = []
        table = HostTable([])
        defaultHost = nil
    }

    init(
        _ configuration: ServingConfiguration, log: AccessLog, zones: LimitZones, pool: (Upstream) -> UpstreamPool
    ) {
        fallback = WorkerLocation(Location(), pool: nil, passwords: nil, log: log)
        errorPage = configuration.errorPage.map { ContiguousArray($0).withUnsafeBytes { Array($0) } }
        let snapshot = configuration.snapshot
        let hosts = ContiguousArray(
            snapshot.hosts.map { host in
                let locations = host.locations.map { location in
                    // A location that names a file which nobody has read stays shut, like one whose file is gone.
                    let passwords = location.settings.authentication.map {
                        configuration.passwordFiles[$0.file] ?? .missing(path: $0.file)
                    }
                    let choice = location.choice.map { choice in
                        WorkerChoice(
                            address: choice.address,
                            candidates: ContiguousArray(
                                choice.candidates.map { WorkerUpstream($0, pool: pool($0.upstream)) }))
                    }
                    return WorkerLocation(
                        location, pool: location.upstream.map(pool), choice: choice, passwords: passwords,
                        log: log, limits: LocationLimits(location.settings.limits, zones: zones),
                        usesCaptures: host.usesCaptures)
                }
                let surroundings = WorkerLocation(
                    Location(settings: host.surroundings), pool: nil, passwords: nil, log: log)
                return WorkerHost(
                    host, locations: ContiguousArray(locations), surroundings: surroundings,
                    demand: configuration.connectionDemands[host.name])
            })
        self.hosts = hosts
        speaksHTTP2 = hosts.contains { $0.speaksHTTP2 }
        table = snapshot.table.copied()
        defaultHost = snapshot.defaultHost.map { hosts[$0] }
    }

    /// The host that a request for this name belongs to; nil when none does.
    func host(named name: UnsafeRawBufferPointer, with matcher: PatternMatcher) -> WorkerHost? {
        if let index = table.find(name, with: matcher) { return hosts[index] }
        return defaultHost
    }
}
