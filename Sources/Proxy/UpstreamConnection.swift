internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// A connection to a backend: it carries one exchange after another and waits in its `BackendPool` between them.
///
/// Down come the verbs `sendHead`, `sendBody`, `pause`, `resume`, `release` and `close`; up go `Exchange`'s
/// `upstreamReady`, `receivedHead`, `receivedResponse`, `upstreamDrained` and `upstreamFailed`.
final class UpstreamConnection: EventSource {
    private enum Phase {
        case connecting
        case handshaking
        case idle
        case exchanging
        case closed
    }

    private static let piecesPerTurn = 16

    unowned(unsafe) let worker: Worker
    let backend: BackendPool
    /// Whether the connection has carried an exchange before the current one.
    private(set) var isReused = false
    /// The head of the current answer; its ranges point into the bytes given to `receivedHead`.
    private(set) var response = ResponseHead()

    private let transport: Transport
    private var token = Token.none
    private var phase = Phase.connecting
    private var connection = HTTP1ClientConnection()
    private var input = ByteBuffer()
    private var exchange: Exchange?
    private var isHeadComplete = false
    private var isPaused = false
    private var isRequestEnded = false
    private var isEnding = false
    private var requestCoding = BodyFraming.none

    /// Opens a connection for an exchange, which hears `upstreamReady` or `upstreamFailed` later.
    ///
    /// - Throws: `SystemError` when that failed at once.
    init(worker: Worker, backend: BackendPool, exchange: Exchange) throws(SystemError) {
        self.worker = worker
        self.backend = backend
        self.exchange = exchange
        let socket = try Socket.connect(to: .ip(backend.endpoint))
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
        token = try worker.loop.add(transport.descriptor, self)
        worker.loop.setDeadline(exchange.location.timeouts.connect, for: token)
        backend.began()
    }

    /// Takes up an exchange after a time of idleness; false when the connection is of no more use.
    ///
    /// It is not when the backend has closed it, or sent something on it: the loop may have that news in the same batch as
    /// the request, and what came unasked would be taken for the answer.
    func assign(_ exchange: Exchange) -> Bool {
        guard isSilent else { return false }
        self.exchange = exchange
        backend.began()
        isReused = true
        phase = .exchanging
        worker.loop.clearDeadline(for: token)
        return true
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        transport.update(readiness)
        if readiness.isEnding { isEnding = true }
        switch phase {
        case .connecting:
            if readiness.mayWrite || readiness.isEnding { connected() }
            // A backend may speak first, to refuse; this news of it is not told again.
            if readiness.mayRead { receive() }
        case .handshaking: shakeHands()
        // Nothing may come while no request is under way: it is the end of the connection, or something that must
        // never be taken for the answer to the next request.
        case .idle: if readiness.mayRead, !isSilent { close() }
        case .exchanging:
            if transport.hasPending, readiness.mayWrite { flushPending() }
            receive()
        case .closed: break
        }
    }

    func deadlinePassed() {
        switch phase {
        case .connecting, .handshaking: fail(.connectTimedOut)
        case .idle: close()
        case .exchanging: fail(transport.hasPending ? .backendStalled : .backendSilent)
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

    /// Sends a request head that `write` composes.
    func sendHead(method: Method, body: BodyFraming, write: (inout ByteBuffer) -> Void) -> WriteResult {
        connection.begin(method: method)
        requestCoding = body
        isHeadComplete = false
        isPaused = false
        isRequestEnded = !body.hasBody
        if isRequestEnded { connection.requestEnded() }
        var head = ByteBuffer()
        worker.heads.lend(to: &head)
        write(&head)
        let result = transport.write(head.readable, more: false)
        worker.heads.reclaim(from: &head)
        return sent(result)
    }

    /// Sends a piece of the request's body.
    func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        if isLast {
            connection.requestEnded()
            isRequestEnded = true
        }
        return sent(transport.write(piece: piece, coding: requestCoding, isLast: isLast))
    }

    private func sent(_ result: WriteResult) -> WriteResult {
        switch result {
        case .complete: setReadDeadline()
        case .pending: setSendDeadline()
        case .failed: break
        }
        return result
    }

    private func setSendDeadline() {
        guard let exchange else { return }
        worker.loop.setDeadline(exchange.location.timeouts.send, for: token)
    }

    /// The backend owes an answer only once it has the whole request, or has begun to answer.
    private func setReadDeadline() {
        guard let exchange, !transport.hasPending else { return }
        if isPaused || !(isRequestEnded || connection.hasResponseBegun) {
            worker.loop.clearDeadline(for: token)
        } else {
            worker.loop.setDeadline(exchange.location.timeouts.read, for: token)
        }
    }

    // MARK: The response

    /// Stops reading: the client has not taken what was read before.
    func pause() {
        isPaused = true
        setReadDeadline()
    }

    /// Reads on.
    func resume() {
        guard isPaused else { return }
        isPaused = false
        setReadDeadline()
        if transport.mayRead { worker.loop.again(token) }
    }

    /// Reads what the backend may have sent before it stopped taking the request.
    func readLast() {
        isRequestEnded = true
        transport.update(.readable)
        worker.loop.again(token)
    }

    private func receive() {
        let region = worker.scratch.region
        var pieces = 0
        while phase == .exchanging, !isPaused, transport.mayRead {
            guard pieces < Self.piecesPerTurn else { return worker.loop.again(token) }
            pieces += 1
            switch transport.read(into: region) {
            case .bytes(let count):
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

    private func ended() {
        switch connection.endOfInput() {
        case .complete: exchange?.receivedResponse(UnsafeMutableRawBufferPointer(start: nil, count: 0), isLast: true)
        case .unanswered: fail(isReused ? .staleConnection : .backendGone)
        case .truncated: fail(isHeadComplete ? .responseCut : .backendGarbage)
        case .idle: close()
        }
    }

    private func broke() {
        guard !connection.hasResponseBegun else { return fail(isHeadComplete ? .responseCut : .backendGarbage) }
        fail(isReused ? .staleConnection : .backendGone)
    }

    private func received(_ bytes: UnsafeMutableRawBufferPointer) {
        guard !isHeadComplete else { return receivedBody(bytes) }
        guard !input.isEmpty else {
            guard let rest = parseHead(UnsafeRawBufferPointer(bytes)) else { return }
            if isHeadComplete {
                receivedBody(UnsafeMutableRawBufferPointer(rebasing: bytes[rest...]))
            } else {
                worker.heads.lend(to: &input)
                input.append(UnsafeRawBufferPointer(rebasing: bytes[rest...]))
            }
            return
        }
        input.append(UnsafeRawBufferPointer(bytes))
        guard let rest = parseHead(input.readable) else { return }
        input.consume(rest)
        guard isHeadComplete else { return }
        // What stands behind the head came with these bytes, so it fits where they were.
        let body = UnsafeMutableRawBufferPointer(rebasing: bytes[..<input.count])
        body.copyMemory(from: input.readable)
        worker.heads.reclaim(from: &input)
        receivedBody(body)
    }

    /// Reads heads until the final one is complete; returns how many bytes they took, nil when the exchange is over.
    private func parseHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var start = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            let span = Span<UInt8>(_unsafeElements: rest.bindMemory(to: UInt8.self))
            switch connection.receiveHead(span, into: &response) {
            case .needMore: return start
            case .informational(let count, _):
                exchange?.receivedInterim(response, in: rest)
                if exchange == nil { return nil }
                start += count
            case .response(let count):
                isHeadComplete = true
                exchange?.receivedHead(response, in: rest)
                return exchange == nil ? nil : start + count
            case .failed:
                fail(.backendGarbage)
                return nil
            }
        }
    }

    private func receivedBody(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let exchange else { return }
        guard !connection.isBodyComplete else {
            // A body that is none ends with its head; whatever follows it is not part of any answer.
            return exchange.receivedResponse(UnsafeMutableRawBufferPointer(rebasing: bytes[..<0]), isLast: true)
        }
        guard bytes.count > 0 else { return }
        do {
            let piece = try connection.receiveBody(bytes)
            if piece.produced > 0 || connection.isBodyComplete {
                exchange.receivedResponse(
                    UnsafeMutableRawBufferPointer(rebasing: bytes[..<piece.produced]),
                    isLast: connection.isBodyComplete)
            }
        } catch {
            fail(.backendGarbage)
        }
    }

    /// Whether fields follow the body of an answer that is complete.
    var hasTrailers: Bool { !connection.trailers.isEmpty }

    /// The lines of those fields, each with its CRLF.
    func withTrailers<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        connection.trailers.withUnsafeBytes(body)
    }

    // MARK: The end

    private func fail(_ error: ExchangeError) {
        let exchange = exchange
        close()
        exchange?.upstreamFailed(error)
    }

    /// Ends the current exchange's use: the connection waits for another one, or is closed where it cannot be used again.
    ///
    /// A backend that speaks HTTP/1.0 may serve one connection at a time, so that one which is kept would lock all others
    /// out; nginx keeps none of them either.
    func release() {
        detach()
        guard phase == .exchanging, connection.isReusable, response.version != .http10, !transport.hasPending,
            !isEnding,
            !worker.isDraining
        else { return close() }
        // An answer that just filled the memory leaves open whether more lies behind it, which answers no request.
        guard !transport.mayRead || isSilent else { return close() }
        worker.heads.reclaim(from: &input)
        phase = .idle
        guard backend.keep(self) else {
            phase = .exchanging
            return close()
        }
        worker.loop.setDeadline(BackendPool.idleTime, for: token)
    }

    /// Closes the connection, in whatever state it is; the exchange hears nothing.
    func close() {
        switch phase {
        case .closed: return
        case .idle: backend.forget(self)
        case .connecting, .handshaking, .exchanging: break
        }
        phase = .closed
        detach()
        worker.heads.reclaim(from: &input)
        worker.loop.remove(token)
        transport.closeNotify()
        transport.close()
    }

    private func detach() {
        guard exchange != nil else { return }
        exchange = nil
        backend.ended()
    }
}
