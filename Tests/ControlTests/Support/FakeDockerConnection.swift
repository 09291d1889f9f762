import Bytes
import Net

/// A connection to the scripted engine.
final class FakeDockerConnection: EventSource {
    private let loop: EventLoop
    private weak var owner: FakeDocker?
    private var socket: FileDescriptor?
    private var token: Token?
    private var input: [UInt8] = []
    private var output = ByteBuffer()
    private var isLast = false

    init(_ socket: consuming FileDescriptor, on loop: EventLoop, owner: FakeDocker) throws {
        self.loop = loop
        self.owner = owner
        token = try loop.add(socket.raw, self)
        self.socket = consume socket
    }

    func ready(_ readiness: Readiness) {
        guard let descriptor = socket?.raw else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        reading: while true {
            switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
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
        flush()
    }

    func answer(_ status: Int, _ body: String) {
        output.append(Array("HTTP/1.1 \(status) X\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".utf8))
        sendChunks(body)
        output.append("0\r\n\r\n")
        isLast = true
        flush()
    }

    func sendRaw(_ text: String) {
        output.append(Array(text.utf8))
        flush()
    }

    func sendChunks(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(owner?.chunkSize ?? 65_536)
            rest = rest.dropFirst(piece.count)
            output.append(hex: piece.count)
            output.append("\r\n")
            output.append(Array(piece))
            output.append("\r\n")
        }
        flush()
    }

    func close() {
        if let token { loop.remove(token) }
        token = nil
        socket = nil
        owner?.forget(self)
    }

    private func flush() {
        guard let descriptor = socket?.raw else { return }
        while !output.isEmpty {
            guard let count = try? Socket.send(descriptor, output.readable), count > 0 else { return }
            output.consume(count)
        }
        if isLast { close() }
    }
}
