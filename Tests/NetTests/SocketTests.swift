import Bytes
import Glibc
import Testing

@testable import Net

@Suite("Sockets", .timeLimit(.minutes(10)))
struct SocketTests {
    private static func endpoint(_ address: String, _ port: UInt16 = 0) throws -> Endpoint {
        Endpoint(address: try #require(IPAddress(address)), port: port)
    }

    private func wait(_ descriptor: Int32, for event: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        poll(&entry, 1, 20_000)
    }

    /// The two ends of a connection over the loopback.
    private func connect(_ address: String) throws -> (near: Int32, far: Int32, listener: Int32) {
        let listener = try Socket.listen(on: .ip(Self.endpoint(address)))
        let local = try #require(Socket.localEndpoint(listener.raw))
        let near = try Socket.connect(to: .ip(local)).release()
        wait(near, for: POLLOUT)
        #expect(Socket.connectError(near) == nil)
        wait(listener.raw, for: POLLIN)
        guard let accepted = try Socket.accept(listener.raw) else { throw SystemError(call: "accept", code: 0) }
        #expect(accepted.peer == Socket.localEndpoint(near))
        return (near, accepted.unpack().release(), listener.release())
    }

    @Test("carry bytes, and tell nothing, an end and a failure apart", arguments: ["127.0.0.1", "::1"])
    func stream(_ address: String) throws {
        let (near, far, listener) = try connect(address)
        defer { for descriptor in [near, listener] { close(descriptor) } }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
        defer { memory.deallocate() }
        #expect(Socket.isQuiet(near))
        #expect(Socket.receive(near, into: memory) == .wouldBlock)
        #expect(Socket.receive(near, into: UnsafeMutableRawBufferPointer(rebasing: memory[..<0])) == .wouldBlock)
        #expect(try Array("abc".utf8).withUnsafeBytes { try Socket.send(far, $0) } == 3)
        wait(near, for: POLLIN)
        #expect(!Socket.isQuiet(near))
        #expect(Socket.receive(near, into: memory) == .bytes(3))
        #expect(memory[..<3].elementsEqual("abc".utf8))
        #expect(Socket.isQuiet(near))
        Socket.shutdownWrite(far)
        wait(near, for: POLLIN)
        #expect(!Socket.isQuiet(near))
        #expect(Socket.receive(near, into: memory) == .end)
        close(far)
    }

    @Test("see a reset as a failure, behind the bytes that came before it")
    func reset() throws {
        let (near, far, listener) = try connect("127.0.0.1")
        defer { for descriptor in [near, listener] { close(descriptor) } }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 1)
        defer { memory.deallocate() }
        _ = try Array("abc".utf8).withUnsafeBytes { try Socket.send(far, $0) }
        Socket.setResetOnClose(far)
        close(far)
        wait(near, for: POLLERR)
        #expect(Socket.receive(near, into: memory) == .bytes(3))
        #expect(Socket.receive(near, into: memory) == .failed(SystemError(call: "recv", code: ECONNRESET)))
        #expect(throws: SystemError.self) { try Array("abc".utf8).withUnsafeBytes { try Socket.send(near, $0) } }
    }

    @Test("take no more than there is room for")
    func full() throws {
        let (near, far, listener) = try connect("127.0.0.1")
        defer { for descriptor in [near, far, listener] { close(descriptor) } }
        let piece = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        while true {
            let count = try piece.withUnsafeBytes { try Socket.send(near, $0) }
            total += count
            if count == 0 { break }
        }
        #expect(total > 0)
    }

    @Test("have nobody to accept when nobody has come")
    func noOne() throws {
        let listener = try Socket.listen(on: .ip(Self.endpoint("127.0.0.1")))
        let isNobody = try Socket.accept(listener.raw) == nil
        #expect(isNobody)
    }

    @Test("say that nobody listens")
    func refused() throws {
        let endpoint: Endpoint
        do {
            let listener = try Socket.listen(on: .ip(Self.endpoint("127.0.0.1")))
            endpoint = try #require(Socket.localEndpoint(listener.raw))
        }
        do {
            let socket = try Socket.connect(to: .ip(endpoint))
            wait(socket.raw, for: POLLOUT)
            #expect(Socket.connectError(socket.raw)?.code == ECONNREFUSED)
        } catch {
            #expect(error == SystemError(call: "connect", code: ECONNREFUSED))
        }
    }

    @Test("refuse a port that is taken, unless both sides share it")
    func taken() throws {
        let first = try Socket.listen(on: .ip(Self.endpoint("127.0.0.1")))
        let endpoint = try #require(Socket.localEndpoint(first.raw))
        #expect(throws: SystemError(call: "bind", code: EADDRINUSE)) { _ = try Socket.listen(on: .ip(endpoint)).raw }
        let shared = try Socket.listen(on: .ip(Self.endpoint("127.0.0.1")), sharesPort: true)
        let port = try #require(Socket.localEndpoint(shared.raw))
        let again = try Socket.listen(on: .ip(port), sharesPort: true)
        #expect(Socket.localEndpoint(again.raw) == port)
    }

    @Test("reach a path of the file system, and refuse one that is too long")
    func unix() throws {
        let path = "/tmp/net-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        defer { unlink(path) }
        let listener = try Socket.listen(on: .unix(path))
        let near = try Socket.connect(to: .unix(path))
        wait(listener.raw, for: POLLIN)
        let accepted = try Socket.accept(listener.raw)
        switch consume accepted {
        case .some(let connection): #expect(connection.peer == nil)
        case .none: Issue.record("nobody came")
        }
        #expect(Socket.localEndpoint(near.raw) == nil)
        let tooLong = SocketAddress.unix("/tmp/" + String(repeating: "a", count: 110))
        #expect(throws: SystemError(call: "bind", code: ENAMETOOLONG)) { _ = try Socket.connect(to: tooLong).raw }
    }
}
