internal import Bytes
internal import Net
internal import Routing

/// The limits of a location with the tables that they count in, made ready for one worker.
final class LocationLimits {
    /// What the limits say of a request.
    enum Verdict {
        case pass
        /// It is refused with this status.
        case respond(Int)
        /// It is served when so many milliseconds have passed.
        case delay(Int)
    }

    private struct RequestLimit {
        let key: Template
        let zone: RequestZone
        /// Thousandths of requests.
        let burst: Int
        /// Thousandths of requests; nil where none are delayed.
        let undelayed: Int?

        /// How many milliseconds a request waits that is so much ahead.
        func delay(_ excess: Int) -> Int {
            guard let undelayed, excess > undelayed else { return 0 }
            return (excess - undelayed) * 1000 / max(zone.rate, 1)
        }
    }

    private struct ConnectionLimit {
        let key: Template
        let zone: ConnectionZone
        let most: Int
    }

    private let requests: ContiguousArray<RequestLimit>
    private let connections: ContiguousArray<ConnectionLimit>
    private let requestStatus: Int
    private let connectionStatus: Int

    /// The limits of the settings; nil where there are none.
    init?(_ settings: LimitSettings, zones: LimitZones) {
        guard !settings.isEmpty else { return nil }
        requests = ContiguousArray(
            settings.requests.compactMap { limit in
                guard case .requests(let rate) = limit.zone.kind else { return nil }
                return RequestLimit(
                    key: limit.zone.key, zone: zones.requests(limit.zone, rate: rate), burst: limit.burst * 1000,
                    undelayed: limit.undelayed.map { $0 * 1000 })
            })
        connections = ContiguousArray(
            settings.connections.map { limit in
                ConnectionLimit(key: limit.zone.key, zone: zones.connections(limit.zone), most: limit.most)
            })
        requestStatus = settings.requestStatus
        connectionStatus = settings.connectionStatus
    }

    /// Counts a request that has come.
    ///
    /// As in nginx it is counted nowhere where one of the limits refuses it.
    func admit<Source: VariableSource>(_ source: Source, at now: Instant) -> Verdict {
        guard !requests.isEmpty else { return .pass }
        let milliseconds = Int(now.nanoseconds / 1_000_000)
        var counted: ContiguousArray<(limit: RequestLimit, key: LimitKey)> = []
        for limit in requests {
            if let key = Self.key(limit.key, source) { counted.append((limit, key)) }
        }
        var delay = 0
        for (index, (limit, key)) in counted.enumerated() {
            // Look and count are one step in the last zone; only where all agree it is counted in the others too.
            let isLast = index == counted.count - 1
            guard let excess = limit.zone.excess(of: key, at: milliseconds, most: limit.burst, counts: isLast) else {
                return .respond(requestStatus)
            }
            if isLast { delay = limit.delay(excess) }
        }
        for (limit, key) in counted.dropLast() {
            let excess = limit.zone.excess(of: key, at: milliseconds, most: .max, counts: true) ?? 0
            delay = max(delay, limit.delay(excess))
        }
        return delay > 0 ? .delay(delay) : .pass
    }

    /// Counts a request among those under way; nil where there are too many of them, else what ends that.
    func enter<Source: VariableSource>(_ source: Source) -> Stay? {
        let stay = Stay()
        for limit in connections {
            guard let key = Self.key(limit.key, source) else { continue }
            guard limit.zone.enter(key, most: limit.most) else { return nil }
            stay.entered.append((limit.zone, key))
        }
        return stay
    }

    /// Whether requests under way are counted.
    var countsConnections: Bool { !connections.isEmpty }

    /// What requests are answered with that are too many.
    var refusal: Int { connectionStatus }

    private static func key<Source: VariableSource>(_ template: Template, _ source: Source) -> LimitKey? {
        var text = ByteBuffer()
        template.append(to: &text, from: source)
        guard !text.isEmpty, text.count <= 65_535 else { return nil }
        return LimitKey(text.readable)
    }

    /// A request under way, as long as this is there.
    final class Stay {
        fileprivate var entered: ContiguousArray<(zone: ConnectionZone, key: LimitKey)> = []

        deinit {
            for (zone, key) in entered { zone.leave(key) }
        }
    }
}
