package import Logging

#if canImport(Glibc)
    private import Glibc
#endif

/// Writes the operational log to standard error: one line an entry, with time, level and message.
///
/// `2026-01-31T12:00:00.123Z warning registry.example.com: …`. Control characters are written as `\n` or `\u{1b}`, so
/// that text from outside can neither begin a line of its own nor speak to a terminal.
package struct ServerLog: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let write: @Sendable ([UInt8]) -> Void

    /// A handler that writes to standard error, and to a file where one is given.
    package init(level: Logger.Level = .info, file: ErrorLogFile? = nil) {
        self.init(level: level) { line in
            file?.write(line)
            // One write(2) a line keeps the lines of several threads apart.
            line.withUnsafeBytes { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    init(level: Logger.Level, write: @escaping @Sendable ([UInt8]) -> Void) {
        logLevel = level
        self.write = write
    }

    /// A logger for the whole process.
    package static func logger(level: Logger.Level = .info, file: ErrorLogFile? = nil) -> Logger {
        Logger(label: "portico") { _ in ServerLog(level: level, file: file) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var line = Self.timestamp(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
        line += " \(event.level.rawValue) \(event.message)"
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        write(Array(Self.onOneLine(line).utf8) + [0x0a])
    }

    static func timestamp(seconds: Int, milliseconds: Int) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let padded = { (value: Int, width: Int) in
            String(repeating: "0", count: max(0, width - String(value).count)) + String(value)
        }
        let date = [(Int(parts.tm_year) + 1900, 4), (Int(parts.tm_mon) + 1, 2), (Int(parts.tm_mday), 2)]
        let clock = [(Int(parts.tm_hour), 2), (Int(parts.tm_min), 2), (Int(parts.tm_sec), 2)]
        return date.map(padded).joined(separator: "-") + "T" + clock.map(padded).joined(separator: ":") + "."
            + padded(milliseconds, 3) + "Z"
    }

    static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }.joined()
    }
}
