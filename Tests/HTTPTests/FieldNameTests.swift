import Bytes
import HTTP
import Testing

@Suite("Field names")
struct FieldNameTests {
    private static func find(_ text: String) -> FieldName {
        Array(text.utf8).withUnsafeBytes { FieldName($0) }
    }

    @Test("finds every known name in any case", arguments: FieldName.allCases.filter { $0 != .other })
    func known(name: FieldName) {
        let text = "\(name.text)"
        #expect(Self.find(text) == name)
        #expect(Self.find(text.lowercased()) == name)
        #expect(Self.find(text.uppercased()) == name)
    }

    @Test(
        "finds no known name in a text that differs at any place", arguments: FieldName.allCases.filter { $0 != .other }
    )
    func unknown(name: FieldName) {
        let text = Array("\(name.text)".utf8)
        for index in text.indices {
            for byte in "!~^_`xZ09-".utf8 where byte | 0x20 != text[index] | 0x20 {
                var changed = text
                changed[index] = byte
                let found = changed.withUnsafeBytes { FieldName($0) }
                #expect(found != name)
                #expect(found == .other || "\(found.text)".utf8.elementsEqual(changed) || found == .te)
            }
            var shorter = text
            shorter.remove(at: index)
            #expect(shorter.withUnsafeBytes { FieldName($0) } != name)
            #expect((text[...index] + text[index...]).withUnsafeBytes { FieldName($0) } != name)
        }
        #expect(Self.find("") == .other)
    }

    @Test("names the fields of one hop")
    func hopByHop() {
        #expect(
            FieldName.allCases.filter(\.isHopByHop) == [
                .connection, .http2Settings, .keepAlive, .proxy, .proxyAuthenticate, .proxyAuthorization,
                .proxyConnection,
                .te, .trailer, .transferEncoding, .upgrade,
            ])
    }
}
