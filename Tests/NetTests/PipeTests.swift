import Glibc
import Testing

@testable import Net

@Suite("Pipes between sockets")
struct PipeTests {
    /// A socket to read from and its peer, with bytes in it, and one to write to and its peer.
    private struct Ends {
        let source: (near: Int32, far: Int32)
        let target: (near: Int32, far: Int32)

        init() throws {
            source = try Self.pair()
            target = try Self.pair()
        }

        private static func pair() throws -> (Int32, Int32) {
            var ends: [Int32] = [-1, -1]
            let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
            return (ends[0], ends[1])
        }

        func close() {
            for descriptor in [source.near, source.far, target.near, target.far] { Glibc.close(descriptor) }
        }

        func send(_ text: String) { #expect(Glibc.send(source.far, text, text.utf8.count, 0) == text.utf8.count) }

        func receive() -> String {
            var bytes = [UInt8](repeating: 0, count: 65536)
            let count = recv(target.far, &bytes, bytes.count, 0)
            return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        }
    }

    @Test("move what has come, as much as is asked for")
    func moved() throws {
        let ends = try Ends()
        let pipe = try Pipe()
        #expect(pipe.fill(from: ends.source.near, limit: 100) == .wouldBlock)
        ends.send("hello, world")
        #expect(pipe.fill(from: ends.source.near, limit: 5) == .bytes(5))
        #expect(!pipe.isEmpty)
        #expect(pipe.drain(into: ends.target.near) == .complete)
        #expect(pipe.isEmpty)
        #expect(ends.receive() == "hello")
        #expect(pipe.fill(from: ends.source.near, limit: 100) == .bytes(7))
        #expect(pipe.drain(into: ends.target.near) == .complete)
        #expect(ends.receive() == ", world")
        shutdown(ends.source.far, Int32(SHUT_WR))
        #expect(pipe.fill(from: ends.source.near, limit: 100) == .end)
        ends.close()
    }

    @Test("keep what a socket does not take, and go on when it does")
    func pending() throws {
        let ends = try Ends()
        let pipe = try Pipe()
        let block = String(repeating: "x", count: 4096)
        while Glibc.send(ends.target.near, block, block.utf8.count, 0) > 0 {}
        ends.send("behind")
        #expect(pipe.fill(from: ends.source.near, limit: 100) == .bytes(6))
        #expect(pipe.drain(into: ends.target.near) == .pending)
        #expect(!pipe.isEmpty)
        var last = ""
        while case let text = ends.receive(), !text.isEmpty { last = text }
        #expect(pipe.drain(into: ends.target.near) == .complete)
        last = ends.receive()
        #expect(last == "behind")
        ends.close()
    }

    @Test("tell a socket that is gone, without a signal")
    func gone() throws {
        let pool = PipePool()
        let pipe = try #require(pool.take())
        let ends = try Ends()
        ends.send("lost")
        #expect(pipe.fill(from: ends.source.near, limit: 100) == .bytes(4))
        close(ends.target.far)
        guard case .failed(let error) = pipe.drain(into: ends.target.near) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.code == EPIPE)
        #expect(!pool.isRefused(error))
        pool.giveBack(pipe)
    }

    @Test("are lent up to a limit, and used again when they are empty")
    func pool() throws {
        let pool = PipePool(limit: 2)
        let first = try #require(pool.take())
        let second = try #require(pool.take())
        #expect(pool.take() == nil)
        pool.giveBack(first)
        #expect(pool.take() === first)
        let ends = try Ends()
        ends.send("left over")
        #expect(second.fill(from: ends.source.near, limit: 100) == .bytes(9))
        pool.giveBack(second)
        #expect(pool.take() !== second)
        ends.close()
    }

    @Test("are not tried again where the system does not let bytes be moved", arguments: [ENOSYS, EPERM, EINVAL])
    func refused(_ code: Int32) {
        let pool = PipePool()
        #expect(pool.isRefused(SystemError(call: "splice", code: code)))
        #expect(pool.take() == nil)
    }
}
