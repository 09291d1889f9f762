import Bytes
import Net
import TLS
import Testing

/// A small HTTP server on a thread of its own, for the clients of others. It answers every request on a connection with
/// the names of what was agreed on, or with as many bytes as the path says, and then closes.
final class TLSServer {
    let port: UInt16
    private let stop: Mailbox<Bool>
    private let thread: Net.Thread

    init(_ selector: CertificateSelector) throws {
        let listener = try Socket.listen(
            on: .ip(Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)))
        port = try #require(Socket.localEndpoint(listener.raw)).port
        let stop = try Mailbox<Bool>()
        self.stop = stop
        let raw = listener.release()
        thread = Net.Thread.start(name: "tls-server") {
            do {
                let loop = try EventLoop()
                try loop.receive(from: stop) { [unowned loop] _ in loop.stop() }
                let source = ListeningSource(
                    FileDescriptor(owning: raw), loop, try TLSEngine(selector: selector, ticketKeys: TicketKeys()))
                _ = try loop.add(raw, source, interest: .reading)
                loop.run()
            } catch {
                Issue.record(error)
            }
        }
    }

    deinit {
        stop.post(true)
        thread.join()
    }
}

private final class ListeningSource: EventSource {
    private let listener: FileDescriptor
    private unowned let loop: EventLoop
    private let engine: TLSEngine

    init(_ listener: consuming FileDescriptor, _ loop: EventLoop, _ engine: TLSEngine) {
        self.listener = listener
        self.loop = loop
        self.engine = engine
    }

    func ready(_ readiness: Readiness) {
        while let connection = try? Socket.accept(listener.raw) {
            let descriptor = connection.unpack()
            let raw = descriptor.raw
            let local = Socket.localEndpoint(raw)?.address
            guard let transport = try? Transport(accepting: descriptor, engine: engine, localAddress: local) else {
                return
            }
            let source = ConnectionSource(transport, loop)
            source.token = try? loop.add(raw, source)
        }
    }
}

private final class ConnectionSource: EventSource {
    var token: Token?
    private let transport: Transport
    private unowned let loop: EventLoop
    private var request: [UInt8] = []
    private var owed = 0
    private var isReady = false
    private var isAnswering = false

    init(_ transport: Transport, _ loop: EventLoop) {
        self.transport = transport
        self.loop = loop
    }

    func ready(_ readiness: Readiness) {
        transport.update(readiness)
        if !isReady {
            switch transport.handshake() {
            case .complete: isReady = true
            case .wouldBlock:
                if transport.hasPending { _ = transport.flush() }
                return
            case .failed:
                if transport.hasPending, transport.flush() == .pending { return }
                return close()
            }
        }
        if transport.hasPending, transport.flush() == .pending { return }
        read()
        answer()
    }

    private func read() {
        var bytes = [UInt8](repeating: 0, count: 16384)
        while transport.mayRead {
            switch bytes.withUnsafeMutableBytes({ transport.read(into: $0) }) {
            case .bytes(let count): request += bytes[..<count]
            case .wouldBlock: return
            case .end, .failed: return close()
            }
        }
    }

    private func answer() {
        if !isAnswering {
            let text = String(decoding: request, as: UTF8.self)
            guard text.contains("\r\n\r\n") else { return }
            isAnswering = true
            let path = text.split(separator: " ").dropFirst().first ?? "/"
            owed = Int(path.dropFirst()) ?? 0
            let tls = transport.tls
            let facts =
                "name=\(tls?.serverName.map(\.text) ?? "-") version=\(tls?.protocolVersion.map(\.description) ?? "-") "
                + "alpn=\(tls?.negotiatedProtocol.map(\.text) ?? "-") resumed=\(tls?.isResumed ?? false)\n"
            let length = owed > 0 ? owed : facts.utf8.count
            send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: \(length)\r\n\r\n" + (owed > 0 ? "" : facts))
        }
        while owed > 0, !transport.hasPending {
            let piece = [UInt8](repeating: 0x2e, count: min(owed, 128 * 1024))
            owed -= piece.count
            if case .failed = piece.withUnsafeBytes({ transport.write($0) }) { return close() }
        }
        if owed == 0, !transport.hasPending {
            owed = -1
            transport.shutdownWrite()
        }
    }

    private func send(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { transport.write($0) }
    }

    private func close() {
        if let token { loop.remove(token) }
        transport.close()
    }
}
