/// What will be different when Portico takes nginx-proxy's place, host by host.
package struct MigrationReport: Codable, Equatable, Sendable {
    /// How much something matters.
    package enum Weight: String, Codable, Sendable {
        /// Something that is served today would not be, or not as safely.
        case error
        /// Something works in another way.
        case difference
        /// Good to know.
        case note
    }

    /// Something that is different, or good to know.
    package struct Finding: Codable, Hashable, Sendable {
        /// How much it matters.
        package var weight: Weight
        /// Where it was found and what it is, on one line.
        package var text: String
    }

    /// A virtual host.
    package struct Host: Codable, Equatable, Sendable {
        /// The name that it was declared by.
        package var name: String
        /// What was found; nothing where it is served as before.
        package var findings: [Finding]
    }

    /// The container of nginx-proxy; nil where none was found.
    package var proxy: String?
    /// The folders that were read.
    package var folders: [String]
    /// What concerns all hosts.
    package var findings: [Finding]
    /// Every host that is served today, sorted by name.
    package var hosts: [Host]

    /// What a script is told: 0 where nothing is to be done, 1 where something differs, 2 where something would not be served.
    package var exitCode: Int32 { count(.error) > 0 ? 2 : count(.difference) > 0 ? 1 : 0 }

    /// How many findings have the weight.
    package func count(_ weight: Weight) -> Int {
        (findings + hosts.flatMap(\.findings)).count { $0.weight == weight }
    }

    /// The report for people: what concerns all hosts, then each host with its own.
    package var text: String {
        var lines = [
            "nginx-proxy: \(proxy ?? "no container of it was found; its variables are looked for in this environment")"
        ]
        lines.append("read: \(folders.isEmpty ? "no folder" : folders.joined(separator: ", "))")
        lines += Self.section("all hosts", findings, otherwise: nil)
        for host in hosts { lines += Self.section(host.name, host.findings, otherwise: "as before") }
        let number = { (count: Int, word: String) in "\(count) \(word)\(count == 1 ? "" : "s")" }
        lines += [
            "",
            "\(number(hosts.count, "host")), \(number(count(.error), "error")), "
                + number(count(.difference), "difference"),
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ title: String, _ findings: [Finding], otherwise: String?) -> [String] {
        guard findings.isEmpty else { return ["", title] + findings.map { "  \($0.weight.rawValue): \($0.text)" } }
        return otherwise.map { ["", title, "  \($0)"] } ?? []
    }
}
