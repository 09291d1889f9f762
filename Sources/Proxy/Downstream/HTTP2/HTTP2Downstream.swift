internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// One stream of a client's HTTP/2 connection, with the exchange behind it; used again for further streams.
///
/// Credit for the request's body is returned when the exchange has taken it, so what waits here is bounded by the windows.
final class HTTP2Downstream: Downstream, EventSource {
    /// How long a client has to stop sending what is not wanted any more.
    private static let resetDelay = Timeout.milliseconds(200)

    // What is held need not be counted on the way. The connection lets go of its streams when it is closed.
    private let connection: HTTP2Connection
    private let session: HTTP2Session
    private let workspace: HTTP2Workspace
    private var stream: HTTP2Stream?
    private var head = UnsafeRawBufferPointer(start: nil, count: 0)
    private var token = Token.none
    /// Whether the exchange is not over.
    private var isRunning = false

    // The request.
    private var input = ByteBuffer()
    private var isBodyWanted = false
    private var isContinueOwed = false
    /// Whether the client has ended its direction of the stream.
    private var isInputEnded = false
    private var isHandedOver = false
    /// How many bytes the exchange was given for which no credit was returned yet.
    private var owedCount = 0
    private var window = UploadWindow()

    // The response.
    private var isInterim = false
    private var endsWithHead = false
    private var resetsWhenDrained = false
    /// What was kept when the client was last seen to take something.
    private var keptCount = 0
    /// How long the client is waited for that sends a request's body, and that takes the answer.
    private var sending = Patience()
    private var taking = Patience()

    init(_ connection: HTTP2Connection) {
        self.connection = connection
        session = connection.session
        workspace = connection.workspace
        super.init(streamOf: connection.arrival, worker: connection.worker)
        token = worker.loop.add(self)
    }

    /// The times of the location that was found last.
    var timeouts: LocationTimeouts { exchange.location.timeouts }

    /// Roughly how many bytes of memory it holds.
    var heldBytes: Int {
        4096 + input.capacity + (stream?.keptCount ?? 0) + (isRunning ? exchange.heldBytes : 0)
    }

    // MARK: The stream

    /// Takes up a stream whose head is complete.
    func begin(_ stream: HTTP2Stream, number: Int, endsStream: Bool) {
        self.stream = stream
        requestCount = number
        requestBegan = worker.loop.now
        isInputEnded = endsStream
        isHandedOver = endsStream
        window = UploadWindow(size: stream.windowSize, at: worker.loop.now)
        let result = stream.request.complete(endsStream: endsStream, into: &request)
        // It stays where it is as long as this has the stream.
        head = stream.request.bytes
        switch result {
        case .complete:
            isRunning = true
            isContinueOwed = request.expectsContinue
            exchange.begin()
        case .refused(let error):
            isRunning = true
            session.refusedHead()
            exchange.reject(status: error.status)
        case .malformed:
            session.reset(stream, .protocolError)
        }
    }

    /// The stream is over: whole, reset by either side, or broken by the client.
    func streamClosed() {
        if isRunning { exchange.downstreamFailed(.clientGone) }
        reset()
    }

    /// The connection is gone.
    func cancel() {
        if isRunning { exchange.cancel() }
        reset()
    }

    /// No stream will use this any more.
    func retire() { worker.loop.retire(token) }

    private func reset() {
        worker.loop.clearDeadline(for: token)
        workspace.windowBudget += window.growth
        window = UploadWindow()
        stream = nil
        head = UnsafeRawBufferPointer(start: nil, count: 0)
        isRunning = false
        input = ByteBuffer()
        isBodyWanted = false
        isContinueOwed = false
        owedCount = 0
        isInterim = false
        endsWithHead = false
        resetsWhenDrained = false
        sending = Patience()
        taking = Patience()
    }

    // MARK: Events

    func ready(_ readiness: Readiness) { deliverInput() }

    func deadlinePassed() {
        guard let stream else { return }
        if stream.hasSentEnd, !isSwitched {
            session.reset(stream, .noError)
            return connection.gather()
        }
        if stream.hasKept {
            // A client that takes a little at a time is slow, not gone.
            guard stream.keptCount == keptCount else {
                taking.moved(keptCount - stream.keptCount, cost: byteCost, at: worker.loop.now)
                return setSendDeadline()
            }
            if isRunning { return exchange.downstreamFailed(.clientStalled) }
            session.reset(stream, .cancel)
            connection.gather()
        } else if isRunning {
            exchange.downstreamFailed(.clientSlow)
        } else {
            // Not even the end of its answer could be sent: it needs a window as well.
            session.reset(stream, .cancel)
            connection.gather()
        }
    }

    /// The client has taken what was kept for it.
    func drained() {
        guard let stream else { return }
        taking.moved(keptCount, cost: byteCost, at: worker.loop.now)
        taking.rest(at: worker.loop.now)
        worker.loop.clearDeadline(for: token)
        if resetsWhenDrained { session.reset(stream, .cancel) }
        guard isRunning else { return }
        setReadDeadline()
        exchange.downstreamDrained()
    }

    /// The answer has left, and the client still sends its request, of which no more is wanted (RFC 9113 §8.1).
    ///
    /// It is told so a little later: there are clients that lose the answer when a reset follows at once. Until then it
    /// sends no more than its window holds.
    func answeredEarly() {
        worker.loop.setDeadline(Self.resetDelay, for: token)
    }

    // MARK: The request

    override var headBytes: UnsafeRawBufferPointer { head }

    override var tls: TLSStream? { connection.transport.tls }

    override var isMisdirected: Bool {
        !connection.authority.includes(head[request.hostName], on: connection.transport)
    }

    override var headByteCount: Int { stream?.headByteCount ?? 0 }

    override var isRequestComplete: Bool { isHandedOver }

    /// A piece of the body has come, or its end.
    func received(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) {
        guard isRunning else { return }
        if isLast { isInputEnded = true }
        guard isBodyWanted, input.isEmpty else { return input.append(UnsafeRawBufferPointer(piece)) }
        deliver(piece)
    }

    /// The fields behind the body have come, which end it.
    func receivedTrailers() {
        guard let stream, isRunning else { return }
        guard stream.request.completeTrailers() else { return session.reset(stream, .protocolError) }
        received(UnsafeMutableRawBufferPointer(start: nil, count: 0), isLast: true)
    }

    /// Hands a piece on, or the end of the body.
    private func deliver(_ piece: UnsafeMutableRawBufferPointer) {
        let isLast = isInputEnded && input.isEmpty
        if isLast { isHandedOver = true }
        owedCount += piece.count
        sending.moved(piece.count, cost: exchange.toleratesSilence ? 0 : byteCost, at: worker.loop.now)
        setReadDeadline()
        if isSwitched {
            if piece.count > 0 { exchange.receivedBody(piece, isLast: false) }
            if isLast { exchange.clientEnded(cleanly: true) }
        } else {
            exchange.receivedBody(piece, isLast: isLast)
        }
        if isBodyWanted { returnCredit() }
    }

    private func deliverInput() {
        while isRunning, isBodyWanted, !isHandedOver, isInputEnded || !input.isEmpty {
            let region = worker.scratch.region
            let piece = UnsafeMutableRawBufferPointer(rebasing: region[..<min(input.count, region.count)])
            piece.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.readable[..<piece.count]))
            input.consume(piece.count)
            if input.isEmpty { input = ByteBuffer() }
            deliver(piece)
        }
    }

    /// Lets the client send as much again as the exchange has taken, or more where the window is all that holds it up.
    private func returnCredit() {
        guard owedCount > 0, let stream else { return }
        let size = window.taken(owedCount, at: worker.loop.now, limits: session.limits, in: workspace)
        if let size {
            session.growWindow(to: min(2 * size, session.limits.largestConnectionWindow))
            session.growWindow(of: stream, to: size)
        }
        session.consume(owedCount, on: stream)
        owedCount = 0
        connection.gather()
    }

    override func resumeBody() {
        guard isRunning, !isBodyWanted, !isHandedOver, let stream else { return }
        isBodyWanted = true
        if isContinueOwed {
            isContinueOwed = false
            if input.isEmpty, !isInputEnded {
                workspace.head.begin()
                workspace.head.add(":status", "100")
                session.submitInterim(&workspace.head, on: stream)
                connection.gather()
            }
        }
        returnCredit()
        setReadDeadline()
        if isInputEnded || !input.isEmpty { worker.loop.again(token) }
    }

    override func pauseBody() {
        isBodyWanted = false
        sending.rest(at: worker.loop.now)
        if stream?.hasKept != true { worker.loop.clearDeadline(for: token) }
    }

    override var hasTrailers: Bool { stream.map { !$0.request.trailers.isEmpty } ?? false }

    override func withTrailers<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(stream?.request.trailers ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }

    override func discardBufferedBody() { input = ByteBuffer() }

    private func setReadDeadline() {
        guard stream?.hasKept != true else { return }
        if isBodyWanted, !isHandedOver, !isSwitched {
            worker.loop.setDeadline(sending.deadline(for: timeouts.clientBody, at: worker.loop.now), for: token)
        } else {
            worker.loop.clearDeadline(for: token)
        }
    }

    // MARK: The response

    override var sentCount: Int { stream.map { $0.sentCount + $0.keptCount } ?? 0 }

    override var acceptsInterim: Bool { true }

    override func startInterim(status: Int) {
        isInterim = true
        workspace.head.begin()
        workspace.head.add(":status", decimal: status)
    }

    override func startHead(status: Int, length: HTTP1ServerConnection.ResponseLength, keepAlive: Bool) {
        connection.answers(keepingOpen: exchange.location.keepsConnection(after: requestCount))
        isInterim = false
        workspace.head.begin()
        workspace.head.add(":status", decimal: status)
        endsWithHead = request.method == .head || status == 204 || status == 304
        guard !endsWithHead else { return }
        switch length {
        case .none:
            endsWithHead = true
            workspace.head.add("content-length", "0")
        case .known(let count):
            endsWithHead = count == 0
            workspace.head.add("content-length", decimal: count)
        case .unknown: break
        }
    }

    override func startSwitch(to name: UnsafeRawBufferPointer) {
        isInterim = false
        endsWithHead = false
        stream?.isTunnel = true
        workspace.head.begin()
        workspace.head.add(":status", "200")
    }

    private var isSwitched: Bool { stream?.isTunnel ?? false }

    override func endTunnel(cleanly: Bool) -> WriteResult {
        guard let stream else { return .complete }
        if cleanly {
            session.end(stream)
        } else if stream.hasKept {
            resetsWhenDrained = true
        } else {
            session.reset(stream, .cancel)
        }
        connection.makeFrames()
        connection.gather()
        return sent(stream.hasKept ? .pending : .complete)
    }

    override func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        workspace.head.add(name, value)
    }

    override func addField(
        _ known: FieldName, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) {
        workspace.head.add(known, name, value)
    }

    override func endHead() {
        guard let stream, stream.isOpen else { return }
        if isInterim { return session.submitInterim(&workspace.head, on: stream) }
        if exchange.location.keepsFields { keepFields() }
        session.submitHead(&workspace.head, endsStream: endsWithHead, on: stream)
    }

    private func keepFields() {
        var lines = ByteBuffer()
        workspace.head.withFields { fields in
            for field in fields {
                lines.append(field.name)
                lines.append(": ")
                lines.append(field.value)
                lines.append("\r\n")
            }
        }
        exchange.keep(sent: lines.readable)
    }

    override func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        guard let stream, stream.isOpen else { return .complete }
        guard !endsWithHead else { return flush() }
        return sent(connection.send(UnsafeRawBufferPointer(piece), isLast: isLast, on: stream))
    }

    override func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult {
        guard let stream, stream.isOpen, !endsWithHead else { return flush() }
        stream.trailers.addLines(trailers)
        return sent(connection.send(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, on: stream))
    }

    override func flush() -> WriteResult {
        connection.makeFrames()
        connection.gather()
        return sent(stream?.hasKept == true ? .pending : .complete)
    }

    override var pieceLimit: Int {
        guard let stream else { return Scratch.size }
        return connection.pieceLimit(of: stream)
    }

    private func sent(_ result: WriteResult) -> WriteResult {
        if case .pending = result { setSendDeadline() }
        return result
    }

    private func setSendDeadline() {
        keptCount = stream?.keptCount ?? 0
        worker.loop.setDeadline(taking.deadline(for: timeouts.clientSend, at: worker.loop.now), for: token)
    }

    /// The streams of a connection share what it has to move.
    private var byteCost: UInt64 { worker.byteCost * UInt64(max(session.streams.count, 1)) }

    // MARK: The end

    override func exchangeEnded() {
        isRunning = false
        isBodyWanted = false
        input = ByteBuffer()
        if stream?.hasSentEnd == false { setSendDeadline() } else { worker.loop.clearDeadline(for: token) }
        if let stream, stream.isTunnel, !isInputEnded {
            // What the client goes on sending is not wanted; where the end has not been sent yet, that is said behind it.
            if stream.hasSentEnd { session.reset(stream, .noError) } else { stream.isTunnel = false }
        }
        connection.gather()
    }

    override func abort() {
        isRunning = false
        isBodyWanted = false
        input = ByteBuffer()
        worker.loop.clearDeadline(for: token)
        if let stream { session.reset(stream, .internalError) }
        connection.gather()
    }
}
