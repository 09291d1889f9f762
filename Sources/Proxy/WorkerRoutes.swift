internal import Bytes
internal import Net
internal import Passwords
internal import Routing

/// One worker's own form of a configuration: made once when it arrives, so that a request counts no reference that
/// another core counts too.
final class WorkerRoutes {
    /// What a request for no known host is treated by: nginx's defaults and no backend.
    let fallback: WorkerLocation
    private let hosts: ContiguousArray<WorkerHost>
    private let table: HostTable
    private let defaultHost: WorkerHost?

    /// The routes of a worker that has heard of no configuration yet: every request is answered with 503.
    init() {
        fallback = WorkerLocation(Location(), pool: nil, passwords: nil)
        hosts = []
        table = HostTable([])
        defaultHost = nil
    }

    init(
        _ configuration: ServingConfiguration, pool: (Upstream) -> UpstreamPool
    ) {
        fallback = WorkerLocation(Location(), pool: nil, passwords: nil)
        let snapshot = configuration.snapshot
        let hosts = ContiguousArray(
            snapshot.hosts.map { host in
                let location = host.locations[0]
                // A location that names a file which nobody has read stays shut, like one whose file is gone.
                let passwords = location.settings.authentication.map {
                    configuration.passwordFiles[$0.file] ?? .missing(path: $0.file)
                }
                return WorkerHost(
                    host,
                    location: WorkerLocation(location, pool: location.upstream.map(pool), passwords: passwords))
            })
        self.hosts = hosts
        table = snapshot.table.copied()
        defaultHost = snapshot.defaultHost.map { hosts[$0] }
    }

    /// The host that a request for this name belongs to; nil when none does.
    func host(named name: UnsafeRawBufferPointer) -> WorkerHost? {
        if let index = table.find(name) { return hosts[index] }
        return defaultHost
    }
}

/// One worker's own form of a virtual host.
final class WorkerHost {
    let name: ByteString
    let hsts: ByteString?
    let location: WorkerLocation
    /// The status for every request where the host's rules could not be read.
    let shutStatus: Int?
    private let http: VirtualHost.SchemeRule
    private let https: VirtualHost.SchemeRule

    init(_ host: VirtualHost, location: WorkerLocation) {
        name = ByteString(host.name.bytes)
        hsts = host.hsts.map { ByteString($0.bytes) }
        self.location = location
        shutStatus = host.shut?.status
        http = host.rule(isHTTPS: false)
        https = host.rule(isHTTPS: true)
    }

    /// What happens to a request by the scheme that it came with.
    func rule(isSecure: Bool) -> VirtualHost.SchemeRule { isSecure ? https : http }
}

/// One worker's own form of a location.
final class WorkerLocation {
    let settings: LocationSettings
    let timeouts: LocationTimeouts
    let pool: UpstreamPool?
    let passwords: PasswordSource?
    let upstreamHost: ByteString
    let upstreamPort: UInt16
    /// Whether backends are asked to close the connection behind each answer.
    let closesUpstream: Bool

    init(_ location: Location, pool: UpstreamPool?, passwords: PasswordSource?) {
        settings = location.settings
        timeouts = LocationTimeouts(location.settings)
        self.pool = pool
        self.passwords = passwords
        upstreamHost = location.upstream?.host ?? ""
        upstreamPort = location.upstream?.port ?? 80
        closesUpstream = location.upstream?.keepalive == .disabled
    }
}
