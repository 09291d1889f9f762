import Bytes
import HTTP
import Testing

@Suite("The fields of a head")
struct HeaderFieldsTests {
    private static func field(_ name: FieldName, at start: Int) -> HeaderField {
        HeaderField(
            name: ByteRange(start: start, count: 1), value: ByteRange(start: start + 2, count: 1), known: name,
            isDropped: false)
    }

    @Test("are those of the last head alone")
    func reuse() {
        var fields = HeaderFields()
        for start in 0..<5 { fields.append(Self.field(.host, at: start)) }
        fields.removeAll()
        #expect(fields.isEmpty && fields.first(.host) == nil)
        fields.append(Self.field(.accept, at: 10))
        fields.append(Self.field(.cookie, at: 20))
        #expect(fields.count == 2 && fields.map(\.known) == [.accept, .cookie])
        #expect(fields.first(.host) == nil && fields.first(.cookie)?.name.start == 20)
        fields[1].isDropped = true
        #expect(fields.filter(\.isDropped).map(\.known) == [.cookie])
    }
}
