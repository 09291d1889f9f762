import Glibc
import Net
import TLS
import Testing

@Suite("Transport in the clear")
struct TransportTests {
    let transport: Transport
    let peer: Int32

    init() throws {
        let ends = try TLSLink.socketPair(bufferSize: 4096)
        transport = Transport(plain: FileDescriptor(owning: ends.server))
        peer = ends.client
    }

    private func read(limit: Int = 100) -> (result: ReadResult, bytes: [UInt8]) {
        var bytes = [UInt8](repeating: 0, count: limit)
        let result = bytes.withUnsafeMutableBytes { transport.read(into: $0) }
        guard case .bytes(let count) = result else { return (result, []) }
        return (result, Array(bytes[..<count]))
    }

    private func receive() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65536)
        var all: [UInt8] = []
        while case let count = recv(peer, &bytes, bytes.count, 0), count > 0 { all += bytes[..<count] }
        return all
    }

    @Test("has no handshake to make")
    func handshake() {
        #expect(transport.handshake() == .complete)
        #expect(transport.tls == nil)
        close(peer)
    }

    @Test("remembers that a read found everything, until there is news")
    func edges() {
        #expect(send(peer, "hello", 5, 0) == 5)
        #expect(transport.mayRead)
        #expect(read(limit: 5).result == .bytes(5))
        #expect(transport.mayRead)
        #expect(read().result == .wouldBlock)
        #expect(!transport.mayRead)
        #expect(send(peer, "again", 5, 0) == 5)
        #expect(read().result == .wouldBlock)
        transport.update(.readable)
        #expect(read().bytes == Array("again".utf8))
        #expect(!transport.mayRead)
        close(peer)
    }

    @Test("reads to the end once the end was reported together with bytes")
    func endWithBytes() {
        #expect(send(peer, "last", 4, 0) == 4)
        shutdown(peer, Int32(SHUT_WR))
        transport.update([.readable, .readEnded])
        #expect(read().bytes == Array("last".utf8))
        #expect(transport.mayRead)
        #expect(read().result == .end)
        #expect(read().result == .end)
        #expect(!transport.wasTruncated)
        close(peer)
    }

    @Test("keeps what the socket does not take, in order, and ends after it")
    func pending() {
        let sent = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) }
        #expect(sent.withUnsafeBytes { transport.write($0) } == .pending)
        #expect(Array("end".utf8).withUnsafeBytes { transport.write($0) } == .pending)
        #expect(transport.hasPending)
        transport.shutdownWrite()
        var received = receive()
        #expect(transport.flush() == .pending)
        while transport.hasPending {
            transport.update(.writable)
            _ = transport.flush()
            received += receive()
        }
        #expect(received == sent + Array("end".utf8))
        var byte: UInt8 = 0
        #expect(recv(peer, &byte, 1, 0) == 0)
        // The other direction is still open.
        #expect(send(peer, "more", 4, 0) == 4)
        transport.update(.readable)
        #expect(read().bytes == Array("more".utf8))
        close(peer)
    }

    @Test("fails when the peer is gone, and closes once only")
    func gone() {
        close(peer)
        guard case .failed(let error) = [1, 2].withUnsafeBytes({ transport.write($0) }) else {
            Issue.record("the write went through")
            return
        }
        #expect(error.code == EPIPE)
        transport.close()
        transport.close()
        #expect(transport.descriptor == -1)
        #expect(!transport.hasPending)
    }
}
