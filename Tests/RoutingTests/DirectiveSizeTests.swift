import Bytes
import Testing

@testable import Routing

/// What nginx 1.22 accepts and refuses was observed with `nginx -t`.
@Suite("Sizes in directives")
struct DirectiveSizeTests {
    @Test(
        "reads offsets as nginx does",
        arguments: [
            ("0", 0), ("1", 1), ("00012", 12), ("1k", 1024), ("1K", 1024), ("100m", 100 << 20), ("1M", 1 << 20),
            ("1g", 1 << 30), ("1G", 1 << 30), ("9223372036854775807", .max), ("8589934591g", 8_589_934_591 << 30),
            ("", nil), ("k", nil), ("1kb", nil), ("1MB", nil), ("1.5m", nil), ("-1", nil), ("+1", nil), (" 1", nil),
            ("1 ", nil), ("1t", nil), ("0x10", nil), ("9223372036854775808", nil), ("8589934592g", nil),
            ("9007199254740992k", nil),
        ] as [(String, Int?)])
    func offsets(text: String, expected: Int?) {
        #expect(DirectiveSize.bytes(ByteString(text), allowsGiga: true) == expected)
    }

    @Test("refuses gigabytes where nginx does")
    func sizes() {
        #expect(DirectiveSize.bytes("1g", allowsGiga: false) == nil)
        #expect(DirectiveSize.bytes("1m", allowsGiga: false) == 1 << 20)
    }
}
