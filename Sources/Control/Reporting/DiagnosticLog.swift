internal import Logging
internal import Routing

/// Writes diagnostics to the log when they are new, and not again while they last.
struct DiagnosticLog {
    private let log: Logger
    private var current: Set<Diagnostic> = []

    /// A log that has said nothing yet.
    init(_ log: Logger) { self.log = log }

    /// Says what is new among the diagnostics that hold now. One that comes back after it had gone is new again.
    mutating func update(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics where !current.contains(diagnostic) {
            log.log(level: Self.level(diagnostic.severity), "\(diagnostic.text)")
        }
        current = Set(diagnostics)
    }

    private static func level(_ severity: Diagnostic.Severity) -> Logger.Level {
        switch severity {
        case .error: .error
        case .warning: .warning
        case .note: .info
        }
    }
}

extension Diagnostic {
    /// One line without the severity: `file:line:column: what and why; what to write instead`.
    var text: String { "\(place): \(message)" + (hint.map { "; \($0)" } ?? "") }
}
