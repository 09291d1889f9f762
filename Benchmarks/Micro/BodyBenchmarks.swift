internal import Bytes
internal import HTTP

/// Bodies: what frames them and what takes the frames away.
enum BodyBenchmarks {
    static let all = [
        Microbenchmark(name: "chunked-large", run: { try decode(chunk: 16 << 10, chunks: 4, $0, "chunked-large") }),
        Microbenchmark(name: "chunked-small", run: { try decode(chunk: 16, chunks: 64, $0, "chunked-small") }),
    ]

    /// A body in chunks of one size. Decoding works in place, so each round begins with a fresh copy of the bytes.
    private static func decode(chunk: Int, chunks: Int, _ count: Int, _ name: String) throws {
        let size = String(chunk, radix: 16)
        let content = String(repeating: "x", count: chunk)
        let body = Array((String(repeating: "\(size)\r\n\(content)\r\n", count: chunks) + "0\r\n\r\n").utf8)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: body.count, alignment: 16)
        defer { memory.deallocate() }
        for _ in 0..<count {
            body.withUnsafeBytes { memory.copyMemory(from: $0) }
            var decoder = ChunkedDecoder()
            let piece = try decoder.decode(memory)
            guard decoder.isComplete, piece.produced == chunk * chunks else { throw UnexpectedOutcome(benchmark: name) }
        }
    }
}
