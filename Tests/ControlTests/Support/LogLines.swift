import Logging
import Synchronization

@testable import Control

/// A log whose lines a test can read, without their times.
final class LogLines: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    /// The lines so far, `level message`.
    var lines: [String] {
        let text = bytes.withLock { String(decoding: $0, as: UTF8.self) }
        return text.split(separator: "\n").map { String($0.drop { $0 != " " }.dropFirst()) }
    }

    var logger: Logger {
        Logger(label: "test") { _ in ServerLog(level: .info) { [self] line in bytes.withLock { $0 += line } } }
    }
}
