internal import Routing
private import Synchronization

/// The tables of all zones, each for as long as some worker uses it, so that a new configuration goes on counting.
final class LimitZones: Sendable {
    private struct Tables {
        var requests: [LimitZone: Weak<RequestZone>] = [:]
        var connections: [LimitZone: Weak<ConnectionZone>] = [:]
    }

    private struct Weak<Zone: AnyObject & Sendable>: Sendable {
        weak var zone: Zone?
    }

    private let tables = Mutex(Tables())

    /// The table of a zone of `limit_req_zone`.
    func requests(_ zone: LimitZone, rate: Int) -> RequestZone {
        tables.withLock { tables in
            if let found = tables.requests[zone]?.zone { return found }
            tables.requests = tables.requests.filter { $0.value.zone != nil }
            let made = RequestZone(rate: rate, size: zone.size)
            tables.requests[zone] = Weak(zone: made)
            return made
        }
    }

    /// The table of a zone of `limit_conn_zone`.
    func connections(_ zone: LimitZone) -> ConnectionZone {
        tables.withLock { tables in
            if let found = tables.connections[zone]?.zone { return found }
            tables.connections = tables.connections.filter { $0.value.zone != nil }
            let made = ConnectionZone(size: zone.size)
            tables.connections[zone] = Weak(zone: made)
            return made
        }
    }
}
