internal import Bytes
internal import Net

/// A connection whose PROXY header has not come yet: it is served when it has, and let go of when it cannot come.
///
/// The header is looked at in the kernel's buffer and only then taken out, so that what follows it is left to whoever
/// speaks TLS or HTTP next.
final class ProxyHeaderReader: EventSource {
    private enum Phase {
        case awaitingHeader
        /// Nothing is sent any more; what still comes is read and dropped, so that the kernel does not reset the
        /// connection.
        case draining(until: Instant)
    }

    private static let drainTime = Duration.seconds(30)
    private static let drainPause = Timeout.seconds(5)
    /// How much is dropped before others have their turn.
    private static let piecesPerTurn = 16

    private unowned(unsafe) let worker: Worker
    private var socket: FileDescriptor?
    private let raw: Int32
    private let peer: Endpoint
    private let listener: ListenAddress
    private var token = Token.none
    private var phase = Phase.awaitingHeader
    private var isEnding = false

    init(worker: Worker, socket: consuming FileDescriptor, peer: Endpoint, listener: ListenAddress) {
        self.worker = worker
        raw = socket.raw
        self.socket = consume socket
        self.peer = peer
        self.listener = listener
    }

    /// Begins to wait for the header.
    ///
    /// - Throws: `SystemError` when the kernel refuses to watch the descriptor.
    func start() throws(SystemError) {
        token = try worker.loop.add(raw, self)
        worker.loop.setDeadline(worker.clientHeaderTimeout, for: token)
    }

    func ready(_ readiness: Readiness) {
        if readiness.isEnding { isEnding = true }
        switch phase {
        case .awaitingHeader: receiveHeader()
        case .draining: drain()
        }
    }

    func deadlinePassed() {
        switch phase {
        case .awaitingHeader: refuse()
        case .draining: close()
        }
    }

    private func receiveHeader() {
        let region = UnsafeMutableRawBufferPointer(rebasing: worker.scratch.region[..<ProxyHeader.limit])
        switch Socket.peek(raw, into: region) {
        case .bytes(let count):
            let bytes = UnsafeRawBufferPointer(rebasing: region[..<count])
            switch ProxyHeader.parse(Span(_unsafeElements: bytes.bindMemory(to: UInt8.self))) {
            case .complete(let header, let byteCount): take(header, byteCount)
            case .needMore: if isEnding { refuse() }
            case .malformed: refuse()
            }
        case .wouldBlock: break
        case .end, .failed: close()
        }
    }

    private func take(_ header: ProxyHeader, _ byteCount: Int) {
        let region = UnsafeMutableRawBufferPointer(rebasing: worker.scratch.region[..<byteCount])
        guard case .bytes(byteCount) = Socket.receive(raw, into: region), let socket = socket.take() else {
            return close()
        }
        worker.loop.unwatch(raw)
        worker.loop.remove(token)
        worker.serve(
            socket, peer: header.source ?? peer, through: listener, reached: header.destination?.address,
            isProxied: header.source != nil)
    }

    private func refuse() {
        Socket.shutdownWrite(raw)
        phase = .draining(until: worker.loop.now + Self.drainTime)
        worker.loop.setDeadline(Self.drainPause, for: token)
        drain()
    }

    private func drain() {
        guard case .draining(let until) = phase else { return }
        for _ in 0..<Self.piecesPerTurn {
            switch Socket.receive(raw, into: worker.scratch.region) {
            case .bytes:
                guard worker.loop.now < until else { return close() }
                worker.loop.setDeadline(Self.drainPause, for: token)
            case .wouldBlock: return
            case .end, .failed: return close()
            }
        }
        worker.loop.again(token)
    }

    private func close() {
        worker.loop.remove(token)
        socket = nil
    }
}
