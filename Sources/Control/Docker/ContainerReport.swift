internal import Bytes

/// A container in the engine's own form, with nothing assumed of any field.
struct ContainerReport: Decodable {
    let id: String?
    let name: String
    let created: String
    let image: String
    let hostname: String
    let environment: [String]
    let labels: [String: String]
    let exposedPorts: [String]
    let stopSignal: String?
    let isRunning: Bool
    let started: String
    let networkMode: String
    let health: String
    /// The keys of `NetworkSettings.Ports`, and whether each is published on the host.
    let ports: [(key: String, isPublished: Bool)]
    let networks: [String: Place]

    /// A container's place in one network.
    struct Place: Decodable {
        let ipv4: IPAddress?
        let ipv6: IPAddress?
        let gateway: IPAddress?

        /// A place without an address of its own.
        static let unaddressed = Place()

        private init() { (ipv4, ipv6, gateway) = (nil, nil, nil) }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Name.self)
            let address = { (name: Name) in fields.tolerant(String.self, name).flatMap { IPAddress($0) } }
            ipv4 = address("IPAddress")
            ipv6 = address("GlobalIPv6Address")
            gateway = address("Gateway") ?? address("IPv6Gateway")
        }
    }

    /// The name of a field.
    struct Name: CodingKey, ExpressibleByStringLiteral {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        init(stringLiteral value: String) { stringValue = value }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Name.self)
        let part = { (name: Name) in try? fields.nestedContainer(keyedBy: Name.self, forKey: name) }
        id = fields.tolerant(String.self, "Id")
        name = fields.tolerant(String.self, "Name") ?? ""
        created = fields.tolerant(String.self, "Created") ?? ""

        let config = part("Config")
        image = config?.tolerant(String.self, "Image") ?? ""
        hostname = config?.tolerant(String.self, "Hostname") ?? ""
        environment = (config?.tolerant([TolerantText].self, "Env") ?? []).compactMap(\.text)
        labels = (config?.tolerant([String: TolerantText].self, "Labels") ?? [:]).compactMapValues(\.text)
        exposedPorts = (config?.tolerant([String: IgnoredValue].self, "ExposedPorts") ?? [:]).map(\.key)
        stopSignal = config?.tolerant(TolerantText.self, "StopSignal")?.text

        let state = part("State")
        let isHeld = ["Paused", "Restarting", "Dead"].contains { state?.tolerant(Bool.self, $0) ?? false }
        isRunning = (state?.tolerant(Bool.self, "Running") ?? false) && !isHeld
        started = state?.tolerant(String.self, "StartedAt") ?? ""
        networkMode = part("HostConfig")?.tolerant(String.self, "NetworkMode") ?? ""
        let check = try? state?.nestedContainer(keyedBy: Name.self, forKey: "Health")
        health = check?.tolerant(String.self, "Status") ?? ""

        let settings = part("NetworkSettings")
        let bindings = settings?.tolerant([String: Bindings].self, "Ports") ?? [:]
        ports = bindings.map { ($0.key, $0.value.isPublished) }
        let named = settings?.tolerant([String: Place].self, "Networks") ?? [:]
        // Engines before API 1.21 knew one network and wrote its address beside the ports.
        let only = named.isEmpty ? fields.tolerant(Place.self, "NetworkSettings") : nil
        let known = only.map { $0.ipv4 == nil ? [:] : ["bridge": $0] } ?? named
        // Podman does not list the host's own network.
        networks = known.isEmpty && networkMode == "host" ? ["host": .unaddressed] : known
    }
}

/// The places on the host that a port is published to: a list, or null where it is only exposed.
private struct Bindings: Decodable {
    let isPublished: Bool

    init(from decoder: any Decoder) throws {
        let list = try? decoder.singleValueContainer().decode([IgnoredValue].self)
        isPublished = !(list ?? []).isEmpty
    }
}
