/// What the directives of one level say of limits.
struct LimitDirectives: Hashable, Sendable {
    var requests: [LimitSettings.RequestLimit] = []
    var requestStatus: Int?
    var connections: [LimitSettings.ConnectionLimit] = []
    var connectionStatus: Int?

    /// These laid over those of the level around it, lists whole.
    func applied(to outer: LimitSettings) -> LimitSettings {
        var result = outer
        if !requests.isEmpty { result.requests = requests }
        if let requestStatus { result.requestStatus = requestStatus }
        if !connections.isEmpty { result.connections = connections }
        if let connectionStatus { result.connectionStatus = connectionStatus }
        return result
    }
}
