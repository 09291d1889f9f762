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
        let file = LogFile(descriptor: input)
        let writer = try LogWriter(standard: nil)
        let thread = writer.start()
        for number in 0..<2000 { writer.write(Array("line \(number)\n".utf8), to: file) }
        writer.stop()
        #expect(try output.receive(through: "line 1999\n") == (0..<2000).map { "line \($0)\n" }.joined())
        thread.join()
        #expect(writer.droppedCount == 0)
    }

    @Test("waits for a reader that is slow, on a descriptor that does not")
    func slowReader() throws {
        let (input, output) = Self.pipe()
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        let file = LogFile(descriptor: input)
        let writer = try LogWriter(standard: nil)
        let thread = writer.start()
        for _ in 0..<40 { writer.write([UInt8](repeating: 0x61, count: 100_000), to: file) }
        writer.stop()
        #expect(try output.receive(4_000_000).allSatisfy { $0 == 0x61 })
        thread.join()
    }

    @Test("drops and counts whole batches when too much waits, and goes on behind them")
    func dropped() throws {
        let (input, output) = Self.pipe()
        let file = LogFile(descriptor: input)
        let writer = try LogWriter(standard: nil)
        let batch = [UInt8](repeating: 0x61, count: 1 << 20)
        for _ in 0..<20 { writer.write(batch, to: file) }
        #expect(writer.droppedCount == 4)
        let thread = writer.start()
        _ = try output.receive(16 << 20)
        writer.write(Array("end\n".utf8), to: file)
        #expect(try output.receive(through: "end\n") == "end\n")
        writer.stop()
        thread.join()
    }

    @Test("goes on in another file when told, and closes the last one")
    func reopened() throws {
        let first = Self.pipe()
        let second = Self.pipe()
        let file = LogFile(descriptor: first.input)
        let writer = try LogWriter(standard: file)
        let thread = writer.start()
        writer.write(Array("1\n".utf8), to: file)
        #expect(try first.output.receive(through: "1\n") == "1\n")
        file.reopen(descriptor: second.input)
        writer.write(Array("2\n".utf8), to: file)
        #expect(try second.output.receive(through: "2\n") == "2\n")
        #expect(try first.output.receiveToEnd().isEmpty)
        writer.stop()
        thread.join()
    }

    @Test("loses no line when a file is moved away and opened anew again and again")
    func rotated() throws {
        let files = (0..<20).map { _ in
            var path = Array("/tmp/portico-log-XXXXXX".utf8CString)
            defer { unlink(path) }
            return mkstemp(&path)
        }
        let file = LogFile(descriptor: dup(files[0]))
        let writer = try LogWriter(standard: file)
        let thread = writer.start()
        for number in 0..<2000 {
            if number % 100 == 0, number > 0 { file.reopen(descriptor: dup(files[number / 100])) }
            writer.write(Array("\(number)\n".utf8), to: file)
        }
        writer.stop()
        thread.join()
        // One that another took the place of before a line was written stays empty.
        var written: [UInt8] = []
        for descriptor in files {
            written += [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(0, pread(descriptor, buffer.baseAddress, 1 << 16, 0))
            }
            close(descriptor)
        }
        #expect(String(decoding: written, as: UTF8.self) == (0..<2000).map { "\($0)\n" }.joined())
    }
}
