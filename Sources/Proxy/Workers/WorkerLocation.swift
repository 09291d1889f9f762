internal import Bytes
internal import Net
internal import Routing

/// One worker's own form of a location.
final class WorkerLocation {
    let directives: WorkerDirectives
    let pool: UpstreamPool?
    let passwords: WorkerPasswords?
    let upstreamHost: ByteString
    let upstreamPort: UInt16
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
        _ location: Location, directives: WorkerDirectives, pool: UpstreamPool?, choice: WorkerChoice? = nil,
        passwords: WorkerPasswords?, limits: LocationLimits? = nil, usesCaptures: Bool = false
    ) {
        self.directives = directives
        self.pool = pool
        self.passwords = passwords
        upstreamHost = location.upstream?.host.copied() ?? ""
        upstreamPort = location.upstream?.port ?? 80
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

    var settings: LocationSettings {
        @inline(__always) _read { yield directives.settings }
    }
    var timeouts: LocationTimeouts { directives.timeouts }
    /// What its requests are noted in.
    var logs: ContiguousArray<WorkerLog> { directives.logs }
    /// Whether a log needs fields of the answer.
    var keepsFields: Bool { directives.keepsFields }
    /// Whether some peers are proxies that name the client.
    var findsClient: Bool { directives.findsClient }
    /// Which other location is asked whether a request may pass; nil for none.
    var authorization: AuthorizationRequest? { directives.authorization }
    /// Which answers are compressed; nil for none.
    var compression: AnswerCompression? { directives.compression }

    /// Whether a client's connection is kept behind so many requests (`keepalive_timeout`, `keepalive_requests`).
    func keepsConnection(after count: Int) -> Bool {
        timeouts.keepalive.nanoseconds > 0 && count < settings.keepaliveRequests
    }
}
