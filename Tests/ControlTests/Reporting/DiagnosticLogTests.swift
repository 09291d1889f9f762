import Routing
import Testing

@testable import Control

@Suite("Saying diagnostics once")
struct DiagnosticLogTests {
    private let lines = LogLines()

    private func diagnostic(_ message: String, _ severity: Diagnostic.Severity = .error) -> Diagnostic {
        Diagnostic(severity, at: .wholeFile("vhost.d/a"), message, hint: severity == .error ? "mend it" : nil)
    }

    @Test("says what is new, and again what came back")
    func once() {
        var log = DiagnosticLog(lines.logger)
        log.update([diagnostic("one")])
        log.update([diagnostic("one"), diagnostic("two", .warning)])
        log.update([diagnostic("two", .warning), diagnostic("three", .note)])
        log.update([diagnostic("one")])
        #expect(
            lines.lines == [
                "error vhost.d/a: one; mend it", "warning vhost.d/a: two", "info vhost.d/a: three",
                "error vhost.d/a: one; mend it",
            ])
    }
}
