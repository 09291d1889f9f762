internal import Bytes

/// What files declare by name for those that are read in or below them.
struct Declarations: Hashable, Sendable {
    /// The variables.
    var scope = VariableScope()
    /// The groups of backends (`upstream`).
    var groups: [ByteString: ServerGroup] = [:]
    /// What requests are counted by (`limit_req_zone`, `limit_conn_zone`).
    var zones: [ByteString: LimitZone] = [:]
    /// The formats of access logs (`log_format`).
    var logFormats: [ByteString: LogFormat] = [:]
}
