internal import Bytes
internal import HTTP
internal import Net

/// The client's side of a request that nobody has sent: it notes the answer, and no byte goes anywhere.
final class RehearsedDownstream: Downstream {
    /// The status of the answer; 0 as long as there is none.
    private(set) var status = 0
    /// The fields of the answer.
    private(set) var fields: [(name: ByteString, value: ByteString)] = []
    /// Whether the answer has begun, or will never begin.
    private(set) var isOver = false
    /// Whether it has ended without an answer.
    private(set) var isAborted = false
    /// Why the head was refused; nil for one that is in order.
    private(set) var refusal: RequestError?

    private let memory: UnsafeMutableRawBufferPointer

    /// The client of a request with this head.
    init(head: [UInt8], worker: Worker, peer: Endpoint, listener: ListenAddress) {
        memory = .allocate(byteCount: max(head.count, 1), alignment: 1)
        memory.copyBytes(from: head)
        super.init(worker: worker, peer: peer, local: listener.endpoint, listener: listener, isProxied: false)
        requestCount = 1
        var connection = HTTP1ServerConnection(limits: worker.settings.headLimits)
        switch connection.receiveHead(head.span, into: &request) {
        case .request: break
        case .reject(let error): refusal = error
        case .needMore: refusal = .malformedRequestLine
        }
    }

    deinit { memory.deallocate() }

    override var headBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }
    override var headByteCount: Int { memory.count }
    override var sentCount: Int { 0 }
    override var isRequestComplete: Bool { true }
    override var acceptsInterim: Bool { false }

    override func resumeBody() {}
    override func pauseBody() {}
    override func discardBufferedBody() {}
    override func startInterim(status: Int) {}

    override func startHead(status: Int, length: HTTP1ServerConnection.ResponseLength, keepAlive: Bool) {
        self.status = status
        fields = []
    }

    override func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        fields.append((ByteString(name), ByteString(value)))
    }

    override func endHead() { isOver = true }

    override func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        // What fits into one piece is there; of the rest of a file nothing more is read.
        isLast ? .complete : .pending
    }

    override func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult { .complete }

    override func flush() -> WriteResult { .complete }

    override func exchangeEnded() { isOver = true }

    override func abort() {
        isOver = true
        isAborted = true
    }

    /// Forgets the fields that were noted, to note others.
    func forgetFields() { fields = [] }
}
