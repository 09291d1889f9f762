import Foundation
import Routing
import Testing

@testable import Control

@Suite("The table of nginx-proxy's settings")
struct NginxProxySettingTests {
    @Test("stands in docs/migrating-from-nginx-proxy.md, with the same verdicts")
    func document() throws {
        let document = try Document()
        let tables: [(heading: String, rows: [NginxProxySetting])] = [
            ("Variables of containers", NginxProxySetting.containerVariables),
            ("Labels of containers", NginxProxySetting.labels),
            ("Variables of the proxy", NginxProxySetting.proxyVariables),
            ("Files", NginxProxySetting.files),
        ]
        for (heading, rows) in tables {
            let written = try #require(document.verdicts[heading])
            let known = Dictionary(rows.map { ($0.name, $0.standing.rawValue) }) { first, _ in first }
            #expect(known.count == rows.count, "a name stands twice under \(heading)")
            #expect(written == known, "\(heading)")
        }
    }

    @Test("says of each behaviour how it stands, in one of five words")
    func verdicts() throws {
        let words = ["same", "better", "different", "not supported"]
        for (heading, rows) in try Document().verdicts {
            for (name, verdict) in rows { #expect(words.contains(verdict), "\(heading): \(name)") }
        }
    }

    @Test("names every variable that the settings are made of")
    func settings() throws {
        let table = Set(NginxProxySetting.proxyVariables.map(\.name)).union(NginxProxySetting.own)
        for name in try Source.variables(in: "Control/Settings") {
            #expect(table.contains(name), "\(name) is read, and stands in no row of NginxProxySetting.proxyVariables")
        }
    }

    @Test("holds no variable that has an effect and is not read")
    func unread() throws {
        let read = try Source.variables(in: "Control")
        for row in NginxProxySetting.proxyVariables where !row.isWithoutEffect && row.name != "NO_COLOR" {
            #expect(read.contains(row.name), "\(row.name)")
        }
    }

    @Test("holds no variable that is read and is said to have no effect")
    func readAfterAll() throws {
        let read = try Source.variables(in: "Control/Settings")
        // What is read to be refused.
        let refused: Set = ["DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"]
        for row in NginxProxySetting.proxyVariables where row.isWithoutEffect && !refused.contains(row.name) {
            #expect(!read.contains(row.name), "\(row.name): set its standing in NginxProxySetting.proxyVariables")
        }
        let asked = try Source.asked(in: "Routing")
        for row in NginxProxySetting.containerVariables + NginxProxySetting.labels where row.isWithoutEffect {
            #expect(!asked.contains(row.name), "\(row.name): set its standing in NginxProxySetting")
        }
    }

    @Test("names every variable and label of a container that routing asks for")
    func containers() throws {
        let variables = Set((NginxProxySetting.containerVariables + NginxProxySetting.proxyVariables).map(\.name))
        let labels = Set(NginxProxySetting.labels.map(\.name))
        let asked = try Source.asked(in: "Routing")
        #expect(asked.contains("VIRTUAL_PORT") && asked.contains("keepalive"))
        for name in asked {
            let label = name.lowercased().replacingOccurrences(of: "_", with: "-")
            #expect(variables.contains(name) || labels.contains(name) || labels.contains(label), "\(name)")
        }
    }

    @Test("holds no label or variable of a container that has an effect and is not asked for")
    func unasked() throws {
        let asked = try Source.asked(in: "Routing").union(Source.asked(in: "Control"))
        for row in NginxProxySetting.containerVariables + NginxProxySetting.labels where !row.isWithoutEffect {
            let variable = row.name.uppercased().replacingOccurrences(of: "-", with: "_")
            #expect(asked.contains(row.name) || asked.contains(variable), "\(row.name)")
        }
    }

    @Test(
        "each variable of a container is kept of what the engine says", arguments: NginxProxySetting.containerVariables)
    func kept(row: NginxProxySetting) throws {
        let json = #"{"Id": "1", "Config": {"Env": ["\#(row.name)=x", "SECRET=y"]}}"#
        let environment = try InspectedContainer(json: Array(json.utf8)).container.environment
        #expect(environment == [row.name: "x"])
    }

    @Test("names every kind of file that directives are read from")
    func files() throws {
        let names = NginxProxySetting.files.map(\.name)
        for ending in try Source.matches(#""([a-z_]+\.conf|_location[a-z_]*)""#, in: "Routing") {
            #expect(names.contains { $0.hasSuffix(ending) }, "\(ending)")
        }
    }

    @Test(
        "tells those who have set a variable without effect, unless their value asks for nothing",
        arguments: [
            (["ENABLE_HTTP3": "true"], ["ENABLE_HTTP3 has no effect: clients speak HTTP/2 and HTTP/1.1"]),
            (["ENABLE_HTTP3": "false", "NO_COLOR": "1"], []),
        ])
    func warnings(environment: [String: String], expected: [String]) throws {
        #expect(try Settings(options: ServeOptions(), environment: Environment(environment)).warnings == expected)
    }
}

/// The tables of docs/migrating-from-nginx-proxy.md.
private struct Document {
    /// The verdict of each row, by the heading that it stands under and what its first cell names.
    var verdicts: [String: [String: String]] = [:]

    init() throws {
        let text = try String(
            contentsOf: Source.root.appending(path: "docs/migrating-from-nginx-proxy.md"), encoding: .utf8)
        var heading = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard cells.count >= 4, cells[1] != "---", cells[2] != "in Portico" else { continue }
            let name = cells[1].hasPrefix("`") && !cells[1].contains(" ") ? cells[1].filter { $0 != "`" } : cells[1]
            verdicts[heading, default: [:]][name] = cells[2]
        }
    }
}

/// What the program's own text says.
private enum Source {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The names of variables among the literals of a folder.
    static func variables(in folder: String) throws -> Set<String> {
        try matches(#""([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HSTS|HEALTH)""#, in: folder)
    }

    /// The names of variables among the literals of a folder, and of the labels that are asked for there.
    static func asked(in folder: String) throws -> Set<String> {
        try variables(in: folder).union(matches(#"(?:label|value)\(\s*"([a-z0-9_.-]+)""#, in: folder))
    }

    /// The first groups of all matches in the files of a folder of the sources, its table of settings left out.
    static func matches(_ pattern: String, in folder: String) throws -> Set<String> {
        let start = root.appending(path: "Sources").appending(path: folder)
        let expression = try NSRegularExpression(pattern: pattern)
        let paths = try #require(FileManager.default.enumerator(atPath: start.path))
        var found: Set<String> = []
        for case let path as String in paths where path.hasSuffix(".swift") && !path.hasPrefix("Migration/") {
            let text = try String(contentsOf: start.appending(path: path), encoding: .utf8)
            for match in expression.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
                if let range = Range(match.range(at: 1), in: text) { found.insert(String(text[range])) }
            }
        }
        return found
    }
}
