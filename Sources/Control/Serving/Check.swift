internal import Bytes
internal import Logging
internal import Net
internal import Proxy
internal import Routing

/// Reads everything as the server would, once.
package enum Check {
    /// What was found.
    package struct Report: Sendable {
        let hostCount: Int
        let diagnostics: [Diagnostic]
        /// The content of the files that the diagnostics show lines of.
        var sources: [String: [UInt8]] = [:]

        /// Whether something cannot be used.
        package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

        /// Each finding with the line of the file that it is about, and how many there are.
        package var text: String {
            let count = { (severity: Diagnostic.Severity, word: String) -> String in
                let number = diagnostics.filter { $0.severity == severity }.count
                return "\(number) \(word)\(number == 1 ? "" : "s")"
            }
            let hosts = "\(hostCount) host\(hostCount == 1 ? "" : "s")"
            let summary = "\(hosts), \(count(.error, "error")), \(count(.warning, "warning"))"
            let findings = diagnostics.map { $0.rendered(source: $0.file.flatMap { sources[$0] }) }
            return (findings + [summary]).joined(separator: "\n") + "\n"
        }
    }

    /// Reads files, containers and names, and says what was found. An engine that is not reached is a finding too.
    ///
    /// - Throws: `ServeError` when the system gives not what is needed.
    package static func run(_ settings: Settings) throws(ServeError) -> Report {
        let log = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        do throws(SystemError) {
            let loop = try EventLoop()
            let configurator = try Configurator(settings, on: loop, log: log) { _ in loop.stop() }
            configurator.start()
            loop.run()
            defer { configurator.stop() }
            guard let result = configurator.current else { return Report(hostCount: 0, diagnostics: []) }
            var diagnostics = result.diagnostics
            if settings.docker != .none, !configurator.docker.isSynchronized {
                diagnostics.append(
                    Diagnostic(
                        .warning, at: .setting("DOCKER_HOST"),
                        "the engine's containers are not known: "
                            + configurator.docker.summary, hint: "give --docker none to check the files alone"))
            }
            let snapshot = result.configuration.snapshot
            return Report(
                hostCount: snapshot.hosts.count, diagnostics: diagnostics,
                sources: sources(of: diagnostics, hidden: Set(snapshot.passwordFiles)))
        } catch {
            throw .system(error.description)
        }
    }

    /// Reads the files that diagnostics point into. A line of a password file is never shown.
    private static func sources(of diagnostics: [Diagnostic], hidden: Set<String>) -> [String: [UInt8]] {
        var sources: [String: [UInt8]] = [:]
        for diagnostic in diagnostics where diagnostic.position != nil {
            guard let path = diagnostic.file, sources[path] == nil, !hidden.contains(path),
                case .bytes(let bytes) = FileReading(of: path).content
            else { continue }
            sources[path] = bytes
        }
        return sources
    }
}
