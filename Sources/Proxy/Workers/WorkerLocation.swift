internal import Bytes
internal import Net
internal import Routing

/// One worker's own form of a location.
final class WorkerLocation {
    let settings: LocationSettings
    let timeouts: LocationTimeouts
    let pool: UpstreamPool?
    let passwords: WorkerPasswords?
    let upstreamHost: ByteString
    let upstreamPort: UInt16
    /// What its requests are noted in.
    let logs: ContiguousArray<WorkerLog>
    /// Whether a log needs fields of the answer.
    let keepsFields: Bool
    /// Whether some peers are proxies that name the client.
    let findsClient: Bool
    /// Whether backends are asked to close the connection behind each answer.
    let closesUpstream: Bool
    /// The path that stands in the location's match; empty for a pattern.
    let path: ByteString
    /// What the backend gets in place of `path`; nil where it gets the target as it came.
    let destination: ByteString?
    /// How requests become those of a FastCGI application; nil where the backends speak HTTP.
    let fastCGI: FastCGISettings?
    /// Whether it is `/`, without a destination.
    let coversEveryPath: Bool
    /// The upstreams where variables of the request say which one it is.
    let choice: WorkerChoice?
    /// The whole target for the backend, where it holds variables.
    let target: Template?
    /// How many requests are taken of each client; nil for any number.
    let limits: LocationLimits?
    /// Which other location is asked whether a request may pass; nil for none.
    let authorization: AuthorizationRequest?
    /// Which answers are compressed; nil for none.
    let compression: AnswerCompression?
    /// What is done to the fields of answers.
    let answerFields: AnswerFields
    /// What is done to requests before they are served; nil for nothing.
    let steps: ContiguousArray<RewriteStep>?
    /// The numbers of the locations that the `if`s of `steps` lead to.
    let blocks: ContiguousArray<Int>
    /// Which methods are treated as another location says.
    let exception: MethodException?
    /// Whether only inner redirects lead here.
    let isInternal: Bool
    /// The pattern that leads here, where something may ask what its groups matched.
    let capturing: Pattern?

    init(
        _ location: Location, pool: UpstreamPool?, choice: WorkerChoice? = nil, passwords: WorkerPasswords?,
        log: AccessLog, limits: LocationLimits? = nil, usesCaptures: Bool = false
    ) {
        var settings = location.settings
        settings.addedHeaders = settings.addedHeaders.map { $0.copied() }
        settings.requestHeaders = settings.requestHeaders.map { $0.map { $0.copied() } }
        self.settings = settings
        logs = log.logs(for: location.settings.accessLogging)
        keepsFields = logs.contains { $0.format.holdsFields || $0.condition?.holdsAnswerFields ?? false }
        timeouts = LocationTimeouts(location.settings)
        self.pool = pool
        self.passwords = passwords
        upstreamHost = location.upstream?.host.copied() ?? ""
        upstreamPort = location.upstream?.port ?? 80
        findsClient = !location.settings.clientAddress.trusted.isEmpty
        closesUpstream = location.upstream?.keepalive == .disabled
        path = (location.base ?? location.match.path)?.copied() ?? ""
        destination = location.destination.map { $0.copied() }
        fastCGI = location.fastCGI
        coversEveryPath =
            switch location.match {
            case .prefix("/"), .finalPrefix("/"): location.destination == nil && !location.isInternal
            default: false
            }
        self.choice = choice
        self.limits = limits
        authorization = location.settings.authorization.path == nil ? nil : location.settings.authorization
        compression = AnswerCompression(location.settings.compression)
        answerFields = AnswerFields(location)
        target = location.target?.copied()
        steps = location.steps.isEmpty ? nil : ContiguousArray(location.steps)
        blocks = ContiguousArray(location.blocks)
        exception = location.exception
        isInternal = location.isInternal
        if case .pattern(let pattern) = location.match, usesCaptures, pattern.captureCount > 0 {
            capturing = pattern
        } else {
            capturing = nil
        }
    }

    /// Whether a client's connection is kept behind so many requests (`keepalive_timeout`, `keepalive_requests`).
    func keepsConnection(after count: Int) -> Bool {
        timeouts.keepalive.nanoseconds > 0 && count < settings.keepaliveRequests
    }
}
