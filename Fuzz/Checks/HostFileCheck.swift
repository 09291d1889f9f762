internal import Bytes
internal import Routing

/// The file of a virtual host: whatever stands in it, rules of access are obeyed or the host is shut.
enum HostFileCheck {
    private static let path = "\(HostFiles.folder)/site.test"

    static func run(_ input: [UInt8]) throws(Violation) {
        let snapshot = build(input)
        let host = try site(in: snapshot)
        try checkEqual(try site(in: build(input)), host, "the same inputs give the same host")
        try Findings.check(snapshot.diagnostics, file: path, source: input)
        try SnapshotShape.check(snapshot)

        let isBroken = snapshot.diagnostics.contains { $0.severity == .error && $0.place != .setting("DEFAULT_HOST") }
        let isAccess = accessLines(in: input)
        if isBroken {
            if host.shut == nil {
                try require(isAccess.isEmpty, "a broken file with \(isAccess) shuts its host")
                try requireEqual(host.locations[0].settings, LocationSettings(), "nothing of a broken file is used")
            }
        } else {
            try require(host.shut == nil, "a file in order shuts no host")
            try checkObeyed(isAccess, host.locations[0].settings)
        }
        try checkKept(input, host, isBroken: isBroken)
    }

    private static func build(_ input: [UInt8], previous: RoutingSnapshot? = nil) -> RoutingSnapshot {
        var inputs = SnapshotInputs(files: HostFiles(host: input), previous: previous)
        inputs.containers = [
            Container(
                id: "a", name: "app", environment: ["VIRTUAL_HOST": "site.test"],
                networks: [NetworkAttachment("web", ipv4: IPAddress(ipv4: 0x0a00_0002))])
        ]
        inputs.resolvedNames = ["backend": [IPAddress(ipv4: 0x0a00_0003)]]
        return SnapshotBuilder.build(inputs)
    }

    private static func site(in snapshot: RoutingSnapshot) throws(Violation) -> VirtualHost {
        guard let host = snapshot.hosts.first(where: { $0.name == "site.test" }) else { throw Violation("no host") }
        return host
    }

    /// A file that breaks changes nothing of what was in force before.
    private static func checkKept(_ input: [UInt8], _ fresh: VirtualHost, isBroken: Bool) throws(Violation) {
        let after = try site(in: build(input, previous: before))
        guard isBroken else { return try checkEqual(after, fresh, "what is new replaces all") }
        try checkEqual(after, try site(in: before), "what was in force stays in force")
    }

    private static let before = build(Array("client_max_body_size 5m; deny 192.0.2.1;\n".utf8))

    private static func checkEqual(_ a: VirtualHost, _ b: VirtualHost, _ text: String) throws(Violation) {
        try requireEqual(a.shut, b.shut, text)
        try requireEqual(a.names, b.names, text)
        try requireEqual(a.locations.map(\.settings), b.locations.map(\.settings), text)
        try requireEqual(a.locations.map(\.upstream), b.locations.map(\.upstream), text)
    }

    /// The lines that surely are rules of access, to whoever knows the words: of files without quotes, comments or escapes.
    private static func accessLines(in input: [UInt8]) -> [String] {
        guard !input.contains(where: { "\"'#\\{}".utf8.contains($0) }) else { return [] }
        return input.split(separator: ASCII.semicolon).compactMap { statement in
            let words = statement.split { " \t\r\n".utf8.contains($0) }.map(\.text)
            guard let name = words.first, ["allow", "deny", "auth_basic", "satisfy"].contains(name) else { return nil }
            return words.joined(separator: " ")
        }
    }

    private static func checkObeyed(_ lines: [String], _ settings: LocationSettings) throws(Violation) {
        let rules = lines.filter { $0.hasPrefix("allow ") || $0.hasPrefix("deny ") }
        try require(settings.accessRules.count >= rules.count, "every one of \(rules) is a rule")
        if rules.first == "deny all", rules.count == settings.accessRules.count {
            try requireEqual(
                settings.accessRules.verdict(for: IPAddress(ipv4: 0x0102_0304)), false, "deny all keeps everyone out")
        }
        if lines.contains("satisfy any") { try requireEqual(settings.satisfy, .any, "what must be satisfied") }
    }
}
