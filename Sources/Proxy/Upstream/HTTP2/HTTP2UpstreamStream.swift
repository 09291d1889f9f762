internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// What answers one exchange over a stream of a connection to a backend that speaks HTTP/2; used again for further ones.
///
/// Credit for the answer's body is returned when the exchange has taken it, so what waits here is bounded by the stream's
/// window. A request that the backend has refused unseen is sent once more over another connection (RFC 9113 §8.7).
final class HTTP2UpstreamStream: Responder, EventSource {
    /// As many interim answers as over HTTP/1.
    private static let interimLimit = 16

    unowned(unsafe) let worker: Worker
    /// The exchange that is under way.
    private(set) var exchange: Exchange?
    private(set) var connection: HTTP2UpstreamConnection?
    private(set) var stream: HTTP2Stream?
    private var token = Token.none
    /// Whether the connection stood already when the request was put on it.
    private var isReused = false
    private var began = Instant(nanoseconds: 0)

    // The request.
    private var isRequestEnded = false
    var replay = RequestReplay()
    /// Whether the request waits for another connection, which gets what the first one got.
    private var isMoving = false
    /// What was kept when the backend was last seen to take something.
    private var keptCount = 0

    // The answer.
    private var input = ByteBuffer()
    private var isPaused = false
    private var isHeadComplete = false
    private var isInputEnded = false
    /// Whether the session knows the stream no more.
    private var isStreamOver = false
    private var interimCount = 0
    /// How much of the body is still to come; nil where that was not told.
    private var remaining: Int?
    /// How many bytes the exchange was given for which no credit was returned yet.
    private var owedCount = 0
    private var window = UploadWindow()

    init(worker: Worker) {
        self.worker = worker
        super.init()
        token = worker.loop.add(self)
    }

    /// A stream for an exchange, on a connection that has room or on a new one.
    ///
    /// Where it `isReady`, the exchange is to go on at once; else it hears `upstreamReady` or `upstreamFailed` later.
    /// - Throws: `SystemError` when no connection could be opened.
    static func open(on backend: BackendPool, for exchange: Exchange) throws(SystemError) -> HTTP2UpstreamStream {
        let connection = try connection(to: backend, for: exchange, isFresh: exchange.hasRetriedFresh)
        let stream = exchange.worker.http2.takeUpstream()
        stream.exchange = exchange
        backend.began()
        stream.wait(on: connection)
        return stream
    }

    private static func connection(
        to backend: BackendPool, for exchange: Exchange, isFresh: Bool
    ) throws(SystemError) -> HTTP2UpstreamConnection {
        if let known = backend.connectionWithRoom(isFresh: isFresh) { return known }
        return try HTTP2UpstreamConnection(
            worker: exchange.worker, backend: backend, timeout: exchange.location.timeouts.connect)
    }

    private func wait(on connection: HTTP2UpstreamConnection) {
        self.connection = connection
        isReused = connection.isOpen
        if !isReused { connection.enqueue(self) }
    }

    /// Whether the head can be sent.
    var isReady: Bool { connection?.isOpen ?? false }

    /// No exchange will use this any more.
    func retire() { worker.loop.remove(token) }

    // MARK: The connection

    /// The connection that the stream has waited for stands.
    func connectionStands() {
        guard let exchange else { return }
        guard isMoving else { return exchange.upstreamReady() }
        sendAgain()
    }

    /// The connection could not be made, or is of no use.
    func connectionFailed(_ error: ExchangeError) {
        fail(isHeadComplete ? .responseCut : error)
    }

    /// The backend has closed the connection.
    func connectionBroke() {
        if isHeadComplete { return fail(.responseCut) }
        fail(isReused && interimCount == 0 ? .staleConnection : .backendGone)
    }

    /// The stream is over: whole, or reset by the backend.
    func streamClosed(_ code: HTTP2ErrorCode) {
        isStreamOver = true
        // What has come of the answer may still wait for the client.
        guard !isInputEnded else { return }
        // nghttp2 resets what is malformed by itself, with the code for that.
        if isHeadComplete { return fail(code == .protocolError ? .backendGarbage : .responseCut) }
        if code == .refusedStream { return goElsewhere() }
        fail(code == .protocolError ? .backendGarbage : .streamReset)
    }

    /// Sends the request, which the backend has not seen, over another connection to it, or tells the exchange of it.
    func goElsewhere() {
        guard let exchange, let backend = connection?.backend, !isMoving, replay.isWhole, !replay.isUsed else {
            return fail(.streamRefused)
        }
        leaveStream(.cancel)
        let left = connection
        replay.isUsed = true
        isMoving = true
        guard
            let other = try? Self.connection(to: backend, for: exchange, isFresh: left?.isOpen ?? true),
            other !== left
        else { return fail(.streamRefused) }
        worker.loop.clearDeadline(for: token)
        wait(on: other)
        if isReady { sendAgain() }
    }

    private func sendAgain() {
        isMoving = false
        guard submit(hasBody: replay.hasBody), let stream, let connection else { return fail(.streamRefused) }
        guard replay.hasBody else { return }
        replay.withTrailers { stream.trailers.addLines($0) }
        let result = replay.withBody { connection.send($0, isLast: isRequestEnded, on: stream) }
        setDeadline()
        switch result {
        case .complete: exchange?.upstreamDrained()
        case .pending: break
        case .failed: exchange?.upstreamStoppedReading()
        }
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        deliverInput()
        stalled()
    }

    func deadlinePassed() {
        guard let stream, exchange != nil else { return }
        // A backend that takes a little at a time is slow, not gone.
        if stream.hasKept, stream.keptCount != keptCount { return setDeadline() }
        connection?.doubt(since: began)
        fail(stream.hasKept ? .backendStalled : .backendSilent)
    }

    /// The backend owes an answer only once it has the whole request, or has begun to answer.
    private func setDeadline() {
        guard let exchange, let stream else { return }
        if stream.hasKept {
            keptCount = stream.keptCount
            worker.loop.setDeadline(exchange.location.timeouts.send, for: token)
        } else if isPaused || !(isRequestEnded || isHeadComplete) {
            worker.loop.clearDeadline(for: token)
        } else {
            worker.loop.setDeadline(exchange.location.timeouts.read, for: token)
        }
    }

    // MARK: The request

    override func sendHead() -> WriteResult {
        guard let exchange else { return .complete }
        let hasBody = exchange.forwardedFraming.hasBody
        isRequestEnded = !hasBody
        replay.begin(hasBody: hasBody)
        if !submit(hasBody: hasBody) { goElsewhere() }
        return .complete
    }

    /// Opens the stream; false when the connection takes none any more.
    private func submit(hasBody: Bool) -> Bool {
        guard let exchange, let connection else { return false }
        let workspace = connection.workspace
        workspace.head.begin()
        HTTP2RequestWriter.write(exchange, isSecure: connection.isSecure, to: &workspace.head)
        let stream = connection.session.submitRequest(&workspace.head, endsStream: !hasBody, owner: self)
        guard let stream else { return false }
        self.stream = stream
        sentCount = workspace.head.byteCount
        receivedCount = 0
        began = worker.loop.now
        isStreamOver = false
        interimCount = 0
        window = UploadWindow(size: stream.windowSize, at: began)
        connection.gather()
        setDeadline()
        return true
    }

    override func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        guard exchange != nil else { return .complete }
        if isLast { isRequestEnded = true }
        sentCount += piece.count
        replay.append(UnsafeRawBufferPointer(piece), isHeld: isMoving)
        return send(UnsafeRawBufferPointer(piece), isLast: isLast)
    }

    override func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult {
        guard exchange != nil else { return .complete }
        isRequestEnded = true
        replay.append(trailers: trailers)
        stream?.trailers.addLines(trailers)
        return send(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
    }

    private func send(_ piece: UnsafeRawBufferPointer, isLast: Bool) -> WriteResult {
        guard !isMoving else { return .pending }
        // What becomes of a stream that is over is told by its events.
        guard let connection, let stream, stream.isOpen else { return .complete }
        let result = connection.send(piece, isLast: isLast, on: stream)
        setDeadline()
        return result
    }

    /// The backend has taken what was kept for it.
    func drained() {
        setDeadline()
        exchange?.upstreamDrained()
    }

    override func readLast() {
        isRequestEnded = true
        setDeadline()
    }

    // MARK: The answer

    /// The fields of an interim answer have come.
    func receivedInterim() {
        guard let stream, let exchange, stream.interimCount > interimCount else { return }
        // Of several that came at once the last one is passed on.
        interimCount = stream.interimCount
        guard interimCount <= Self.interimLimit, isRead(from: &stream.interim, endsStream: false) else {
            return fail(.backendGarbage)
        }
        setDeadline()
        exchange.receivedInterim(response, in: stream.interim.bytes)
    }

    /// The fields of the answer's head have come.
    func receivedHead(endsStream: Bool) {
        guard let stream, let exchange else { return }
        guard isRead(from: &stream.response, endsStream: endsStream) else { return fail(.backendGarbage) }
        isHeadComplete = true
        replay.forget()
        receivedCount += stream.response.bytes.count
        switch response.framing(requestMethod: exchange.downstream.request.method) {
        case .none: remaining = 0
        case .length(let count): remaining = count
        case .chunked, .untilClose: remaining = nil
        }
        setDeadline()
        exchange.receivedHead(response, in: stream.response.bytes)
        guard self.stream === stream else { return }
        connection?.touch(self)
        if endsStream { received(.init(start: nil, count: 0), isLast: true) }
    }

    private func isRead(from assembler: inout HTTP2ResponseAssembler, endsStream: Bool) -> Bool {
        do throws(ResponseError) {
            try assembler.complete(endsStream: endsStream, into: &response)
            return true
        } catch {
            return false
        }
    }

    /// The fields behind the body have come, which end it.
    func receivedTrailers() {
        guard let stream, exchange != nil else { return }
        guard stream.response.completeTrailers() else { return fail(.backendGarbage) }
        receivedCount += stream.response.trailers.count
        received(.init(start: nil, count: 0), isLast: true)
    }

    /// A piece of the body has come, or its end.
    func received(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) {
        guard let exchange, isHeadComplete else { return }
        if isLast { isInputEnded = true }
        receivedCount += piece.count
        guard !isPaused, input.isEmpty, exchange.pacer == nil else {
            input.append(UnsafeRawBufferPointer(piece))
            if !isPaused { worker.loop.again(token) }
            return
        }
        connection?.touch(self)
        deliver(piece)
    }

    /// Hands a piece on, or the end of the body.
    private func deliver(_ piece: UnsafeMutableRawBufferPointer) {
        guard let exchange, let stream else { return }
        let isLast = isInputEnded && input.isEmpty
        if let remaining {
            guard piece.count <= remaining else { return fail(.backendGarbage) }
            guard !isLast || piece.count == remaining else { return fail(.responseCut) }
            self.remaining = remaining - piece.count
        }
        guard piece.count > 0 || isLast else { return }
        owedCount += piece.count
        exchange.receivedResponse(piece, isLast: isLast)
        guard self.stream === stream else { return }
        if !isPaused { returnCredit() }
        setDeadline()
    }

    private func deliverInput() {
        while let exchange, isHeadComplete, !isPaused, isInputEnded || !input.isEmpty {
            let region = worker.scratch.region(for: exchange)
            let piece = UnsafeMutableRawBufferPointer(rebasing: region[..<min(input.count, region.count)])
            piece.copyMemory(from: UnsafeRawBufferPointer(rebasing: input.readable[..<piece.count]))
            input.consume(piece.count)
            if input.isEmpty { input = ByteBuffer() }
            deliver(piece)
        }
    }

    /// Has what has come sent on, because nothing more is there.
    func stalled() {
        if isHeadComplete, !isPaused { exchange?.responseStalled() }
    }

    /// Lets the backend send as much again as the exchange has taken, or more where the window is all that holds it up.
    private func returnCredit() {
        guard owedCount > 0, let stream, let connection else { return }
        let count = owedCount
        owedCount = 0
        guard stream.isOpen, !isInputEnded else { return }
        let session = connection.session
        let size = window.taken(count, at: worker.loop.now, limits: session.limits, in: connection.workspace)
        if let size { session.growWindow(of: stream, to: size) }
        session.consumeOnStream(count, stream)
        connection.gather()
    }

    override var heldBytes: Int { 4096 + input.capacity + (stream?.keptCount ?? 0) }

    override func pause() {
        isPaused = true
        setDeadline()
    }

    override func resume() {
        guard isPaused else { return }
        isPaused = false
        returnCredit()
        setDeadline()
        if isInputEnded || !input.isEmpty { worker.loop.again(token) }
    }

    override var hasTrailers: Bool { stream.map { !$0.response.trailers.isEmpty } ?? false }

    override func withTrailers<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(stream?.response.trailers ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }

    // MARK: The end

    override func release() {
        guard exchange != nil else { return }
        detach(.cancel)
    }

    /// Gives the stream up; the exchange is told why.
    private func fail(_ error: ExchangeError) {
        guard let exchange else { return }
        detach(error == .backendGarbage ? .protocolError : .cancel)
        exchange.upstreamFailed(error)
    }

    /// Has nothing to do with the exchange any more, and can serve another one.
    private func detach(_ code: HTTP2ErrorCode) {
        exchange = nil
        worker.loop.clearDeadline(for: token)
        connection?.backend.ended()
        leaveStream(code)
        connection = nil
        replay.forget()
        replay.isUsed = false
        isMoving = false
        isHeadComplete = false
        input = ByteBuffer()
        isPaused = false
        interimCount = 0
        owedCount = 0
        worker.http2.giveBack(self)
    }

    /// Ends the stream if the backend has not, or no longer waits for the connection.
    private func leaveStream(_ code: HTTP2ErrorCode) {
        guard let connection else { return }
        worker.http2.windowBudget += window.growth
        window = UploadWindow()
        guard let stream else { return connection.withdraw(self) }
        self.stream = nil
        isInputEnded = false
        stream.owner = nil
        guard !connection.isClosed || isStreamOver else { return }
        if isStreamOver {
            worker.http2.clientStreams.giveBack(stream)
        } else {
            connection.session.reset(stream, code)
            connection.gather()
        }
    }
}
