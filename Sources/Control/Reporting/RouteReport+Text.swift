extension RouteReport {
    /// The report as a table for people, followed by what needs their attention.
    package var text: String {
        var lines = hosts.isEmpty ? ["No host is routed."] : Self.table(rows)
        lines += section(
            "Containers that get no requests:", leftOut.map { "\($0.container) (\($0.host)): \($0.reason)" })
        lines += section("To be looked at:", diagnostics.map { "\($0.severity): \($0.text)" })
        lines += ["", "Docker: \(docker)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private var rows: [[String]] {
        var rows = [["HOST", "SERVES", "CERTIFICATE", "PASSWORDS", "BACKEND", "FROM"]]
        for host in hosts {
            let name = host.name + (host.isDefault ? " (default)" : "")
            for (index, line) in host.lines.enumerated() {
                rows.append(
                    index == 0
                        ? [name, host.schemes, host.certificate ?? "-"] + line.dropFirst()
                        : ["  \(line[0])", "", ""] + line.dropFirst())
            }
            for name in host.names.dropFirst() { rows.append(["  also \(name)", "", "", "", "", ""]) }
        }
        return rows
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", title] + lines.map { "  " + $0 }
    }

    private static func table(_ rows: [[String]]) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension RouteReport.Host {
    /// For each line the location that it begins, and what stands in the last three columns. That of all other paths is
    /// the first, in the line of the host itself.
    fileprivate var lines: [[String]] {
        if let shut { return [["", passwordFile, "shut, answers \(shut.prefix(3))", ""]] }
        let root = locations.filter(\.isRoot).flatMap { $0.lines(named: "") }
        let others = locations.filter { !$0.isRoot }.flatMap { $0.lines(named: $0.name) }
        return (root.isEmpty ? [["", "-", "no path but these", ""]] : root) + others
    }

    private var passwordFile: String { locations.first(where: \.isRoot)?.passwordFile ?? "-" }

    fileprivate var schemes: String {
        let http = httpPort == 0 ? nil : httpPort.map { "http on \($0)" } ?? "http"
        let https = httpsPort == 0 || certificate == nil ? nil : httpsPort.map { "https on \($0)" } ?? "https"
        let served: [String?] =
            switch httpsMethod {
            case "nohttps": [http]
            case "nohttp": [https]
            case "redirect": [https, httpsPort == 0 ? nil : http.map { $0 + " redirects" }]
            default: [http, https]
            }
        return served.contains { $0 != nil } ? served.compactMap { $0 }.joined(separator: ", ") : "nothing"
    }
}

extension RouteReport.Location {
    fileprivate var isRoot: Bool { name == "/" }

    fileprivate var name: String { destination.map { "\(match) as \($0)" } ?? match }

    fileprivate func lines(named name: String) -> [[String]] {
        var targets = backends.map { backend in
            [backend.address, backend.weight == 1 ? backend.origin : "\(backend.origin) (weight \(backend.weight))"]
        }
        if let answer { targets = [["answers \(answer) itself", ""]] }
        if targets.isEmpty { targets = [["none, answers 502", ""]] }
        return targets.enumerated().map { index, target in
            (index == 0 ? [name, passwordFile ?? "-"] : ["", ""]) + target
        }
    }
}
