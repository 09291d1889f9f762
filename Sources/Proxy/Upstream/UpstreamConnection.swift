internal import Bytes
private import Glibc
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// A connection to a backend: it carries one exchange after another and waits in its `BackendPool` between them.
///
/// Here is what all protocols share: how a connection is opened, read, written, kept and closed, and how long each may
/// take. A subclass knows the protocol: it sends the request, and makes an answer of the bytes that `received` brings.
class UpstreamConnection: Responder, EventSource {
    private enum Phase {
        case connecting
        case handshaking
        case idle
        case exchanging
        case closed
    }

    private static let piecesPerTurn = 16

    final let worker: Worker
    final let backend: BackendPool
    final let transport: Transport
    /// Whether the connection has carried an exchange before the current one.
    final private(set) var isReused = false
    /// The exchange that is under way.
    final private(set) var exchange: Exchange?
    /// When the last exchange ended, for a connection that waits for another one.
    final private(set) var idleSince = Instant(nanoseconds: 0)
    /// Whether the head of the answer is complete; the subclass says so.
    final var isHeadComplete = false

    /// How long the backend may take over the request that is under way, to take it and to answer it.
    private var sendTimeout = Timeout.seconds(0)
    private var readTimeout = Timeout.seconds(0)
    private var token = Token.none
    private var phase = Phase.connecting
    private var isPaused = false
    private var isRequestEnded = false
    private var isEnding = false
    /// The turn of the loop in which the connection became idle.
    final private(set) var idleTurn = 0
    /// The turn in which it was taken up again without a look at whether anything had come.
    private var trustedTurn = -1

    /// Opens a connection for an exchange, which hears `upstreamReady` or `upstreamFailed` later.
    ///
    /// - Throws: `SystemError` when that failed at once.
    init(worker: Worker, backend: BackendPool, exchange: Exchange) throws(SystemError) {
        self.worker = worker
        self.backend = backend
        self.exchange = exchange
        let socket = try Socket.connect(to: .ip(backend.endpoint))
        guard socket.raw < worker.descriptors.backends else { throw SystemError(call: "socket", code: EMFILE) }
        if let security = backend.security {
            do {
                transport = try Transport(
                    connecting: socket, engine: worker.tls, context: security.context, serverName: security.serverName,
                    sessions: backend.sessions)
            } catch {
                throw .outOfMemory("SSL_new")
            }
        } else {
            transport = Transport(plain: socket)
        }
        super.init()
        token = try worker.loop.add(transport.descriptor, self)
        worker.loop.setDeadline(exchange.location.timeouts.connect, for: token)
        backend.began()
    }

    // MARK: What a protocol knows

    /// Takes bytes that the backend has sent while an exchange is under way.
    func received(_ bytes: UnsafeMutableRawBufferPointer) { fatalError("abstract") }

    /// Takes note that the backend will send no more.
    func endOfInput() -> HTTP1ClientConnection.EndOfInput { fatalError("abstract") }

    /// How many bytes of the answer's body are still to come that may be passed on as they are.
    var bodyRemainder: Int { 0 }

    /// Says that so many of them were passed on.
    func skipBody(_ count: Int) { fatalError("abstract") }

    /// Whether a byte of the answer has come.
    var hasResponseBegun: Bool { fatalError("abstract") }

    /// Whether request and answer are whole, and both sides will take another pair.
    var isReusable: Bool { fatalError("abstract") }

    /// Whether the exchange has become a tunnel for another protocol.
    var isTunnel: Bool { false }

    /// Whether a direction of that tunnel is still open.
    var isAmidTunnel: Bool { false }

    /// Gives back the memory of an exchange that is over.
    func reset() { fatalError("abstract") }

    // MARK: Events

    /// Takes up an exchange after a time of idleness; false when the connection is of no more use.
    ///
    /// It is not when the backend has closed it, or sent something on it, which would be taken for the answer. Of what had
    /// come when this turn of the loop began the loop tells, before or after the request is sent, so that no system call need
    /// ask for it where the request can then be repeated. What comes between that moment and the request escapes; so would
    /// what comes between a look and the request, and a loop's turn is short.
    final func assign(_ exchange: Exchange) -> Bool {
        let isTold = idleTurn != worker.loop.turnNumber && worker.loop.hasToldAll
        let isRepeatable = exchange.downstream.request.method.isIdempotent && !exchange.forwardedFraming.hasBody
        if transport.tls == nil, isTold, isRepeatable {
            trustedTurn = worker.loop.turnNumber
        } else {
            guard isSilent else { return false }
        }
        self.exchange = exchange
        backend.began()
        isReused = true
        phase = .exchanging
        worker.loop.clearDeadline(for: token)
        return true
    }

    final func ready(_ readiness: Readiness) {
        transport.update(readiness)
        if readiness.isEnding { isEnding = true }
        switch phase {
        case .connecting:
            if readiness.mayWrite || readiness.isEnding { connected() }
            // A backend may speak first, to refuse; this news of it is not told again. If it answers the request as well,
            // that must not be taken for the answer to another one.
            if readiness.mayRead {
                isEnding = true
                receive()
            }
        case .handshaking: shakeHands()
        // Nothing may come while no request is under way: it is the end of the connection, or something that must
        // never be taken for the answer to the next request.
        case .idle: if readiness.mayRead, !isSilent { close() }
        // It came before the request.
        case .exchanging where readiness.mayRead && trustedTurn == worker.loop.turnNumber: fail(.staleConnection)
        case .exchanging:
            if transport.hasPending, readiness.mayWrite { flushPending() }
            receive()
            // Behind its end, a backend's refusal to take more can be seen here alone.
            if readiness.isBroken { exchange?.upstreamBroke() }
        case .closed: break
        }
    }

    final func deadlinePassed() {
        switch phase {
        case .connecting, .handshaking: fail(.connectTimedOut)
        case .idle: close()
        case .exchanging: fail(transport.hasPending ? .backendStalled : isTunnel ? .tunnelIdle : .backendSilent)
        case .closed: break
        }
    }

    private func connected() {
        guard Socket.connectError(transport.descriptor) == nil else { return fail(.backendRefused) }
        guard transport.tls == nil else {
            phase = .handshaking
            return shakeHands()
        }
        established()
    }

    private func shakeHands() {
        _ = transport.flush()
        switch transport.handshake() {
        case .complete:
            established()
            receive()
        case .wouldBlock: break
        case .failed(let error):
            backend.sessions.forget()
            if case .untrustedPeer = error { return fail(.backendUntrusted) }
            fail(.backendHandshakeFailed)
        }
    }

    private func established() {
        phase = .exchanging
        worker.loop.clearDeadline(for: token)
        exchange?.upstreamReady()
    }

    /// Whether nothing has come, and not the end either. Over TLS a session may come at any time, which is nothing.
    private var isSilent: Bool {
        guard transport.tls != nil else { return Socket.isQuiet(transport.descriptor) }
        transport.update(.readable)
        return withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { transport.read(into: $0) == .wouldBlock }
    }

    private func flushPending() {
        switch transport.flush() {
        case .complete:
            setReadDeadline()
            exchange?.upstreamDrained()
        case .pending: setSendDeadline()
        case .failed: exchange?.upstreamStoppedReading()
        }
    }

    // MARK: The request

    /// Begins a request whose head is about to be sent.
    final func begin(hasBody: Bool) {
        isHeadComplete = false
        isPaused = false
        receivedCount = 0
        isRequestEnded = !hasBody
        guard let location = exchange?.location else { return }
        sendTimeout = location.timeouts.send
        readTimeout = location.timeouts.read
    }

    /// Sends bytes of the request; `endsRequest` where nothing follows them.
    final func send(endsRequest: Bool, _ write: (Transport) -> WriteResult) -> WriteResult {
        if endsRequest { isRequestEnded = true }
        let result = write(transport)
        switch result {
        case .complete: setReadDeadline()
        case .pending: setSendDeadline()
        case .failed: break
        }
        return result
    }

    private func setSendDeadline() {
        if exchange != nil { worker.loop.setDeadline(sendTimeout, for: token) }
    }

    /// The backend owes an answer only once it has the whole request, or has begun to answer.
    private func setReadDeadline() {
        guard exchange != nil, !transport.hasPending else { return }
        if isPaused || !(isRequestEnded || hasResponseBegun) {
            worker.loop.clearDeadline(for: token)
        } else {
            worker.loop.setDeadline(readTimeout, for: token)
        }
    }

    // MARK: The response

    override var heldBytes: Int { 4096 + transport.heldBytes }

    final override func pause() {
        isPaused = true
        setReadDeadline()
    }

    final override func resume() {
        guard isPaused else { return }
        isPaused = false
        setReadDeadline()
        if transport.mayRead { worker.loop.again(token) }
    }

    final override func readLast() {
        isRequestEnded = true
        transport.update(.readable)
        worker.loop.again(token)
    }

    private func receive() {
        var pieces = 0
        while phase == .exchanging, !isPaused, transport.mayRead {
            guard pieces < Self.piecesPerTurn else { return worker.loop.again(token) }
            pieces += 1
            if isHeadComplete, bodyRemainder >= Exchange.leastMove, let result = moveBody() {
                switch result {
                case .wouldBlock, .bytes: continue
                case .end: return ended()
                case .failed: return broke()
                }
            }
            let region = worker.scratch.region(for: exchange)
            switch transport.read(into: region) {
            case .bytes(let count):
                receivedCount += count
                received(UnsafeMutableRawBufferPointer(rebasing: region[..<count]))
                setReadDeadline()
            case .wouldBlock: break
            case .end: return ended()
            case .failed: return broke()
            }
        }
        // A head that came without a byte of its body must not wait for one.
        if phase == .exchanging, isHeadComplete { exchange?.responseStalled() }
    }

    /// Has the kernel move a part of the answer's body on; nil where it has to be copied.
    private func moveBody() -> ReadResult? {
        guard transport.tls == nil, let exchange, let target = exchange.answerTarget() else { return nil }
        switch transport.move(upTo: bodyRemainder, to: target, through: worker.pipes) {
        case .moved(let count, let result):
            receivedCount += count
            skipBody(count)
            exchange.movedResponse(count, result, isLast: bodyRemainder == 0)
            setReadDeadline()
            return .bytes(count)
        case .wouldBlock: return .wouldBlock
        case .end: return .end
        case .failed(let error): return .failed(error)
        case .impossible: return nil
        }
    }

    private func ended() {
        switch endOfInput() {
        // Over TLS anybody on the way can end the connection, but only the backend can say that this is the end (RFC 9112 §9.8).
        case .complete where transport.wasTruncated: fail(.responseCut)
        case .complete: exchange?.receivedResponse(UnsafeMutableRawBufferPointer(start: nil, count: 0), isLast: true)
        case .unanswered: fail(isReused ? .staleConnection : .backendGone)
        case .truncated: fail(isHeadComplete ? .responseCut : .backendGarbage)
        case .idle: close()
        case .ofSwitched: exchange?.backendEnded(cleanly: !transport.wasTruncated)
        }
    }

    private func broke() {
        guard !hasResponseBegun else { return fail(isHeadComplete ? .responseCut : .backendGarbage) }
        fail(isReused ? .staleConnection : .backendGone)
    }

    // MARK: The end

    /// Gives the connection up; the exchange is told why.
    final func fail(_ error: ExchangeError) {
        let exchange = exchange
        close()
        exchange?.upstreamFailed(error)
    }

    /// Ends the current exchange's use: the connection waits for another one, or is closed where it cannot be used again.
    final override func release() {
        detach()
        guard phase == .exchanging, isReusable, !transport.hasPending, !isEnding, !worker.isDraining else {
            return close()
        }
        // An answer that just filled the memory leaves open whether more lies behind it, which answers no request.
        guard !transport.mayRead || isSilent else { return close() }
        reset()
        phase = .idle
        idleTurn = worker.loop.turnNumber
        idleSince = worker.loop.now
        guard backend.keep(self) else {
            phase = .exchanging
            return close()
        }
        worker.loop.setDeadline(BackendPool.idleTime, for: token)
    }

    /// Closes the connection, in whatever state it is; the exchange hears nothing.
    final func close() {
        switch phase {
        case .closed: return
        case .idle: backend.forget(self)
        case .connecting, .handshaking, .exchanging: break
        }
        phase = .closed
        detach()
        reset()
        worker.loop.remove(token)
        // What is cut must not look whole.
        if isAmidTunnel { Socket.setResetOnClose(transport.descriptor) } else { transport.closeNotify() }
        transport.close()
    }

    private func detach() {
        guard exchange != nil else { return }
        exchange = nil
        backend.ended()
    }
}
