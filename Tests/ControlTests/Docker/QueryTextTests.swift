import Testing

@testable import Control

@Suite("Queries to the engine")
struct QueryTextTests {
    @Test("escape everything but letters, digits and underscores")
    func escaped() {
        #expect(QueryText.escaped(#"{"a_1":["ü"]}"#) == "%7b%22a_1%22%3a%5b%22%c3%bc%22%5d%7d")
        #expect(QueryText.escaped("\n&=") == "%0a%26%3d")
    }

    @Test(
        "write times with nine decimals",
        arguments: [(0, "0.000000000"), (1_700_000_000_000_000_042, "1700000000.000000042")])
    func seconds(nanoseconds: Int64, text: String) {
        #expect(QueryText.seconds(nanoseconds) == text)
    }
}
