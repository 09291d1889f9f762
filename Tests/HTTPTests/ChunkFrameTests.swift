import HTTP
import Testing

@Suite("Chunk framing")
struct ChunkFrameTests {
    @Test(
        "writes the first line of a chunk just before its content",
        arguments: [
            (1, "1\r\n"), (9, "9\r\n"), (10, "a\r\n"), (16, "10\r\n"), (255, "ff\r\n"), (16384, "4000\r\n"),
            (Int.max, "7fffffffffffffff\r\n"),
        ])
    func prefix(count: Int, expected: String) {
        var memory = [UInt8](repeating: UInt8(ascii: "."), count: ChunkFrame.maxPrefix + 1)
        let written = memory.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { ChunkFrame.writePrefix(count: count, endingAt: $0 + ChunkFrame.maxPrefix) }
        }
        #expect(written == expected.utf8.count)
        let padding = String(repeating: ".", count: ChunkFrame.maxPrefix - expected.utf8.count)
        #expect(String(decoding: memory, as: UTF8.self) == padding + expected + ".")
    }

    @Test("makes bodies that the decoder reads", arguments: [1, 7, 255, 4096])
    func roundTrip(size: Int) {
        let content = [UInt8](repeating: UInt8(ascii: "c"), count: size)
        var memory = [UInt8](repeating: 0, count: ChunkFrame.maxPrefix) + content
        let written = memory.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { ChunkFrame.writePrefix(count: size, endingAt: $0 + ChunkFrame.maxPrefix) } ?? 0
        }
        let chunk = Array(memory[(ChunkFrame.maxPrefix - written)...]) + Array("\(ChunkFrame.suffix)".utf8)
        let body = DecodedBody.decode([(chunk + chunk + Array("\(ChunkFrame.end)".utf8))[...]])
        #expect(body.isComplete)
        #expect(body.content == content + content)
        let trailed = chunk + Array("\(ChunkFrame.lastChunk)X: 1\r\n\(ChunkFrame.suffix)".utf8)
        #expect(DecodedBody.decode([trailed[...]]).trailers == "X: 1\r\n")
    }
}
