import Bytes
import Net
import TLS

/// A connection to the scripted engine.
final class FakeDockerConnection: EventSource {
    private let loop: EventLoop
    private weak var owner: FakeDocker?
    private let transport: Transport
    private var token: Token?
    private var input: [UInt8] = []
    private var isLast = false

    init(_ socket: consuming FileDescriptor, on loop: EventLoop, owner: FakeDocker) throws {
        self.loop = loop
        self.owner = owner
        transport =
            if let engine = owner.engine {
                try Transport(accepting: socket, engine: engine, localAddress: nil)
            } else {
                Transport(plain: socket)
            }
        token = try loop.add(transport.descriptor, self)
    }

    func ready(_ readiness: Readiness) {
        guard token != nil else { return }
        transport.update(readiness)
        _ = transport.flush()
        switch transport.handshake() {
        case .complete: break
        case .wouldBlock: return
        case .failed: return close()
        }
        var buffer = [UInt8](repeating: 0, count: 4096)
        reading: while true {
            guard transport.mayRead else { break }
            switch buffer.withUnsafeMutableBytes({ transport.read(into: $0) }) {
            case .bytes(let count): input += buffer[..<count]
            case .wouldBlock: break reading
            case .end, .failed: return close()
            }
        }
        if input.suffix(4) == Array("\r\n\r\n".utf8) {
            let line = String(decoding: input, as: UTF8.self).split(separator: " ")
            input = []
            owner?.answer(String(line[1]), on: self)
        }
        closeIfDone()
    }

    func answer(_ status: Int, _ body: String) {
        sendRaw("HTTP/1.1 \(status) X\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        sendChunks(body)
        sendRaw("0\r\n\r\n")
        isLast = true
        closeIfDone()
    }

    func sendRaw(_ text: String) {
        var output = ByteBuffer()
        output.append(Array(text.utf8))
        _ = transport.write(output.readable)
    }

    func sendChunks(_ text: String) {
        var output = ByteBuffer()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(owner?.chunkSize ?? 65_536)
            rest = rest.dropFirst(piece.count)
            output.append(hex: piece.count)
            output.append("\r\n")
            output.append(Array(piece))
            output.append("\r\n")
        }
        _ = transport.write(output.readable)
    }

    func close() {
        if let token { loop.remove(token) }
        token = nil
        transport.close()
        owner?.forget(self)
    }

    private func closeIfDone() {
        if isLast, !transport.hasPending { close() }
    }
}
