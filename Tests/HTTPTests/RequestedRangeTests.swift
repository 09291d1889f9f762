import HTTP
import Testing

@Suite("Range fields")
struct RequestedRangeTests {
    private func range(_ value: String, _ size: Int) -> RequestedRange {
        Array(value.utf8).withUnsafeBytes { RequestedRange($0, size: size) }
    }

    @Test(
        "ask for one part",
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=0-9", 0..<10), ("bytes=5-", 5..<10), ("bytes=-3", 7..<10),
            ("bytes=9-9", 9..<10), ("bytes=0-100", 0..<10), ("bytes=-100", 0..<10), ("Bytes=2-3", 2..<4),
            ("bytes= 2-3 ", 2..<4), ("bytes=20-30,2-3", 2..<4), ("bytes=0-9223372036854775807", 0..<10),
        ])
    func part(value: String, expected: Range<Int>) { #expect(range(value, 10) == .part(expected)) }

    @Test(
        "ask for all where several parts, another unit or an empty content are meant",
        arguments: [
            ("bytes=0-1,3-4", 10), ("bytes=0-0,-1", 10), ("items=0-1", 10), ("", 10), ("bytes", 10), ("bytes=0-", 0),
            ("bytes=-5", 0), ("bytes=0-0", 0), ("bytes=" + String(repeating: "0-0,", count: 1000) + "1-1", 10),
        ])
    func whole(value: String, size: Int) {
        #expect(range(value, size) == .whole)
    }

    @Test(
        "ask for what is not there, or cannot be read",
        arguments: [
            "bytes=10-", "bytes=10-20", "bytes=-0", "bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "bytes=1",
            "bytes=1-2-3",
            "bytes=0-1,", "bytes=,0-1", "bytes=+1-2", "bytes=1-0x2", "bytes=99999999999999999999-",
            "bytes=-99999999999999999999", "bytes=1 - 2", "bytes=\u{e9}-2",
        ])
    func unsatisfiable(value: String) { #expect(range(value, 10) == .unsatisfiable) }
}
