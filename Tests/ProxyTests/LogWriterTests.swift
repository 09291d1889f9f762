import Glibc
import Net
import Proxy
import Testing

@Suite("Log writer", .timeLimit(.minutes(10)))
struct LogWriterTests {
    /// A pipe: what is written at one end comes out at the other.
    private static func pipe() -> (input: Int32, output: TestStream) {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        return (ends[0], TestStream(owning: ends[1]))
    }

    @Test("writes everything in the order in which it came, and ends when told, not before")
    func order() throws {
        let (input, output) = Self.pipe()
        let writer = try LogWriter(descriptor: input)
        let thread = writer.start()
        for number in 0..<2000 { writer.write(Array("line \(number)\n".utf8)) }
        writer.stop()
        #expect(try output.receive(through: "line 1999\n") == (0..<2000).map { "line \($0)\n" }.joined())
        thread.join()
        #expect(writer.droppedCount == 0)
    }

    @Test("waits for a reader that is slow, on a descriptor that does not")
    func slowReader() throws {
        let (input, output) = Self.pipe()
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        let writer = try LogWriter(descriptor: input)
        let thread = writer.start()
        for _ in 0..<40 { writer.write([UInt8](repeating: 0x61, count: 100_000)) }
        writer.stop()
        #expect(try output.receive(4_000_000).allSatisfy { $0 == 0x61 })
        thread.join()
    }

    @Test("drops and counts whole batches when too much waits, and goes on behind them")
    func dropped() throws {
        let (input, output) = Self.pipe()
        let writer = try LogWriter(descriptor: input)
        let batch = [UInt8](repeating: 0x61, count: 1 << 20)
        for _ in 0..<20 { writer.write(batch) }
        #expect(writer.droppedCount == 4)
        let thread = writer.start()
        _ = try output.receive(16 << 20)
        writer.write(Array("end\n".utf8))
        #expect(try output.receive(through: "end\n") == "end\n")
        writer.stop()
        thread.join()
    }

    @Test("goes on in another file when told, and closes the last one")
    func reopened() throws {
        let first = Self.pipe()
        let second = Self.pipe()
        let writer = try LogWriter(descriptor: first.input)
        let thread = writer.start()
        writer.write(Array("1\n".utf8))
        #expect(try first.output.receive(through: "1\n") == "1\n")
        writer.reopen(descriptor: second.input)
        writer.write(Array("2\n".utf8))
        #expect(try second.output.receive(through: "2\n") == "2\n")
        #expect(try first.output.receiveToEnd().isEmpty)
        writer.stop()
        thread.join()
    }
}
