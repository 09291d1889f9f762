import Net
import Testing

@Suite("The program's own memory")
struct ProgramMemoryTests {
    private static let words = ["one", "two", "three"]

    @Test("is there again when it is needed after code and constants were given back")
    func release() {
        let before = Self.words.map { $0.uppercased() }
        let start = Instant.now
        ProgramMemory.releaseCode()
        #expect(Self.words.map { $0.uppercased() } == before)
        #expect(before == ["ONE", "TWO", "THREE"])
        #expect(start <= Instant.now)
    }
}
