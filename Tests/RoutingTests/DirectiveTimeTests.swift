import Bytes
import Testing

@testable import Routing

/// What nginx 1.22 accepts and refuses was observed with `nginx -t`.
@Suite("Times in directives")
struct DirectiveTimeTests {
    @Test(
        "reads times with milliseconds as nginx does",
        arguments: [
            ("0", 0), ("1", 1000), ("60", 60_000), ("60s", 60_000), ("1m", 60_000), ("1h30m", 5_400_000),
            ("1h 30m", 5_400_000), ("1h30", 3_630_000), ("1500ms", 1500), ("1s500ms", 1500), ("1d", 86_400_000),
            ("1w2d", 777_600_000), ("1s ", 1000), ("1 ", 1000), ("1  5", 6000), ("10s 5", 15_000), ("1ms1", 1001),
            ("9223372036854775", 9_223_372_036_854_775_000), ("1w 1h", 608_400_000), ("1h 1ms 5", 3_605_001),
            ("1 1", 2000),
            ("1y", nil), ("1M", nil), ("0.5s", nil), ("10s1m", nil), ("5min", nil), ("10MB", nil), ("", nil),
            ("s", nil), ("-1", nil), ("+1", nil), ("1 s", nil), ("9223372036854775807", nil),
            ("9223372036854776", nil), ("1m1m", nil), ("1mm", nil), ("99999999999999999999", nil), ("1H", nil),
            ("1S", nil), ("ms", nil), ("1s1ms1ms", nil), ("1 1s", nil),
        ] as [(String, Int?)])
    func milliseconds(text: String, expected: Int?) {
        #expect(DirectiveTime.milliseconds(ByteString(text)) == expected.map { .milliseconds($0) })
    }

    @Test(
        "reads times in seconds as nginx does",
        arguments: [
            ("0", 0), ("1m", 60), ("1y", 31_536_000), ("1M", 2_592_000), ("1h 30m", 5400), ("10s 5", 15),
            ("9223372036854775807", .max),
            ("1500ms", nil), ("1ms1", nil), ("0.5s", nil), ("5min", nil), ("", nil), ("1 1s", nil), ("1M1y", nil),
        ] as [(String, Int?)])
    func seconds(text: String, expected: Int?) {
        #expect(DirectiveTime.seconds(ByteString(text)) == expected)
    }
}
