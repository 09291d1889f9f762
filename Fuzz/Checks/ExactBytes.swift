/// A copy of bytes in a block of exactly their size, so that the address sanitizer sees whoever reads or writes past it.
struct ExactBytes: ~Copyable {
    let memory: UnsafeMutableRawBufferPointer

    init(_ bytes: some Collection<UInt8>) {
        memory = .allocate(byteCount: bytes.count, alignment: 1)
        memory.copyBytes(from: bytes)
    }

    deinit { memory.deallocate() }

    func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(UnsafeRawBufferPointer(memory).assumingMemoryBound(to: UInt8.self).span)
    }
}
