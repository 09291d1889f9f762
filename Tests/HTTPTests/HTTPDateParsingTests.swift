import Bytes
import HTTP
import Testing

@Suite("Reading dates of fields")
struct HTTPDateParsingTests {
    private func parse(_ text: String) -> Int? { Array(text.utf8).withUnsafeBytes { HTTPDate.parse($0) } }

    @Test(
        "takes the three forms",
        arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
    func forms(text: String) { #expect(parse(text) == 784_111_777) }

    @Test("reads what it writes, for each day of many years")
    func roundTrip() {
        for day in stride(from: 0, to: 60_000, by: 1) {
            let time = day * 86_400 + day % 86_400
            var text = ByteBuffer()
            HTTPDate.append(epochSeconds: time, to: &text)
            #expect(HTTPDate.parse(text.readable) == time)
        }
    }

    @Test("takes the century that RFC 850 leaves out from the years about 2000")
    func centuries() {
        #expect(parse("Thursday, 01-Jan-70 00:00:00 GMT") == 0)
        #expect(parse("Tuesday, 01-Jan-69 00:00:00 GMT") == 3_124_224_000)
    }

    @Test(
        "refuses everything else",
        arguments: [
            "", "Sun", "Sun,", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Now 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 06 Nov 19x4 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun, 06-Nov-1994 08:49:37 GMT",
            "1994-11-06T08:49:37Z", "784111777", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 00:00:00 GMT",
        ])
    func refused(text: String) { #expect(parse(text) == nil) }

    @Test("never reads beyond a text that is cut anywhere")
    func cut() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            for count in 0..<text.utf8.count { #expect(parse(String(text.prefix(count))) == nil) }
        }
    }
}
