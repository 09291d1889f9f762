import CNghttp2
import Testing

@testable import HTTP

@Suite("The memory of an HTTP/2 session")
struct HTTP2SessionMemoryTests {
    private func bytes(_ memory: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: memory, count: count)
    }

    @Test("loses what is of no use at rest, and nothing else")
    func release() throws {
        let memory = HTTP2SessionMemory(HTTP2PagePool())
        let mem = memory.functions
        let frame = try #require(mem.realloc(nil, 16_394, mem.mem_user_data))
        let table = try #require(mem.calloc(256, 16, mem.mem_user_data))
        let other = try #require(mem.malloc(100, mem.mem_user_data))
        #expect(bytes(table, 4096).allSatisfy { $0 == 0 })
        for part in [bytes(frame, 16_394), bytes(table, 4096), bytes(other, 100)] {
            part.initializeMemory(as: UInt8.self, repeating: 7)
        }
        memory.release()
        #expect(bytes(frame, 16_394).allSatisfy { $0 == 0 })
        #expect(bytes(table, 4096).allSatisfy { $0 == 7 })
        #expect(bytes(other, 100).allSatisfy { $0 == 7 })
        bytes(table, 4096).initializeMemory(as: UInt8.self, repeating: 0)
        memory.release()
        #expect(bytes(table, 4096).allSatisfy { $0 == 0 })
        for part in [frame, table, other] { mem.free(part, mem.mem_user_data) }
    }

    @Test("is the C library's where its own is taken, or does not fit")
    func fallback() throws {
        let memory = HTTP2SessionMemory(HTTP2PagePool())
        let mem = memory.functions
        let first = try #require(mem.malloc(16_394, mem.mem_user_data))
        let second = try #require(mem.malloc(16_394, mem.mem_user_data))
        #expect(first != second)
        bytes(first, 16_394).initializeMemory(as: UInt8.self, repeating: 1)
        bytes(second, 16_394).initializeMemory(as: UInt8.self, repeating: 2)
        let grown = try #require(mem.realloc(first, 40_000, mem.mem_user_data))
        #expect(bytes(grown, 16_394).allSatisfy { $0 == 1 })
        #expect(bytes(second, 16_394).allSatisfy { $0 == 2 })
        // The pages are free again.
        #expect(mem.malloc(16_394, mem.mem_user_data) == first)
        for part in [first, second, grown] { mem.free(part, mem.mem_user_data) }
        mem.free(nil, mem.mem_user_data)
    }

    @Test("comes back to the pool with its session")
    func pool() {
        let pool = HTTP2PagePool()
        let slots = (0..<200).map { _ in pool.take() }
        #expect(Set(slots).count == 200 && !slots.contains(nil))
        for case let slot? in slots { pool.giveBack(slot) }
        #expect(slots.contains(pool.take()))
    }
}
