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

        /// Whether something cannot be used.
        package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

        /// A line for each finding, and how many there are.
        package var text: String {
            let count = { (severity: Diagnostic.Severity, word: String) -> String in
                let number = diagnostics.filter { $0.severity == severity }.count
                return "\(number) \(word)\(number == 1 ? "" : "s")"
            }
            let hosts = "\(hostCount) host\(hostCount == 1 ? "" : "s")"
            let summary = "\(hosts), \(count(.error, "error")), \(count(.warning, "warning"))"
            return (diagnostics.map(\.description) + [summary]).joined(separator: "\n") + "\n"
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
            return Report(hostCount: result.configuration.snapshot.hosts.count, diagnostics: diagnostics)
        } catch {
            throw .system(error.description)
        }
    }
}
