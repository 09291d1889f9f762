internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// A client's HTTP/1.0 or 1.1 connection: one exchange after the other.
final class HTTP1Downstream: Downstream, EventSource, ClientConnection {
    enum Phase {
        /// The TLS handshake has not ended.
        case handshaking
        /// The head of the next request is awaited.
        case awaitingHead
        /// An exchange runs.
        case exchanging
        /// The answer is with the kernel or on its way, and nothing more will be read.
        case closing
        /// The answer was sent before the request was read; what still comes is read and dropped, so that the kernel
        /// does not reset the connection before the client has read the answer (RFC 9112 §9.6).
        case lingering(until: Instant)
        case closed
    }

    /// How many pieces are read before other connections get their turn.
    static let piecesPerTurn = 16

    let transport: Transport
    var token = Token.none
    var phase: Phase
    var connection: HTTP1ServerConnection
    var input = ByteBuffer()
    private var headStart = 0
    private var headCount = 0
    private var output: HTTP1Output
    var isBodyWanted = false
    private var isContinueOwed = false
    /// Whether the client has ended its side: it has nothing more to ask, or it is gone.
    var hasClientEnded = false
    /// Whether the connection ends with its exchange, however much the client would like it to stay.
    var isLeaving = false
    /// How long the client is waited for that sends a request's body, and that takes the answer.
    var sending = Patience()
    var taking = Patience()

    init(
        worker: Worker, transport: Transport, peer: Endpoint, local: Endpoint, listener: ListenAddress, isProxied: Bool
    ) {
        self.transport = transport
        phase = listener.isSecure ? .handshaking : .awaitingHead
        connection = HTTP1ServerConnection(limits: worker.settings.headLimits)
        output = HTTP1Output(transport: transport, pool: worker.heads)
        super.init(worker: worker, peer: peer, local: local, listener: listener, isProxied: isProxied)
    }

    /// Begins to serve the connection.
    ///
    /// - Throws: `SystemError` when the kernel refuses to watch its descriptor.
    func start() throws(SystemError) {
        token = try worker.loop.add(transport.descriptor, self)
        worker.loop.setDeadline(worker.clientHeaderTimeout, for: token)
        worker.opened(self, token)
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        transport.update(readiness)
        // Once both directions of a tunnel are ended, bytes may still lie before the client's end.
        if readiness.isBroken, case .exchanging = phase, !connection.isSwitched || readiness.contains(.failed) {
            return exchange.downstreamFailed(.clientGone)
        }
        if readiness.isEnding, !hasClientEnded {
            hasClientEnded = true
            if case .exchanging = phase { setReadDeadline() }
        }
        if transport.hasPending, readiness.mayWrite, !flushPending() { return }
        advance()
    }

    /// Writes what the socket did not take before; false when the connection is gone.
    private func flushPending() -> Bool {
        let before = transport.pendingCount
        let result = transport.flush()
        taking.moved(before - transport.pendingCount, cost: worker.byteCost, at: worker.loop.now)
        switch result {
        case .pending:
            setSendDeadline()
            return true
        case .failed:
            outputFailed()
            return false
        case .complete:
            drained()
            if case .closed = phase { return false }
            return true
        }
    }

    private func drained() {
        taking.rest(at: worker.loop.now)
        switch phase {
        case .exchanging:
            setReadDeadline()
            exchange.downstreamDrained()
        case .closing: close()
        case .lingering: endAnswer()
        case .awaitingHead: setIdleDeadline()
        case .handshaking, .closed: break
        }
    }

    private func outputFailed() {
        if case .exchanging = phase { exchange.downstreamFailed(.clientGone) } else { close() }
    }

    func advance() {
        if case .handshaking = phase, !handshake() { return }
        if case .awaitingHead = phase { receiveHead() }
        switch phase {
        case .exchanging: receiveBody()
        case .lingering: discardInput()
        default: break
        }
    }

    // MARK: The request's head

    private func receiveHead() {
        while !transport.hasPending {
            if !input.isEmpty {
                headStart = input.lower
                let bytes = Span<UInt8>(_unsafeElements: input.readable.bindMemory(to: UInt8.self))
                switch connection.receiveHead(bytes, into: &request) {
                case .request(let count):
                    headCount = count
                    input.skip(count)
                    begin()
                    return
                case .reject where hasHTTP2Preface: return becomeHTTP2()
                case .reject(let error):
                    phase = .exchanging
                    exchange.reject(status: error.status)
                    return
                case .needMore: break
                }
            }
            guard transport.mayRead else { break }
            worker.heads.lend(to: &input)
            input.reserve(1024)
            let wasEmpty = input.isEmpty
            switch transport.read(into: input.writable) {
            case .bytes(let count):
                input.produced(count)
                if wasEmpty {
                    requestBegan = worker.loop.now
                    let known = requestCount > 0 ? exchange.location.timeouts.clientHeader : nil
                    worker.loop.setDeadline(known ?? worker.clientHeaderTimeout, for: token)
                }
            case .wouldBlock: break
            case .end, .failed:
                close()
                return
            }
        }
        if input.isEmpty { worker.heads.reclaim(from: &input) }
    }

    private func begin() {
        phase = .exchanging
        isBodyWanted = false
        sending = Patience()
        taking = Patience()
        requestCount += 1
        isContinueOwed = request.expectsContinue && input.isEmpty && connection.acceptsInterim
        setReadDeadline()
        exchange.begin()
    }

    override var tls: TLSStream? { transport.tls }

    override var headByteCount: Int { headCount }

    override var sentCount: Int { output.sentCount }

    override var headBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: input.all[headStart...])
    }

    // MARK: The request's body

    override var isRequestComplete: Bool { connection.isBodyComplete }

    override func resumeBody() {
        guard !isBodyWanted, !connection.isBodyComplete else { return }
        isBodyWanted = true
        if isContinueOwed {
            isContinueOwed = false
            if case .failed = transport.write(HeadWriter.continueResponse.bytes, more: false) {
                worker.loop.again(token)
                return
            }
        }
        if transport.hasPending { setSendDeadline() } else { setReadDeadline() }
        if !input.isEmpty || transport.mayRead { worker.loop.again(token) }
    }

    override func pauseBody() {
        isBodyWanted = false
        sending.rest(at: worker.loop.now)
        setReadDeadline()
    }

    private func receiveBody() {
        var pieces = 0
        while isBodyWanted, !connection.isBodyComplete {
            let count: Int
            let isBuffered = !input.isEmpty
            if isBuffered {
                count = min(input.count, Scratch.size)
                worker.scratch.region.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.readable[..<count]))
            } else {
                guard transport.mayRead else { return }
                guard pieces < Self.piecesPerTurn else { return worker.loop.again(token) }
                if connection.bodyRemainder >= Exchange.leastMove, let outcome = moveBody() {
                    guard outcome else { return }
                    pieces += 1
                    continue
                }
                switch transport.read(into: worker.scratch.wideRoom) {
                case .bytes(let received): count = received
                case .wouldBlock: return
                case .end where connection.isSwitched:
                    connection.endOfSwitched()
                    return exchange.clientEnded(cleanly: !transport.wasTruncated)
                case .end, .failed: return exchange.downstreamFailed(.clientGone)
                }
            }
            pieces += count > Scratch.size ? 2 : 1
            guard deliver(count, isBuffered: isBuffered) else { return }
        }
    }

    /// Has the kernel move a part of the body on. Whether there may be more; nil where the body has to be copied.
    private func moveBody() -> Bool? {
        guard transport.tls == nil, let target = exchange.requestTarget() else { return nil }
        switch transport.move(upTo: connection.bodyRemainder, to: target, through: worker.pipes) {
        case .moved(let count, let result):
            connection.skipBody(count)
            received(count)
            setReadDeadline()
            exchange.movedBody(count, result, isLast: connection.isBodyComplete)
            return true
        case .wouldBlock: return false
        case .impossible: return nil
        case .end, .failed:
            exchange.downstreamFailed(.clientGone)
            return false
        }
    }

    /// Decodes the first `count` bytes of the scratch memory and hands on what they hold; false when it was broken.
    private func deliver(_ count: Int, isBuffered: Bool) -> Bool {
        let region = worker.scratch.wideRoom
        let decoded: DecodedPiece
        do {
            decoded = try connection.receiveBody(UnsafeMutableRawBufferPointer(rebasing: region[..<count]))
        } catch {
            exchange.downstreamFailed(.badBody)
            return false
        }
        if isBuffered {
            input.skip(decoded.consumed)
        } else if decoded.consumed < count {
            input.reserveInPlace(count - decoded.consumed)
            input.append(UnsafeRawBufferPointer(rebasing: region[decoded.consumed..<count]))
        }
        received(decoded.consumed)
        setReadDeadline()
        if decoded.produced > 0 || connection.isBodyComplete {
            exchange.receivedBody(
                UnsafeMutableRawBufferPointer(rebasing: region[..<decoded.produced]), isLast: connection.isBodyComplete)
        }
        return true
    }

    override var hasTrailers: Bool { connection.hasTrailers }

    override func withTrailers<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        connection.trailers.withUnsafeBytes(body)
    }

    override func discardBufferedBody() {
        guard !input.isEmpty, !connection.isBodyComplete else { return }
        guard let piece = try? connection.receiveBody(input.mutableReadable) else { return }
        input.skip(piece.consumed)
    }

    // MARK: The response

    override var acceptsInterim: Bool { connection.acceptsInterim }

    override func startInterim(status: Int) { output.startInterim(status: status) }

    override func startHead(status: Int, length: HTTP1ServerConnection.ResponseLength, keepAlive: Bool) {
        let location = exchange.location
        let mayStay =
            keepAlive && !isLeaving && !worker.isDraining && !worker.isRetiring
            && location.keepsConnection(after: requestCount)
        let framing = connection.respond(status: status, length: length, keepAlive: mayStay)
        output.startHead(status: status, framing: framing, advice: location.settings.keepaliveAdvice)
    }

    override func startSwitch(to name: UnsafeRawBufferPointer) {
        connection.switchProtocols()
        output.startSwitch(to: name)
    }

    override func endTunnel(cleanly: Bool) -> WriteResult {
        if case .failed(let error) = output.flush() { return .failed(error) }
        transport.shutdownWrite(notifying: cleanly)
        return sent(transport.hasPending ? .pending : .complete)
    }

    override func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        output.addField(name, value)
    }

    override func addField(
        _ known: FieldName, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) {
        output.addField(name, value)
    }

    override func endHead() {
        if exchange.location.keepsFields { exchange.keep(sent: output.headLines) }
        output.endHead()
    }

    override func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        sent(output.sendBody(piece, isLast: isLast))
    }

    override func bodyTarget() -> Transport? { output.bodyTarget() }

    override func movedBody(_ count: Int, _ result: WriteResult) -> WriteResult {
        output.moved(count)
        return sent(result)
    }

    override func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult { sent(output.endBody(trailers: trailers)) }

    override func flush() -> WriteResult { sent(output.flush()) }

    private func sent(_ result: WriteResult) -> WriteResult {
        if case .pending = result { setSendDeadline() } else if hasClientEnded { setReadDeadline() }
        return result
    }

    // MARK: The end

    override func exchangeEnded() {
        isBodyWanted = false
        switch connection.responseEnded() {
        case .nextRequest:
            phase = .awaitingHead
            isPipelined = !input.isEmpty
            requestBegan = worker.loop.now
            if input.isEmpty { worker.heads.reclaim(from: &input) } else { input.compact() }
            if isLeaving || worker.isDraining, input.isEmpty { return finish() }
            setIdleDeadline()
            if !transport.hasPending, !input.isEmpty || transport.mayRead { worker.loop.again(token) }
        case .linger: linger()
        // Closing over bytes that were not read would reset the connection (RFC 9112 §9.6).
        case .close where transport.mayRead: linger()
        case .close: finish()
        }
    }

    func finish() {
        phase = .closing
        transport.closeNotify()
        if transport.hasPending { setSendDeadline() } else { close() }
    }

    override func abort() {
        Socket.setResetOnClose(transport.descriptor)
        close()
    }

    func close() {
        if case .closed = phase { return }
        if case .exchanging = phase { exchange.cancel() }
        phase = .closed
        isBodyWanted = false
        worker.heads.reclaim(from: &input)
        output.discard()
        worker.loop.retire(token)
        transport.close()
        worker.closed(token)
    }
}
