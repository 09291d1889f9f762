internal import Bytes
internal import Net

/// Messages over a stream to another process: each goes behind its length, four bytes with the highest first.
final class MessageChannel: EventSource {
    private static let lengthSize = 4
    private static let pieceSize = 65_536
    /// How much is read before others get their turn.
    private static let readsPerTurn = 16

    private let loop: EventLoop
    private let limit: Int
    private let received: (UnsafeRawBufferPointer) throws(MessageError) -> Void
    private let ended: (MessageError?) -> Void
    private var socket: FileDescriptor?
    private var token: Token?
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    /// Called when everything was sent that had to wait.
    var drained: () -> Void = {}

    /// A channel over an end of a stream.
    ///
    /// - Parameters:
    ///   - limit: the most bytes of a message that comes.
    ///   - received: takes each message; what it throws ends the channel.
    ///   - ended: called once when the other side is gone, or with what was wrong with a message.
    /// - Throws: `SystemError` when the kernel refuses to watch the socket.
    init(
        _ socket: consuming FileDescriptor, on loop: EventLoop, limit: Int,
        received: @escaping (UnsafeRawBufferPointer) throws(MessageError) -> Void,
        ended: @escaping (MessageError?) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.limit = limit
        self.received = received
        self.ended = ended
        token = try loop.add(socket.raw, self)
        self.socket = consume socket
    }

    /// Whether nothing waits to be sent.
    var isIdle: Bool { output.isEmpty }

    /// Ends it without a word.
    func close() {
        guard let token else { return }
        loop.remove(token)
        self.token = nil
        socket = nil
    }

    /// Sends a message, or has it wait until the other side takes it.
    func send(_ message: [UInt8]) {
        guard socket != nil else { return }
        var length = UInt32(message.count).bigEndian
        withUnsafeBytes(of: &length) { output.append($0) }
        output.append(message)
    }

    /// Has what was sent leave. Messages that belong together leave together.
    func flush() {
        guard let descriptor = socket?.raw, !output.isEmpty else { return }
        do throws(SystemError) {
            while !output.isEmpty {
                let count = try Socket.send(descriptor, output.readable)
                guard count > 0 else { return }
                output.consume(count)
            }
        } catch {
            end(nil)
        }
    }

    func ready(_ readiness: Readiness) {
        if readiness.mayWrite, !output.isEmpty {
            flush()
            if output.isEmpty { drained() }
        }
        for _ in 0..<Self.readsPerTurn {
            guard let descriptor = socket?.raw else { return }
            input.reserve(Self.pieceSize)
            switch Socket.receive(descriptor, into: input.writable) {
            case .bytes(let count):
                input.produced(count)
                take()
            case .wouldBlock: return
            case .end, .failed: return end(nil)
            }
        }
        if let token { loop.again(token) }
    }

    private func take() {
        while token != nil, input.count >= Self.lengthSize {
            let length = Int(UInt32(bigEndian: input.readable.loadUnaligned(as: UInt32.self)))
            guard length <= limit else { return end(.tooLong) }
            guard input.count >= Self.lengthSize + length else {
                input.reserve(Self.lengthSize + length - input.count)
                return
            }
            let message = UnsafeRawBufferPointer(rebasing: input.readable[Self.lengthSize..<(Self.lengthSize + length)])
            do throws(MessageError) {
                try received(message)
            } catch {
                return end(error)
            }
            input.consume(Self.lengthSize + length)
        }
    }

    private func end(_ error: MessageError?) {
        guard token != nil else { return }
        close()
        ended(error)
    }
}
