import Net
import Testing

@testable import Control

@Suite("Saying failures now and then")
struct FailureLogTests {
    private let lines = LogLines()
    private let start = Instant(nanoseconds: 0)

    @Test("counts what comes too often")
    func held() {
        var log = FailureLog(lines.logger)
        for second in 0..<25 { log.say("a", now: start + .seconds(second)) }
        log.say("b", now: start)
        #expect(
            lines.lines == [
                "warning a", "warning a (and 9 times more since it was last said)",
                "warning a (and 9 times more since it was last said)", "warning b",
            ])
    }

    @Test("holds a bounded number of kinds")
    func bound() {
        var log = FailureLog(lines.logger)
        for kind in 0..<(FailureLog.limit + 5) { log.say("\(kind)", now: start) }
        #expect(lines.lines.count == FailureLog.limit)
        log.say("later", now: start + .seconds(11))
        #expect(lines.lines.last == "warning later")
    }
}
