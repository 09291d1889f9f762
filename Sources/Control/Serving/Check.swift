internal import Bytes
internal import Logging
internal import Net
internal import Proxy
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// Reads everything as the server would, once.
package enum Check {
    /// What was found.
    package struct Report: Sendable {
        let hostCount: Int
        let diagnostics: [Diagnostic]
        /// The content of the files that the diagnostics show lines of.
        var sources: [String: [UInt8]] = [:]
        /// What alone is looked at; nil for everything.
        var subject: String?

        /// Whether something cannot be used.
        package var hasErrors: Bool { count(.error) > 0 }

        /// Each finding with the line of the file that it is about, and how many there are.
        package var text: String {
            let amount = { (severity: Diagnostic.Severity, word: String) -> String in
                "\(count(severity)) \(word)\(count(severity) == 1 ? "" : "s")"
            }
            let hosts = subject ?? "\(hostCount) host\(hostCount == 1 ? "" : "s")"
            let summary = "\(hosts), \(amount(.error, "error")), \(amount(.warning, "warning"))"
            let findings = diagnostics.map { $0.rendered(source: $0.file.flatMap { sources[$0] }) }
            return (findings + [summary]).joined(separator: "\n") + "\n"
        }

        /// The same as a value to be sent.
        package var summary: CheckSummary {
            CheckSummary(
                hosts: hostCount, subject: subject, errors: count(.error), warnings: count(.warning),
                findings: diagnostics.map(CheckFinding.init))
        }

        private func count(_ severity: Diagnostic.Severity) -> Int {
            diagnostics.filter { $0.severity == severity }.count
        }

        /// What was found in one file, or in the files of one folder.
        ///
        /// - Throws: `ServeError.system` where nothing stands at the path.
        package func about(_ path: String) throws(ServeError) -> Report {
            guard let subject = Check.realPath(path) else {
                throw .system(
                    "\(path): there is no such file; write a path that exists, or a URL such as https://HOST/")
            }
            var report = self
            report.subject = path
            report = Report(
                hostCount: hostCount,
                diagnostics: diagnostics.filter { diagnostic in
                    guard let file = diagnostic.file else { return false }
                    let real = Check.realPath(file) ?? file
                    return real == subject || real.hasPrefix(subject.hasSuffix("/") ? subject : subject + "/")
                }, sources: sources, subject: path)
            return report
        }
    }

    /// Reads files, containers and names, and says what was found. An engine that is not reached is a finding too.
    ///
    /// - Throws: `ServeError` when the system gives not what is needed.
    package static func run(_ settings: Settings) throws(ServeError) -> Report {
        try read(settings) { result, configurator in
            var diagnostics = settings.problems + result.diagnostics
            if let finding = engineFinding(settings, configurator) { diagnostics.append(finding) }
            let snapshot = result.configuration.snapshot
            return Report(
                hostCount: snapshot.hosts.count, diagnostics: diagnostics,
                sources: sources(of: diagnostics, hidden: Set(snapshot.passwordFiles)))
        } ?? Report(hostCount: 0, diagnostics: [])
    }

    /// Reads the same and explains what would become of a request.
    ///
    /// - Throws: `ServeError` when the system gives not what is needed.
    package static func explain(_ question: Question, _ settings: Settings) throws(ServeError) -> Explanation {
        let outcome = try read(settings) { result, configurator in
            Result {
                var explanation = try Explainer.explain(
                    question, by: result, settings: settings, containers: configurator.docker.running,
                    now: FileStamp.now / 1_000_000_000)
                if let finding = engineFinding(settings, configurator) {
                    explanation.findings.append(CheckFinding(finding))
                }
                return explanation
            }
        }
        switch outcome {
        case .success(let explanation)?: return explanation
        case .failure(let error)?: throw .system("\(error)")
        case nil: throw .system("nothing could be read")
        }
    }

    private static func read<Value>(
        _ settings: Settings, _ body: (ServingBuilder.Result, Configurator) -> Value
    ) throws(ServeError) -> Value? {
        let log = Logger(label: "check") { _ in SwiftLogNoOpLogHandler() }
        do throws(SystemError) {
            let loop = try EventLoop()
            let configurator = try Configurator(settings, on: loop, log: log) { _ in loop.stop() }
            configurator.start()
            loop.run()
            defer { configurator.stop() }
            return configurator.current.map { body($0, configurator) }
        } catch {
            throw .system(error.description)
        }
    }

    private static func engineFinding(_ settings: Settings, _ configurator: Configurator) -> Diagnostic? {
        guard settings.docker != .none, !configurator.docker.isSynchronized else { return nil }
        return Diagnostic(
            .warning, at: .setting("DOCKER_HOST"),
            "the engine's containers are not known: " + configurator.docker.summary,
            hint: "give --docker none to check the files alone")
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

    private static func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
