internal import Bytes
internal import Net

/// One worker's kept-alive connections to one backend address.
final class BackendPool {
    /// How many idle connections one worker keeps for one backend.
    static let idleLimit = 512
    /// How long an idle connection is kept.
    static let idleTime = Timeout.seconds(60)

    let endpoint: Endpoint
    /// The address as text, for the log and `$upstream_addr`.
    let text: ByteString
    /// Set when no snapshot names the address any more: its connections end with their exchanges.
    private var isRetired = false
    private var idle: ContiguousArray<UpstreamConnection> = []

    init(endpoint: Endpoint) {
        self.endpoint = endpoint
        text = ByteString(endpoint.description)
    }

    /// The connection that was used last, nil when none is idle.
    func takeIdle() -> UpstreamConnection? { idle.popLast() }

    /// Takes a connection back; false when it is not wanted and must be closed.
    func keep(_ connection: UpstreamConnection) -> Bool {
        guard !isRetired, idle.count < Self.idleLimit else { return false }
        idle.append(connection)
        return true
    }

    /// Forgets an idle connection that the backend closed.
    func forget(_ connection: UpstreamConnection) {
        if let index = idle.lastIndex(where: { $0 === connection }) { idle.remove(at: index) }
    }

    /// Closes what is idle, and what is in use as soon as its exchange has ended.
    func retire() {
        isRetired = true
        closeIdle()
    }

    /// Closes the idle connections.
    func closeIdle() {
        let connections = idle
        idle = []
        for connection in connections { connection.close() }
    }
}
