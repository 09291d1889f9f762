internal import Bytes

extension Container {
    /// The text of a variable, else of the label of that name, such as `…nginx-proxy.network-access` for `NETWORK_ACCESS`,
    /// without the white space around it; nil where both are unset or empty.
    func value(_ variable: String) -> String? {
        if let text = environment[variable]?.trimmed, !text.isEmpty { return String(text) }
        return label(Self.labelName(variable))
    }

    /// Makes a variable, and the label of that name, say this.
    mutating func set(_ variable: String, to value: String?) {
        environment[variable] = value
        labels[Self.labelPrefix + Self.labelName(variable)] = nil
    }

    private static func labelName(_ variable: String) -> String {
        String(variable.lowercased().map { $0 == "_" ? "-" : $0 })
    }

    /// The text of the label `com.github.nginx-proxy.nginx-proxy.NAME` without the white space around it; nil where it is
    /// unset or empty.
    func label(_ name: String) -> String? {
        guard let text = labels[Self.labelPrefix + name]?.trimmed, !text.isEmpty else { return nil }
        return String(text)
    }

    private static let labelPrefix = "com.github.nginx-proxy.nginx-proxy."

    /// Whether it uses the host's own network.
    var usesHostNetwork: Bool { networks.contains { $0.name == NetworkAttachment.hostName } }

    /// The port that requests go to: `VIRTUAL_PORT`, else the only one exposed, else 80.
    ///
    /// A container that uses the host's network must say its port, because 80 is hardly meant there.
    func backendPort() throws(LeftOutReason) -> UInt16 {
        if let text = value("VIRTUAL_PORT") {
            guard let port = UInt16(text), port > 0, text.utf8.allSatisfy(ASCII.isDigit) else { throw .badPort(text) }
            return port
        }
        let candidates = ports.isEmpty ? exposedPorts : ports
        if candidates.count == 1 { return candidates[0].number }
        if usesHostNetwork { throw .hostWithoutPort }
        return 80
    }

    /// Whether it serves an image registry: it exposes or is given the registry's port 5000, and its image is called
    /// `registry` or `distribution`, or its environment configures the registry (`REGISTRY_…`).
    var isRegistry: Bool {
        let exposed = (ports + exposedPorts).contains { $0.number == 5000 && $0.transport == "tcp" }
        guard exposed || value("VIRTUAL_PORT") == "5000" else { return false }
        return Self.registryImages.contains(imageName) || environment.keys.contains { $0.hasPrefix("REGISTRY_") }
    }

    /// The last part of the image's path, without tag and digest.
    private var imageName: Substring {
        let path = image.prefix { $0 != "@" }
        let last = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
        return last.prefix { $0 != ":" }
    }

    private static let registryImages: Set<Substring> = ["distribution", "docker-registry", "registry"]
}

extension StringProtocol {
    /// The text without spaces, tabs and line ends around it.
    var trimmed: SubSequence {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return self[endIndex...]
        }
        return self[first...last]
    }
}
