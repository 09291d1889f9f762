internal import FoundationEssentials

/// What an event of the engine means for the table of containers.
package enum DockerEvent: Equatable {
    /// The container runs, or runs again: `start`, `unpause`.
    case started(id: String)
    /// The container does not run any more, or not for now: `die`, `stop`, `destroy`, `pause`.
    case stopped(id: String)
    /// A signal was sent to the container; whether it stops it depends on the signal.
    case signalled(id: String, signal: Signal)
    /// The health check has a new verdict: `healthy`, `unhealthy`, `starting`.
    case health(id: String, status: String)
    /// The container joined a network.
    case networkJoined(id: String)
    /// The container left the network of this name.
    case networkLeft(id: String, network: String)

    /// The container that it is about.
    package var id: String {
        switch self {
        case .started(let id), .stopped(let id), .signalled(let id, _), .health(let id, _), .networkJoined(let id),
            .networkLeft(let id, _):
            id
        }
    }

    /// The number of a signal, as Linux counts them.
    package struct Signal: Hashable {
        /// 15 for SIGTERM.
        let number: Int

        /// A signal by its number.
        init(number: Int) { self.number = number }

        /// Reads `15`, `TERM`, `SIGTERM` or `SIGRTMIN+3`; nil for anything else.
        init?(_ text: String) {
            if let number = Int(text) {
                self.number = number
                return
            }
            let name = text.uppercased()
            let short = name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name
            if short.hasPrefix("RTMIN+"), let offset = Int(short.dropFirst(6)), (0...30).contains(offset) {
                number = 34 + offset
                return
            }
            guard let number = Self.numbers[short] else { return nil }
            self.number = number
        }

        /// Whether processes end at this signal unless they were made to do something else with it on purpose.
        ///
        /// HUP, USR1, USR2, WINCH and the like are how operators ask a server to read its files again, and QUIT is how they ask
        /// a Java machine what its threads do.
        var isStop: Bool { Self.stopping.contains(number) }

        /// What `docker stop` sends to containers of nginx and php-fpm.
        static let quit = Signal(number: 3)

        private static let numbers = [
            "HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15, "PWR": 30,
            "WINCH": 28, "STOP": 19, "CONT": 18, "RTMIN": 34,
        ]
        private static let stopping: Set = [2, 6, 9, 15]
    }

    /// Reads one event as the engine writes it.
    ///
    /// - Returns: nil for an event of no meaning here.
    /// - Throws: `APIError.unreadable` when the text is not JSON.
    package static func decode(_ json: [UInt8]) throws(APIError) -> DockerEvent? {
        guard let report = try? JSONDecoder().decode(EventReport.self, from: Data(json)) else {
            throw .unreadable("an event")
        }
        return report.event
    }

    /// The events that the engine is asked to send, in the form of its `filters` parameter.
    private static let filters = """
        {"type":["container","network"],"event":["start","unpause","stop","die","kill","pause","destroy",\
        "health_status","connect","disconnect"]}
        """

    /// Where the engine tells of these events, from this time on, in nanoseconds since 1970 (GET /events).
    static func path(since time: Int64) -> String {
        "/events?since=\(QueryText.seconds(time))&filters=\(QueryText.escaped(filters))"
    }
}

/// An event in the engine's own form; fields that are missing or odd are nil.
private struct EventReport: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type = "Type"
        case action = "Action"
        case actor = "Actor"
        // What engines before API 1.22 sent alone, and later ones beside the above.
        case status
        case id
    }

    private struct Actor: Decodable {
        private enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }

        let id: String?
        let attributes: [String: TolerantText]

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            id = fields.tolerant(String.self, .id)
            attributes = fields.tolerant([String: TolerantText].self, .attributes) ?? [:]
        }
    }

    let event: DockerEvent?

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let actor = fields.tolerant(Actor.self, .actor)
        let action = fields.tolerant(String.self, .action) ?? fields.tolerant(String.self, .status) ?? ""
        let attribute = { (name: String) in actor?.attributes[name]?.text }
        let type = fields.tolerant(String.self, .type) ?? "container"
        let id = type == "network" ? attribute("container") : actor?.id ?? fields.tolerant(String.self, .id)
        event = id.flatMap { id in
            id.isEmpty ? nil : Self.event(type: type, action: action, id: id, attribute: attribute)
        }
    }

    private static func event(
        type: String, action: String, id: String, attribute: (String) -> String?
    ) -> DockerEvent? {
        switch (type, action) {
        case ("container", "start"), ("container", "unpause"):
            .started(id: id)
        case ("container", "die"), ("container", "stop"), ("container", "destroy"), ("container", "pause"):
            .stopped(id: id)
        case ("container", "kill"):
            attribute("signal").flatMap { DockerEvent.Signal($0) }.map { .signalled(id: id, signal: $0) }
        case ("network", "connect"):
            .networkJoined(id: id)
        case ("network", "disconnect"):
            .networkLeft(id: id, network: attribute("name") ?? "")
        case ("container", let action) where action.hasPrefix("health_status"):
            // `health_status: healthy` up to API 1.51 and beyond: the verdict is part of the action.
            .health(id: id, status: action.split(separator: " ").dropFirst().joined(separator: " "))
        default:
            nil
        }
    }
}
