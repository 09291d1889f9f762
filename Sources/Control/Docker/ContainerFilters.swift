internal import FoundationEssentials

/// Which containers count, in the words of `docker ps --filter` (`DOCKER_CONTAINER_FILTERS`).
///
/// The engine is asked which containers they let in, so that they mean what they mean to it.
package struct ContainerFilters: Hashable, Sendable {
    /// The values of each filter; a container must match one of them for every filter.
    private let values: [String: [String]]

    /// Reads `NAME=VALUE,NAME=VALUE`. Unless a `status` is given, containers must run.
    ///
    /// - Throws: `SettingsError.containerFilter` for a part without `=`, with the part.
    package init(_ text: String) throws(SettingsError) {
        var values: [String: [String]] = [:]
        for part in text.split(separator: ",") {
            let part = part.drop(while: \.isWhitespace)
            guard !part.isEmpty else { continue }
            guard let equals = part.firstIndex(of: "=") else { throw .containerFilter(String(part)) }
            let name = Self.trimmed(part[..<equals])
            guard !name.isEmpty else { throw .containerFilter(String(part)) }
            values[name, default: []].append(Self.trimmed(part[part.index(after: equals)...]))
        }
        self.values = values
    }

    /// The filters as the engine's API has them (`GET /containers/json`), and of the containers only this one where that can
    /// be said: several values of one filter are alternatives, so it cannot where identifiers are filtered anyway.
    func json(for id: String) -> String {
        var values = values
        if values["status"] == nil { values["status"] = ["running"] }
        if values["id"] == nil { values["id"] = [id] }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(values) else { return "{}" }
        return String(decoding: json, as: UTF8.self)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
