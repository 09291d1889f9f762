import Glibc
import Testing

@testable import Net

@Suite("The memory of the process")
struct ProcessMemoryTests {
    @Test("is what is in memory and shared with nobody")
    func used() throws {
        let memory = try ProcessMemory()
        let before = memory.used ?? 0
        #expect(before > 1 << 20)
        let size = 64 << 20
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        block.initializeMemory(as: UInt8.self, repeating: 1)
        // Other tests may give some back meanwhile.
        let after = memory.used ?? 0
        #expect(after > size / 2)
        block.deallocate()
        ProcessMemory.trim()
    }

    @Test(
        "is counted in pages, by the second and the third number of the kernel's line",
        arguments: [
            ("100 50 20 1 0 30 0\n", 30 as Int?), ("100 20 50 1 0 30 0\n", 0), ("100 50", nil), ("", nil),
            ("1 x 2 3", nil),
        ])
    func pages(text: String, count: Int?) {
        #expect(Array(text.utf8).withUnsafeBytes { ProcessMemory.pages(in: $0) } == count)
    }
}
