internal import Bytes
internal import Net
internal import Routing
internal import TLS

/// One worker's connections to one backend of an upstream, and how it has fared.
final class BackendPool {
    /// How many idle connections one worker keeps for one backend where nothing else is asked for.
    static let idleLimit = 512
    /// How long an idle connection is kept.
    static let idleTime = Timeout.seconds(60)

    let endpoint: Endpoint
    /// The address as text, for the log and `$upstream_addr`.
    let text: ByteString
    /// How it is reached over TLS; nil where it is in the clear.
    let security: BackendSecurity?
    /// What it speaks.
    let `protocol`: BackendProtocol
    /// The TLS session that new connections go on from.
    let sessions = BackendSessions()
    /// Whether it serves.
    var health = BackendHealth()
    /// Whether connections to FastCGI applications are kept: only where their number is said, because php-fpm and its like
    /// have a process busy with each, idle or not.
    private(set) var keepsApplications = false
    /// How many streams it has last permitted on a connection of HTTP/2; for a new one that is all there is to go by.
    var permittedStreamCount = Int.max
    /// How many exchanges have a connection to it.
    private(set) var activeCount = 0
    private var idleLimit = BackendPool.idleLimit
    private var idle: ContiguousArray<UpstreamConnection> = []
    /// The connections of HTTP/2 that take further streams, idle or not.
    private var shared: ContiguousArray<HTTP2UpstreamConnection> = []

    init(endpoint: Endpoint, security: BackendSecurity? = nil, protocol: BackendProtocol = .http1) {
        self.endpoint = endpoint
        self.protocol = `protocol`
        self.security = security
        text = ByteString(endpoint.description)
    }

    /// Takes over what a newer snapshot says.
    func update(_ backend: Backend, keepalive: UpstreamKeepalive) {
        health.update(backend.failures)
        idleLimit =
            switch keepalive {
            case .automatic: Self.idleLimit
            case .limit(let count): count
            case .disabled: 0
            }
        if case .limit = keepalive { keepsApplications = true } else { keepsApplications = false }
        if idle.count > idleLimit { closeIdle() }
    }

    /// An exchange has begun to use a connection.
    func began() { activeCount += 1 }

    /// An exchange uses its connection no more.
    func ended() { activeCount -= 1 }

    /// The connection that was used last; nil when none is idle, or not for less than `limit`.
    ///
    /// Those that the loop has not looked at since they were used come after some others.
    func takeIdle(within limit: Duration?, of loop: EventLoop) -> UpstreamConnection? {
        guard !idle.isEmpty else { return nil }
        let last = idle.count - 1
        var index = last
        if idle[last].idleTurn == loop.turnNumber {
            let others = idle.indices.suffix(Self.longestSearch)
            index = others.last { idle[$0].idleTurn != loop.turnNumber } ?? last
        }
        if let limit, loop.now.since(idle[index].idleSince) >= limit { return nil }
        return index == last ? idle.removeLast() : idle.remove(at: index)
    }

    private static let longestSearch = 16

    /// Takes a connection back; false when it is not wanted and must be closed.
    func keep(_ connection: UpstreamConnection) -> Bool {
        guard idle.count < idleLimit else { return false }
        idle.append(connection)
        return true
    }

    /// Forgets an idle connection that the backend closed.
    func forget(_ connection: UpstreamConnection) {
        if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
    }

    /// Closes what is idle, and what is in use as soon as its exchange has ended: no snapshot names the address any more.
    func retire() {
        idleLimit = 0
        closeIdle()
    }

    /// Closes the idle connections.
    func closeIdle() {
        let connections = idle
        idle = []
        for connection in connections { connection.close() }
        for connection in shared { connection.closeIfIdle() }
    }

    // MARK: Connections that many share

    /// A connection of HTTP/2 that takes one more stream; the oldest, so that the others can become idle.
    ///
    /// - Parameter isFresh: whether it may be none that stands already.
    func connectionWithRoom(isFresh: Bool) -> HTTP2UpstreamConnection? {
        shared.first { (!isFresh || $0.isOpening) && $0.hasRoom }
    }

    /// Takes a new connection in.
    func add(_ connection: HTTP2UpstreamConnection) { shared.append(connection) }

    /// Forgets a connection that takes no more streams.
    func forget(_ connection: HTTP2UpstreamConnection) {
        if let index = shared.firstIndex(where: { $0 === connection }) { shared.remove(at: index) }
    }

    /// Whether a connection without streams is kept.
    func keepsIdle(_ connection: HTTP2UpstreamConnection) -> Bool {
        shared.lazy.prefix { $0 !== connection }.count { $0.streamCount == 0 } < idleLimit
    }
}
