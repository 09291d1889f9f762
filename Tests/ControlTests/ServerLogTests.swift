import Logging
import Synchronization
import Testing

@testable import Control

@Suite("Operational log")
struct ServerLogTests {
    private final class Lines: Sendable {
        let bytes = Mutex<[UInt8]>([])
        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    }

    private func logger(_ lines: Lines, level: Logger.Level = .info) -> Logger {
        Logger(label: "test") { _ in ServerLog(level: level) { line in lines.bytes.withLock { $0 += line } } }
    }

    @Test("writes time, level and message on one line")
    func line() throws {
        let lines = Lines()
        logger(lines).warning("host: shut", metadata: ["b": "2", "a": "1"])
        #expect(lines.text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning host: shut a=1 b=2\n/) != nil)
    }

    @Test("keeps text from outside on its line")
    func controlCharacters() {
        let lines = Lines()
        logger(lines).error("name\nforged \u{1b}[31m\r\u{85}")
        #expect(lines.text.filter { $0 == "\n" }.count == 1)
        #expect(lines.text.hasSuffix("name\\nforged \\u{1B}[31m\\r\\u{0085}\n"))
    }

    @Test("leaves out what is below its level")
    func level() {
        let lines = Lines()
        logger(lines, level: .warning).info("chatter")
        #expect(lines.text.isEmpty)
    }

    @Test("writes times in UTC")
    func timestamp() {
        #expect(ServerLog.timestamp(seconds: 951_782_400, milliseconds: 7) == "2000-02-29T00:00:00.007Z")
    }
}
