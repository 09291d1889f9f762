import Bytes
import TLS
import Testing

@Suite("Served names")
struct ServedNamesTests {
    private func outcome(_ name: ByteString, in names: ServedNames) -> String {
        switch names[name] {
        case nil: "gone"
        case .some(nil): "refused"
        case .some(.some): "served"
        }
    }

    @Test("lead where they were last said to lead, however many have changed")
    func changes() throws {
        let context: TLSContext? = try TestCertificates.context("a.test")
        var names = ServedNames(["kept.test": context, "refused.test": nil])
        let before = names
        for round in 0..<2 {
            for number in 0..<200 {
                names[ByteString("n\(number).test")] = .some(number % 2 == round ? context : nil)
            }
            for number in 0..<200 {
                let expected = number % 2 == round ? "served" : "refused"
                #expect(outcome(ByteString("n\(number).test"), in: names) == expected)
            }
        }
        for number in 0..<200 where number % 3 > 0 { names[ByteString("n\(number).test")] = nil }
        for number in 0..<200 {
            let expected = number % 3 > 0 ? "gone" : number % 2 == 1 ? "served" : "refused"
            #expect(outcome(ByteString("n\(number).test"), in: names) == expected)
        }
        #expect(outcome("kept.test", in: names) == "served")
        #expect(outcome("refused.test", in: names) == "refused")
        #expect(outcome("n1.test", in: before) == "gone")
    }
}
