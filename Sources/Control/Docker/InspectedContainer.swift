private import Bytes
internal import FoundationEssentials
package import Routing

/// What the engine says of one container (`GET /containers/{id}/json`).
///
/// A field that is missing or of an odd kind counts as not set, so that one strange container is still understood as far
/// as it can be.
package struct InspectedContainer: Equatable {
    /// The container as routing sees it. Of its environment only what routing may ask for is kept: the rest may be secrets.
    package var container: Container
    /// Whether it counts: `DOCKER_CONTAINER_FILTERS` may leave it out.
    var isAdmitted = true
    /// Whether its process runs and is not frozen.
    var isRunning: Bool
    /// The signal that `docker stop` sends to it, where that is not SIGTERM.
    var stopSignal: DockerEvent.Signal?
    /// The host name inside it.
    var hostname: String
    /// When it was started last, in the engine's words.
    var started: String
    /// The identifier of the container whose networks it uses instead of its own; nil for most.
    var networkOwner: String?

    /// Reads the engine's answer.
    ///
    /// - Throws: `APIError.unreadable` when it is no JSON object with an identifier.
    package init(json: [UInt8]) throws(APIError) {
        guard let report = try? JSONDecoder().decode(ContainerReport.self, from: Data(json)), let id = report.id,
            !id.isEmpty
        else { throw .unreadable("a container") }
        container = Container(
            id: id,
            name: Self.shown(report.name.hasPrefix("/") ? report.name.dropFirst() : report.name[...]),
            image: report.image,
            created: Self.nanoseconds(report.created),
            environment: Self.environment(report.environment),
            labels: report.labels,
            networks: report.networks.map { name, place in
                NetworkAttachment(
                    Self.shown(name[...]), ipv4: place.ipv4, ipv6: place.ipv6, gateway: place.gateway, isInternal: false
                )
            }.sorted { $0.name < $1.name },
            ports: Self.ports(report.ports),
            exposedPorts: Self.ports(report.exposedPorts.map { ($0, false) }),
            health: Self.health(report.health)
        )
        let multiports = container.environment["VIRTUAL_HOST_MULTIPORTS"] ?? ""
        if multiports.contains(where: { !$0.isWhitespace }) {
            container.multiports = MultiportsDecoder.decode(multiports)
        }
        isRunning = report.isRunning
        stopSignal = report.stopSignal.flatMap { DockerEvent.Signal($0) }
        hostname = report.hostname
        started = report.started
        networkOwner = report.networkMode.hasPrefix("container:") ? String(report.networkMode.dropFirst(10)) : nil
    }

    /// A name without what could break a line or speak to a terminal; engines allow no such names.
    private static func shown(_ name: Substring) -> String {
        guard name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            return String(name)
        }
        return String(
            String.UnicodeScalarView(name.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    /// What a health check's verdict means; a container without a check has none.
    static func health(_ status: String) -> Container.Health {
        switch status {
        case "healthy": .healthy
        case "starting": .starting
        case "unhealthy": .unhealthy
        default: .none
        }
    }

    private static func environment(_ lines: [String]) -> [String: String] {
        var environment: [String: String] = [:]
        for line in lines {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = String(line[..<equals])
            // As for a process of the container, the last of several lines counts.
            if isForRouting(name) { environment[name] = String(line[line.index(after: equals)...]) }
            // That a registry is configured at all is a sign of one; how it is configured is its own affair.
            if name.hasPrefix("REGISTRY_") { environment[name] = "" }
        }
        return environment
    }

    private static func isForRouting(_ name: String) -> Bool {
        routingPrefixes.contains { name.hasPrefix($0) } || routingNames.contains(name)
    }

    private static let routingPrefixes = ["VIRTUAL_", "EXTERNAL_", "HTTPS_", "ACME_HTTP_", "ENABLE_HTTP"]
    private static let routingNames: Set = [
        "CERT_NAME", "DEBUG_ENDPOINT", "HSTS", "NETWORK_ACCESS", "NON_GET_REDIRECT", "SERVER_TOKENS", "SSL_POLICY",
        "SSL_VERIFY_CLIENT", "TRUST_DEFAULT_CERT",
    ]

    /// Reads `5000/tcp` and the like; what is no port is left out.
    private static func ports(_ keys: [(key: String, isPublished: Bool)]) -> [Container.Port] {
        keys.compactMap { key, isPublished in
            let parts = key.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let number = UInt16(parts[0]), number > 0 else { return nil }
            let transport = parts.count == 2 ? String(parts[1]) : "tcp"
            return Container.Port(number, transport: transport, isPublished: isPublished)
        }.sorted { ($0.number, $0.transport) < ($1.number, $1.transport) }
    }

    /// Reads `2026-01-31T12:00:00.123456789Z`; 0 for anything else, which makes the container the oldest.
    private static func nanoseconds(_ text: String) -> Int64 {
        let whole = text.prefix { $0 != "." && $0 != "Z" }
        let zone = text.drop { $0 != "Z" && $0 != "+" }
        guard let date = try? Date(whole + (zone.isEmpty ? "Z" : zone), strategy: .iso8601) else { return 0 }
        // The years 1 and 9999, which engines write for "never", are more nanoseconds away than can be counted.
        let seconds = date.timeIntervalSince1970
        guard seconds.magnitude < 9e9 else { return 0 }
        let fraction = text.dropFirst(whole.count).dropFirst().prefix { $0.isNumber }.prefix(9)
        let padded = fraction + String(repeating: "0", count: 9 - fraction.count)
        return Int64(seconds) * 1_000_000_000 + (Int64(padded) ?? 0)
    }
}
