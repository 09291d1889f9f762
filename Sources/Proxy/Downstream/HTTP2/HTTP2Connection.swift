internal import Bytes
internal import HTTP
internal import Net
internal import TLS

/// A client's HTTP/2 connection: many exchanges at once, each behind an `HTTP2Downstream` of its own.
///
/// It reads, has the session make events of the bytes, and hands these to the streams. What the streams send gathers in
/// the session's output, which is written once at the end of a turn, or when there is much of it. While the socket has
/// not taken all, no more frames are made.
final class HTTP2Connection: EventSource, ClientConnection, OutputGathering {
    /// How far the connection is.
    enum Phase {
        case open
        /// The client was told that the end is near; what it sends before it can know is still served.
        case noticed
        /// No more streams are taken. The connection ends with the last one.
        case leaving
        /// All is said. What still comes is dropped until the client has closed, so that it gets to read the last frames.
        case lingering
        case closed
    }

    /// What the connection's deadline is for.
    private enum Waiting {
        case nothing
        case firstRequest
        case head
        case nextRequest
        /// The same, after a while in which none has come.
        case nextRequestAtRest
        case answerToNotice
        case output
        case end
    }

    /// What a session holds without streams, about: the tables of both sides' fields above all.
    private static let sizeOfSession = 16 * 1024
    /// How many pieces are read before other connections get their turn.
    private static let piecesPerTurn = 16
    /// How many frames may wait to be sent before nothing more is read: a client could make this proxy hold any number.
    private static let queueLimit = 1000
    /// How many streams' objects are kept for further streams.
    private static let spareLimit = 32
    private static let idleSpareLimit = 1
    /// After how long a time without requests memory is given back that each of them needs.
    private static let restTime = Timeout.seconds(1)
    /// How long a client has to learn that no more streams are taken, and to close in its turn.
    private static let noticeTime = Timeout.seconds(1)
    private static let lingeringTime = Timeout.seconds(2)

    let arrival: ClientArrival
    let transport: Transport
    let session: HTTP2Session
    let worker: Worker
    let workspace: HTTP2Workspace
    private(set) var phase = Phase.open
    /// For which hosts requests may come.
    var authority = ConnectionAuthority()
    /// How many requests have come.
    private(set) var requestCount = 0
    private let token: Token
    private var timeouts: LocationTimeouts
    private var waiting = Waiting.nothing
    var isGathering = false
    var hasFailed = false
    private var isAbused = false
    private var spares: ContiguousArray<HTTP2Downstream> = []

    /// Takes a transport over whose client speaks HTTP/2, with its place in the loop.
    init(worker: Worker, transport: Transport, token: Token, arrival: ClientArrival) {
        self.worker = worker
        self.transport = transport
        self.token = token
        self.arrival = arrival
        workspace = worker.http2
        timeouts = worker.routes.fallback.timeouts
        session = HTTP2Session(role: .server, limits: worker.settings.http2Limits, pool: workspace.streams)
    }

    /// Begins to serve, with bytes that were read already.
    func start(with bytes: UnsafeRawBufferPointer) {
        gather()
        if !bytes.isEmpty {
            let region = workspace.input.region
            let piece = UnsafeMutableRawBufferPointer(rebasing: region[..<bytes.count])
            piece.copyMemory(from: bytes)
            take(piece)
        }
        if worker.isDraining || worker.isRetiring { leave() }
        receive()
    }

    // MARK: What the worker asks

    func came(through listener: ListenAddress) -> Bool { arrival.came(through: listener) }

    func leave() {
        guard phase == .open else { return }
        phase = .noticed
        session.giveNotice()
        session.ping(UInt64(arrival.serial))
        gather()
    }

    func drain() { leave() }

    func retire() { leave() }

    func stop() { end(.internalError) }

    func giveWay(_ error: ExchangeError, isAtOnce: Bool) { end(.enhanceYourCalm) }

    var heldBytes: Int {
        session.streams.reduce(Self.sizeOfSession + transport.heldBytes + session.output.capacity) { sum, stream in
            sum + (downstream(of: stream)?.heldBytes ?? 0)
        }
    }

    var client: IPAddress { arrival.peer.address }

    var serial: Int { arrival.serial }

    var isIdle: Bool { session.streams.isEmpty }

    private func end(_ code: HTTP2ErrorCode) {
        guard !isClosed else { return }
        session.terminate(session.streams.isEmpty ? .noError : code)
        session.write(limit: .max)
        if !session.output.isEmpty, !transport.hasPending { _ = transport.write(session.output.readable) }
        transport.closeNotify()
        close()
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        transport.update(readiness)
        if hasFailed || readiness.isBroken { return close() }
        if transport.hasPending, readiness.mayWrite, !flushPending() { return }
        receive()
    }

    func deadlinePassed() {
        let passed = waiting
        waiting = .nothing
        switch passed {
        case .nothing: return
        case .nextRequest where mayRest: rest()
        case .firstRequest, .nextRequest, .nextRequestAtRest, .head:
            session.terminate(.noError)
            gather()
        case .answerToNotice: goAway()
        // What the client did not take in time is lost.
        case .output:
            Socket.setResetOnClose(transport.descriptor)
            close()
        case .end: close()
        }
    }

    /// Writes what the socket did not take before; false when the connection is gone.
    private func flushPending() -> Bool {
        switch transport.flush() {
        case .pending: waiting = .nothing
        case .complete: break
        case .failed:
            close()
            return false
        }
        gather()
        return true
    }

    private func receive() {
        var pieces = 0
        while transport.mayRead, !isClosed {
            guard session.queuedFrameCount < Self.queueLimit || !transport.hasPending else { break }
            guard pieces < Self.piecesPerTurn else { return worker.loop.again(token) }
            pieces += 1
            let region = workspace.input.room
            switch transport.read(into: region) {
            case .bytes(let count):
                if phase == .lingering { continue }
                take(UnsafeMutableRawBufferPointer(rebasing: region[..<count]))
            case .wouldBlock: break
            case .end, .failed: return close()
            }
        }
    }

    private func take(_ bytes: UnsafeMutableRawBufferPointer) {
        session.receive(bytes, at: worker.loop.now.nanoseconds)
        handleEvents()
        // Resets that the client provokes are counted when they are made.
        if session.queuedFrameCount >= Self.queueLimit { makeFrames() }
        gather()
    }

    /// Sees to what the session has noted, and to what that leads to.
    private func handleEvents() {
        var index = 0
        while index < session.events.count {
            let event = session.events[index]
            index += 1
            switch event {
            case .head(let stream, let endsStream): begin(stream, endsStream: endsStream)
            case .trailers(let stream): downstream(of: stream)?.receivedTrailers()
            case .data(let stream, let piece): index = receive(piece, on: stream, next: index)
            case .ended(let stream): downstream(of: stream)?.received(.init(start: nil, count: 0), isLast: true)
            case .drained(let stream): downstream(of: stream)?.drained()
            case .answered(let stream): downstream(of: stream)?.answeredEarly()
            case .closed(let stream, _): closed(stream)
            case .pong(UInt64(arrival.serial)): if phase == .noticed { goAway() }
            case .interim, .goAway, .settings, .pong: break
            }
        }
        session.forgetEvents()
    }

    /// Hands a piece on, together with those of the same stream that follow it; returns the place of the next event.
    private func receive(_ piece: UnsafeMutableRawBufferPointer, on stream: HTTP2Stream, next: Int) -> Int {
        guard let downstream = downstream(of: stream) else { return next }
        let joined = session.join(piece, of: stream, next: next)
        joined.piece.keepingMargin { downstream.received(joined.piece, isLast: joined.isLast) }
        return joined.next
    }

    // MARK: Streams

    private func downstream(of stream: HTTP2Stream) -> HTTP2Downstream? {
        stream.owner.map { unsafeDowncast($0, to: HTTP2Downstream.self) }
    }

    private func begin(_ stream: HTTP2Stream, endsStream: Bool) {
        guard stream.isOpen else { return }
        requestCount += 1
        let downstream = spares.popLast() ?? HTTP2Downstream(self)
        stream.owner = downstream
        downstream.begin(stream, number: requestCount, endsStream: endsStream)
    }

    private func closed(_ stream: HTTP2Stream) {
        if let downstream = downstream(of: stream) {
            downstream.streamClosed()
            timeouts = downstream.timeouts
            stream.owner = nil
            retire(downstream)
        }
        session.abandonInput(of: stream)
        workspace.streams.giveBack(stream)
        if session.streams.isEmpty { waiting = .nothing }
    }

    private func retire(_ downstream: HTTP2Downstream) {
        if spares.count < Self.spareLimit { spares.append(downstream) } else { downstream.retire() }
    }

    /// Takes note that the answer to a request may be the last one.
    func answers(keepingOpen: Bool) {
        if !keepingOpen { leave() }
    }

    private func goAway() {
        phase = .leaving
        session.goAway()
        gather()
    }

    // MARK: Output

    func turnEnded() {
        isGathering = false
        guard !isClosed else { return }
        makeFrames()
        while !session.events.isEmpty {
            handleEvents()
            makeFrames()
        }
        if !transport.hasPending, !hasFailed { writeOut() }
        if hasFailed { return close() }
        if let abuse = session.abuse { end(for: abuse) }
        if session.streams.isEmpty { trim() }
        if session.isOver || isDone, !transport.hasPending { return linger() }
        setDeadline()
    }

    private var isDone: Bool { phase == .leaving && session.streams.isEmpty }

    private func trim(to limit: Int = HTTP2Connection.idleSpareLimit) {
        while spares.count > limit { spares.removeLast().retire() }
    }

    private var mayRest: Bool { Self.restTime.nanoseconds < timeouts.keepalive.nanoseconds }

    /// Gives back what a connection needs for a request, since none may come for long.
    private func rest() {
        trim(to: 0)
        spares = []
        session.rest()
        waiting = .nextRequestAtRest
        let left = timeouts.keepalive.nanoseconds - Self.restTime.nanoseconds
        worker.loop.setDeadline(.nanoseconds(Int64(clamping: left)), for: token)
    }

    private func setDeadline() {
        let next: Waiting =
            if phase == .lingering {
                .end
            } else if transport.hasPending {
                .output
            } else if phase == .noticed {
                .answerToNotice
            } else if session.isReceivingHead {
                .head
            } else if !session.streams.isEmpty {
                .nothing
            } else {
                requestCount == 0 ? .firstRequest : .nextRequest
            }
        if next == waiting || next == .nextRequest && waiting == .nextRequestAtRest { return }
        waiting = next
        switch next {
        case .nothing: worker.loop.clearDeadline(for: token)
        case .firstRequest: worker.loop.setDeadline(worker.clientHeaderTimeout, for: token)
        case .head:
            // Before a request was routed, no host's times are known.
            worker.loop.setDeadline(requestCount == 0 ? worker.clientHeaderTimeout : timeouts.clientHeader, for: token)
        case .nextRequest, .nextRequestAtRest:
            worker.loop.setDeadline(mayRest ? Self.restTime : timeouts.keepalive, for: token)
        case .answerToNotice: worker.loop.setDeadline(Self.noticeTime, for: token)
        case .output: worker.loop.setDeadline(timeouts.clientSend, for: token)
        case .end: worker.loop.setDeadline(Self.lingeringTime, for: token)
        }
    }

    // MARK: The end

    var isClosed: Bool { phase == .closed }

    /// Stops what is done for a client that has overstepped a bound, whether or not it takes note of it.
    private func end(for abuse: HTTP2Abuse) {
        guard !isAbused else { return }
        isAbused = true
        worker.report(abuse, by: arrival.peer.address)
        cancelStreams()
    }

    /// Ends this side's direction, and waits for the client to end its own (RFC 9113 §5.4.1).
    private func linger() {
        guard phase != .lingering else { return setDeadline() }
        phase = .lingering
        cancelStreams()
        transport.shutdownWrite()
        setDeadline()
        if transport.mayRead { worker.loop.again(token) }
    }

    private func cancelStreams() {
        // Those that the session has closed while nobody looked are not among its streams any more.
        let unheard = session.events.compactMap { if case .closed(let stream, _) = $0 { stream } else { nil } }
        for stream in session.streams + unheard {
            guard let downstream = downstream(of: stream) else { continue }
            stream.owner = nil
            downstream.cancel()
            downstream.retire()
        }
    }

    private func close() {
        guard !isClosed else { return }
        phase = .closed
        cancelStreams()
        for spare in spares { spare.retire() }
        spares.removeAll()
        workspace.reclaimOutput(of: session)
        worker.loop.retire(token)
        transport.close()
        worker.closed(token)
    }
}
