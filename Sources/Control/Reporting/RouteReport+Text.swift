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
            var targets = host.backends.map { backend in
                (backend.address, backend.weight == 1 ? backend.origin : "\(backend.origin) (weight \(backend.weight))")
            }
            if let shut = host.shut { targets.insert(("shut, answers \(shut.prefix(3))", ""), at: 0) }
            if host.answersItself { targets = [("answers itself", "")] }
            if targets.isEmpty { targets = [("none, answers 502", "")] }
            for (index, target) in targets.enumerated() {
                let isFirst = index == 0
                rows.append([
                    isFirst ? host.name + (host.isDefault ? " (default)" : "") : "", isFirst ? host.schemes : "",
                    isFirst ? host.certificate ?? "-" : "", isFirst ? host.passwordFile ?? "-" : "", target.0, target.1,
                ])
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
    fileprivate var schemes: String {
        switch httpsMethod {
        case "nohttps": "http"
        case "nohttp": "https"
        case "redirect": "https, http redirects"
        default: certificate == nil ? "http" : "http, https"
        }
    }
}
