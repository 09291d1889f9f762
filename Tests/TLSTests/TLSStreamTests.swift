import Bytes
import COpenSSL
import Glibc
import Net
import TLS
import Testing

@Suite("TLS stream")
struct TLSStreamTests {
    let engine: TLSEngine

    init() throws { engine = try TLSEngine(fallback: TestCertificates.context("a.test")) }

    private func connected(bufferSize: Int32? = nil, configure: (OpaquePointer) -> Void = { _ in }) throws -> TLSLink {
        let link = try TLSLink(engine, serverName: "a.test", bufferSize: bufferSize, configure: configure)
        let outcome = link.shakeHands()
        try #require(outcome.client == .done)
        try #require(outcome.server == .complete)
        return link
    }

    private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) } }

    @Test("makes a handshake and carries bytes both ways", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func carriesBytes(version: Int32) throws {
        let link = try connected { _ = portico_ssl_set_versions($0, version, version) }
        #expect(link.server.tls?.serverName == "a.test")
        #expect(link.server.tls?.protocolVersion?.rawValue == version)
        #expect(link.server.tls?.isResumed == false)
        #expect(link.client.write(Array("ping".utf8)[...]) == 4)
        #expect(link.serverRead().bytes == Array("ping".utf8))
        #expect(link.server.mayRead == false)
        #expect(link.serverWrite(Array("pong".utf8)) == .complete)
        #expect(link.client.read() == .bytes(Array("pong".utf8)))
    }

    @Test("keeps bytes that came together with the end of the handshake")
    func earlyData() throws {
        let link = try TLSLink(engine, serverName: "a.test")
        #expect(link.client.handshake() == .wouldBlock)
        link.notify()
        #expect(link.server.handshake() == .wouldBlock)
        #expect(link.client.handshake() == .done)
        #expect(link.client.write(Array("GET /".utf8)[...]) == 5)
        link.notify()
        #expect(link.server.handshake() == .complete)
        // No further news of the socket: the bytes are OpenSSL's already.
        #expect(link.server.mayRead)
        var bytes = [UInt8](repeating: 0, count: 64)
        #expect(bytes.withUnsafeMutableBytes { link.server.read(into: $0) } == .bytes(5))
    }

    @Test("takes a handshake that comes byte by byte", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func drip(version: Int32) throws {
        let relay = try TLSLink.socketPair()
        let ends = try TLSLink.socketPair()
        let client = TLSClient(relay.client, serverName: "a.test") {
            _ = portico_ssl_set_versions($0, version, version)
        }
        let server = try Transport(
            accepting: FileDescriptor(owning: ends.server), engine: engine, localAddress: nil)
        let upper = FileDescriptor(owning: relay.server)
        let lower = FileDescriptor(owning: ends.client)
        var byte: UInt8 = 0
        var handshake = HandshakeResult.wouldBlock
        var step = TLSClient.Step.wouldBlock
        var dripped = 0
        for _ in 0..<4 where step == .wouldBlock || handshake == .wouldBlock {
            if step == .wouldBlock { step = client.handshake() }
            while recv(upper.raw, &byte, 1, 0) == 1 {
                try #require(send(lower.raw, &byte, 1, 0) == 1)
                server.update(.readable)
                handshake = server.handshake()
                dripped += 1
            }
            var answer = [UInt8](repeating: 0, count: 16384)
            let count = recv(lower.raw, &answer, answer.count, 0)
            if count > 0 { try #require(send(upper.raw, answer, count, 0) == count) }
        }
        #expect(step == .done)
        #expect(handshake == .complete)
        #expect(dripped > 200)
    }

    @Test("brings many records in one read, and the rest without further news")
    func manyRecords() throws {
        let link = try connected()
        let sent = pattern(90_000)
        var written = 0
        while written < sent.count {
            let count = link.client.write(sent[written..<min(written + 5000, sent.count)])
            try #require(count > 0)
            written += count
        }
        let first = link.serverRead(limit: 64_000)
        #expect(first.bytes.count > 2 * 16_384)
        var all = first.bytes
        while all.count < sent.count {
            try #require(link.server.mayRead)
            let next = link.serverRead(limit: 64_000)
            try #require(!next.bytes.isEmpty)
            all += next.bytes
        }
        #expect(link.serverRead(limit: 64_000).result == .wouldBlock)
        #expect(link.server.mayRead == false)
        #expect(all.elementsEqual(sent))
    }

    @Test(
        "leaves nothing behind for a read of its own, however the records are cut",
        arguments: [128 * 1024 + 17 * 1024, 2 * 128 * 1024 + 17 * 1024])
    func wholeReads(room: Int) throws {
        let link = try connected()
        // As a client sends chunks: large records, and a small one behind each four.
        let piece = pattern(65_546)
        let total = 12 * piece.count
        var sent = 0
        var received: [UInt8] = []
        while received.count < total {
            if sent < total { sent += link.client.write(piece[(sent % piece.count)...]) }
            let bytes = link.serverRead(limit: room).bytes
            received += bytes
            #expect(bytes.isEmpty || bytes.count > 1000 || received.count == total)
        }
        #expect(received == Array((0..<12).map { _ in piece }.joined()))
    }

    @Test("ends with the last bytes, in one write", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func endsAlong(version: Int32) throws {
        let link = try connected { _ = portico_ssl_set_versions($0, version, version) }
        while case .bytes = link.client.read() {}
        link.notify()
        #expect(Array("last".utf8).withUnsafeBytes { link.server.write($0, ends: true) } == .complete)
        #expect(link.client.read() == .bytes(Array("last".utf8)))
        #expect(link.client.read() == .closeNotify)
        // It is said once.
        link.server.closeNotify()
        link.server.shutdownWrite()
        var byte: UInt8 = 0
        #expect(recv(link.client.descriptor, &byte, 1, 0) == 0)
    }

    @Test("keeps a ticket for the answer where the client has asked already, and sends it where nothing more comes")
    func ticketAlong() throws {
        for isWhole in [true, false] {
            let link = try TLSLink(engine, serverName: "a.test")
            #expect(link.client.handshake() == .wouldBlock)
            link.notify()
            #expect(link.server.handshake() == .wouldBlock)
            #expect(link.client.handshake() == .done)
            #expect(link.client.write(Array("GET".utf8)[...]) == 3)
            link.notify()
            #expect(link.server.handshake() == .complete)
            var bytes = [UInt8](repeating: 0, count: 64)
            #expect(bytes.withUnsafeMutableBytes { link.server.read(into: $0) } == .bytes(3))
            var byte: UInt8 = 0
            #expect(recv(link.client.descriptor, &byte, 1, Int32(MSG_PEEK)) < 0)
            #expect(!link.server.hasPending)
            if isWhole {
                #expect(link.serverWrite(Array("answer".utf8)) == .complete)
                #expect(link.client.read() == .bytes(Array("answer".utf8)))
            } else {
                #expect(link.serverRead().result == .wouldBlock)
                #expect(link.client.read() == .wouldBlock)
            }
            #expect(link.client.session() != nil)
            #expect(recv(link.client.descriptor, &byte, 1, Int32(MSG_PEEK)) < 0)
        }
    }

    @Test("reads through a buffer of any size", arguments: [1, 7, 1000, 16_384, 16_385])
    func smallReads(limit: Int) throws {
        let link = try connected()
        let sent = pattern(20_000)
        #expect(link.client.write(sent[...]) == sent.count)
        link.notify()
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: limit)
        while link.server.mayRead {
            if case .bytes(let count) = buffer.withUnsafeMutableBytes({ link.server.read(into: $0) }) {
                received += buffer[..<count]
            }
        }
        #expect(received == sent)
    }

    @Test(
        "sends any amount in order through a socket that takes little",
        arguments: [1, 16_384, 131_072, 131_073, 700_000])
    func backPressure(count: Int) throws {
        let link = try connected(bufferSize: 4096)
        let sent = pattern(count)
        var result = link.serverWrite(sent)
        if count > 100_000 { #expect(result == .pending) }
        var received: [UInt8] = []
        while received.count < count {
            while case .bytes(let bytes) = link.client.read() { received += bytes }
            link.notify()
            result = link.server.flush()
            if result == .complete, received.count < count {
                guard case .bytes(let bytes) = link.client.read() else { break }
                received += bytes
            }
        }
        #expect(result == .complete)
        #expect(link.server.hasPending == false)
        #expect(received == sent)
    }

    @Test("does not try a full socket again before it has news")
    func staysFull() throws {
        let link = try connected(bufferSize: 4096)
        #expect(link.serverWrite(pattern(100_000)) == .pending)
        while case .bytes = link.client.read() {}
        #expect(link.server.flush() == .pending)
        #expect(link.client.read() == .wouldBlock)
        link.server.update(.writable)
        _ = link.server.flush()
        var byte: UInt8 = 0
        #expect(recv(link.client.descriptor, &byte, 1, Int32(MSG_PEEK)) == 1)
    }

    @Test("takes bytes behind those that wait, and reports them pending too")
    func writesBehindPending() throws {
        let link = try connected(bufferSize: 4096)
        #expect(link.serverWrite(pattern(100_000)) == .pending)
        #expect(Array("end".utf8).withUnsafeBytes { link.server.write($0) } == .pending)
        #expect([UInt8]().withUnsafeBytes { link.server.write($0) } == .pending)
        // Nor may they overtake when the socket has room again but nothing was flushed yet.
        var received: [UInt8] = []
        while case .bytes(let bytes) = link.client.read() { received += bytes }
        link.notify()
        #expect(Array("last".utf8).withUnsafeBytes { link.server.write($0) } == .pending)
        while link.server.hasPending {
            while case .bytes(let bytes) = link.client.read() { received += bytes }
            link.notify()
            _ = link.server.flush()
        }
        while case .bytes(let bytes) = link.client.read() { received += bytes }
        #expect(received == pattern(100_000) + Array("endlast".utf8))
    }

    @Test("tells a close_notify from a cut connection", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func ends(version: Int32) throws {
        let closed = try connected { _ = portico_ssl_set_versions($0, version, version) }
        #expect(closed.client.write(Array("last".utf8)[...]) == 4)
        SSL_shutdown(closed.client.connection)
        shutdown(closed.client.descriptor, Int32(SHUT_WR))
        #expect(closed.serverRead().bytes == Array("last".utf8))
        #expect(closed.server.mayRead)
        #expect(closed.serverRead().result == .end)
        #expect(closed.serverRead().result == .end)
        #expect(closed.server.wasTruncated == false)
        #expect(closed.server.tls?.failure == nil)
        // The client may well wait for an answer.
        #expect(closed.serverWrite(Array("answer".utf8)) == .complete)
        #expect(closed.client.read() == .bytes(Array("answer".utf8)))

        let cut = try connected { _ = portico_ssl_set_versions($0, version, version) }
        #expect(cut.client.write(Array("last".utf8)[...]) == 4)
        shutdown(cut.client.descriptor, Int32(SHUT_WR))
        #expect(cut.serverRead().bytes == Array("last".utf8))
        #expect(cut.serverRead().result == .end)
        #expect(cut.server.wasTruncated)
    }

    @Test("takes a fatal alert for no end of what is sent", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func alert(version: Int32) throws {
        let link = try connected { _ = portico_ssl_set_versions($0, version, version) }
        #expect(link.client.write(Array("last".utf8)[...]) == 4)
        // A record that cannot be opened is answered with bad_record_mac.
        #expect(link.serverWrite(Array("first".utf8)) == .complete)
        #expect(link.client.read() == .bytes(Array("first".utf8)))
        var record: [UInt8] = [23, 3, 3, 0, 64] + [UInt8](repeating: 7, count: 64)
        #expect(send(link.server.descriptor, &record, record.count, 0) == record.count)
        _ = link.client.read()
        shutdown(link.client.descriptor, Int32(SHUT_WR))
        #expect(link.serverRead().bytes == Array("last".utf8))
        #expect(throws: Never.self) {
            guard case .failed = link.serverRead().result else { throw CancellationError() }
        }
        #expect(link.server.tls?.failure != nil)
    }

    @Test("says goodbye before it ends its direction, and after what is pending")
    func closes() throws {
        let link = try connected(bufferSize: 4096)
        let sent = pattern(50_000)
        #expect(link.serverWrite(sent) == .pending)
        link.server.shutdownWrite()
        var received: [UInt8] = []
        var last = TLSClient.Received.wouldBlock
        while last != .closeNotify {
            last = link.client.read()
            if case .bytes(let bytes) = last { received += bytes }
            if case .failed = last { break }
            link.notify()
            _ = link.server.flush()
        }
        #expect(received == sent)
        #expect(last == .closeNotify)
        // TCP's own end follows.
        var byte: UInt8 = 0
        #expect(recv(link.client.descriptor, &byte, 1, 0) == 0)
        #expect(link.client.write(Array("still".utf8)[...]) == 5)
        #expect(link.serverRead().bytes == Array("still".utf8))
    }

    @Test("says goodbye once, and leaves the socket open")
    func saysGoodbye() throws {
        let link = try connected()
        link.server.closeNotify()
        #expect(link.client.write(Array("data".utf8)[...]) == 4)
        link.notify()
        link.server.closeNotify()
        #expect(link.client.read() == .closeNotify)
        #expect(link.serverRead().bytes == Array("data".utf8))
        var byte: UInt8 = 0
        #expect(recv(link.client.descriptor, &byte, 1, 0) == -1)
        #expect(link.client.write(Array("late".utf8)[...]) == 4)
        #expect(link.serverRead().bytes == Array("late".utf8))
    }

    @Test("fails a stream whose records were tampered with, and tells the peer")
    func tampered() throws {
        let link = try connected()
        let record: [UInt8] = [0x17, 3, 3, 0, 32] + pattern(32)
        #expect(record.withUnsafeBytes { send(link.client.descriptor, $0.baseAddress, $0.count, 0) } == record.count)
        guard case .failed = link.serverRead().result, case .protocolFault = link.server.tls?.failure else {
            Issue.record("the record was taken: \(String(describing: link.server.tls?.failure))")
            return
        }
        guard case .failed = link.serverRead().result, case .failed = link.serverWrite([1]) else {
            Issue.record("a broken stream went on")
            return
        }
        #expect(link.client.read() == .failed("ssl/tls alert bad record mac") || link.client.read() != .wouldBlock)
    }

    @Test("reports a socket that the peer has reset")
    func reset() throws {
        let link = try connected()
        // A Unix domain socket that is closed with bytes unread resets the other end (unix(7)).
        #expect(link.serverWrite(pattern(100)) == .complete)
        let copy = FileDescriptor(owning: dup(link.client.descriptor))
        _ = copy
        shutdown(link.client.descriptor, Int32(SHUT_RDWR))
        guard case .failed(let error) = link.serverWrite(pattern(100)) else {
            Issue.record("the write went through")
            return
        }
        #expect(error.code == EPIPE)
    }
}
