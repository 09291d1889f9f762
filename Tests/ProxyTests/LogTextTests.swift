import Bytes
import Foundation
import Testing

@testable import Proxy

@Suite("Foreign text in log lines")
struct LogTextTests {
    private func escaped(_ bytes: [UInt8], json: Bool) -> [UInt8] {
        var output = ByteBuffer()
        bytes.withUnsafeBytes { bytes in
            if json { LogText.append(json: bytes, to: &output) } else { LogText.append(bytes, to: &output) }
        }
        return Array(output.readable)
    }

    @Test("is written with \\xHH where it is no printable ASCII")
    func standard() {
        #expect(escaped(Array("a\"b\\c\u{7f}\n é".utf8), json: false) == Array(#"a\x22b\x5Cc\x7F\x0A \xC3\xA9"#.utf8))
        #expect(escaped([], json: false) == [])
        for byte in UInt8.min...UInt8.max {
            #expect(escaped([0x61, byte], json: false).allSatisfy { (0x20...0x7e).contains($0) })
        }
    }

    @Test(
        "is JSON, with whole characters as they are and control characters of Unicode escaped",
        arguments: [
            ("a\"b\\c", #"a\"b\\c"#), ("\u{8}\t\n\u{c}\r", #"\b\t\n\f\r"#), ("\u{1b}[0m\u{7f}", #"\u001B[0m\u007F"#),
            ("é€😀", "é€😀"), ("\u{85}", #"\u00C2\u0085"#),
        ])
    func json(text: String, expected: String) {
        #expect(String(decoding: escaped(Array(text.utf8), json: true), as: UTF8.self) == expected)
    }

    @Test(
        "is JSON even where it is no UTF-8",
        arguments: [
            [0xff], [0xc3], [0xc3, 0x22], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xe0, 0x80, 0xaf],
            [0xf0, 0x80, 0x80, 0xaf], [0xf4, 0x90, 0x80, 0x80], [0x80, 0x22, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) throws {
        let text = [0x22] + escaped(bytes, json: true) + [0x22]
        let parsed = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
        #expect((parsed as? String)?.unicodeScalars.map { UInt8($0.value) } == bytes)
    }
}
