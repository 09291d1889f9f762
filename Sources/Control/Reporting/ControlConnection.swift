internal import Bytes
internal import HTTP
internal import Net

/// One question to the control socket: a request head comes, an answer goes, the connection closes.
final class ControlConnection: EventSource {
    /// How long a question and its answer may take.
    static let timeout = Duration.seconds(5)
    private static let headLimit = 8192

    private let loop: EventLoop
    private let answer: (_ path: String) -> ControlAnswer
    private let closed: (ControlConnection) -> Void
    private var socket: FileDescriptor?
    private var token: Token?
    private var input = ByteBuffer(capacity: headLimit)
    private var output = ByteBuffer()
    private var parser = RequestHeadParser()
    private var head = RequestHead()
    private var attached: FileDescriptor?

    init(
        _ socket: consuming FileDescriptor, on loop: EventLoop, answer: @escaping (_ path: String) -> ControlAnswer,
        closed: @escaping (ControlConnection) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.answer = answer
        self.closed = closed
        let token = try loop.add(socket.raw, self)
        self.token = token
        self.socket = consume socket
        loop.setDeadline(Self.timeout, for: token)
    }

    /// Ends the connection, with or without an answer.
    func close() {
        guard let token else { return }
        loop.remove(token)
        self.token = nil
        socket = nil
        closed(self)
    }

    func ready(_ readiness: Readiness) {
        if output.isEmpty { receive() }
        send()
    }

    func deadlinePassed() { close() }

    private func receive() {
        while let descriptor = socket?.raw, output.isEmpty {
            guard input.writableCount > 0 else { return respond(.message(431, "the request is too long")) }
            switch Socket.receive(descriptor, into: input.writable) {
            case .bytes(let count):
                input.produced(count)
                parse()
            case .wouldBlock: return
            case .end, .failed: return close()
            }
        }
    }

    private func parse() {
        let bytes = input.readable
        switch parser.parse(Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)), into: &head) {
        case .partial: break
        case .failed(let error): respond(.message(error.status, error.reason))
        case .complete where head.method != .get: respond(.message(405, "only GET is answered"))
        case .complete: respond(answer(String(decoding: bytes[head.path], as: UTF8.self)))
        }
    }

    private func respond(_ answer: ControlAnswer) {
        HeadWriter.appendStatusLine(answer.status, to: &output)
        HeadWriter.appendField(.contentType, "application/json", to: &output)
        HeadWriter.appendField(.contentLength, decimal: answer.body.count, to: &output)
        HeadWriter.appendField(.connection, "close", to: &output)
        HeadWriter.appendEnd(to: &output)
        output.append(answer.body)
        attached = answer.descriptor.map { FileDescriptor(owning: $0) }
    }

    private func send() {
        guard let descriptor = socket?.raw, !output.isEmpty else { return }
        do throws(SystemError) {
            if let raw = attached?.raw {
                // The answer is shorter than any socket's memory.
                try Socket.send(descriptor, Array(output.readable), with: [raw])
                return close()
            }
            while !output.isEmpty {
                let count = try Socket.send(descriptor, output.readable)
                guard count > 0 else { return }
                output.consume(count)
            }
        } catch {
            return close()
        }
        close()
    }
}
