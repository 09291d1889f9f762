internal import FoundationEssentials

/// The container of nginx-proxy, as an engine shows it.
struct RunningProxy: Equatable {
    /// Its name.
    let name: String
    /// The image that it was made of.
    let image: String
    /// Its environment, that of the image included.
    let environment: [String: String]
    /// Where on the host its folders lie, by their paths in the container.
    let mounts: [String: String]
    /// The ports on the host that lead to it, by its own.
    let publicPorts: [UInt16: Set<UInt16>]

    /// Reads the engine's answer to `GET /containers/{id}/json`.
    ///
    /// - Throws: `APIError.unreadable` when it is no JSON object.
    init(json: [UInt8]) throws(APIError) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)) else {
            throw .unreadable("a container")
        }
        name = answer.name.hasPrefix("/") ? String(answer.name.dropFirst()) : answer.name
        image = answer.image
        let pairs = answer.environment.compactMap { line in
            line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
        }
        environment = Dictionary(pairs) { _, last in last }
        mounts = Dictionary(answer.mounts.map { ($0.destination, $0.source) }) { _, last in last }
        var ports: [UInt16: Set<UInt16>] = [:]
        for (key, bindings) in answer.ports {
            let parts = key.split(separator: "/")
            guard parts.count == 2, parts[1] == "tcp", let own = UInt16(parts[0]) else { continue }
            ports[own, default: []].formUnion(bindings.compactMap { UInt16($0.port) })
        }
        publicPorts = ports
    }

    /// Whether a container of this image is nginx-proxy.
    static func isImage(_ image: String) -> Bool { imageName(image) == "nginx-proxy" }

    /// Whether a container of this image gets certificates for nginx-proxy.
    static func isCompanionImage(_ image: String) -> Bool {
        ["acme-companion", "letsencrypt-nginx-proxy-companion"].contains(imageName(image))
    }

    private static func imageName(_ image: String) -> Substring {
        let path = image.prefix { $0 != "@" }
        return path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...].prefix { $0 != ":" }
    }
}

/// The container in the engine's own form.
private struct Answer: Decodable {
    struct Mount: Decodable {
        let source: String
        let destination: String

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: ContainerReport.Name.self)
            source = fields.tolerant(String.self, "Source") ?? ""
            destination = fields.tolerant(String.self, "Destination") ?? ""
        }
    }

    struct Binding: Decodable {
        let port: String

        init(from decoder: any Decoder) throws {
            port = try decoder.container(keyedBy: ContainerReport.Name.self).tolerant(String.self, "HostPort") ?? ""
        }
    }

    let name: String
    let image: String
    let environment: [String]
    let mounts: [Mount]
    let ports: [String: [Binding]]

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: ContainerReport.Name.self)
        let part = { (name: ContainerReport.Name) in
            try? fields.nestedContainer(keyedBy: ContainerReport.Name.self, forKey: name)
        }
        name = fields.tolerant(String.self, "Name") ?? ""
        image = part("Config")?.tolerant(String.self, "Image") ?? ""
        environment = (part("Config")?.tolerant([TolerantText].self, "Env") ?? []).compactMap(\.text)
        mounts = fields.tolerant([Mount].self, "Mounts") ?? []
        let bindings = part("NetworkSettings")?.tolerant([String: [Binding]?].self, "Ports") ?? [:]
        ports = bindings.compactMapValues { $0 }
    }
}
