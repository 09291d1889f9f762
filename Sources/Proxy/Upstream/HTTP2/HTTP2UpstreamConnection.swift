internal import Bytes
private import Glibc
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// A connection to a backend that speaks HTTP/2: many exchanges share it, each by an `HTTP2UpstreamStream` of its own.
///
/// Exchanges may wait on it while it is being opened, so that a burst of them does not open one connection each. It stays
/// in its `BackendPool` as long as it takes further streams.
final class HTTP2UpstreamConnection: EventSource, OutputGathering {
    private enum Phase {
        case connecting
        case handshaking
        case open
        /// It takes no more streams, and ends with the last one.
        case leaving
        case closed
    }

    /// How many exchanges share a connection at the most, whatever the backend permits; what it permits is not known before
    /// its settings have come, and should be no less (RFC 9113 §6.5.2).
    static let streamLimit = 100
    private static let piecesPerTurn = 16
    /// The alert of a server that speaks nothing of what it is offered (RFC 7301 §3.2).
    private static let noApplicationProtocol: UInt8 = 120
    /// How many frames may wait to be sent before nothing more is read.
    private static let queueLimit = 1000

    /// What a backend may send before any of it was taken. The windows of streams bound the memory. That of the connection
    /// is returned as bytes come, so that a client that takes nothing holds up nobody else's answer.
    static let limits: HTTP2Limits = {
        var limits = HTTP2Limits()
        limits.streamWindow = 64 * 1024
        limits.largestStreamWindow = 1024 * 1024
        limits.connectionWindow = 16 * 1024 * 1024
        limits.largestConnectionWindow = limits.connectionWindow
        return limits
    }()

    let backend: BackendPool
    let transport: Transport
    let session: HTTP2Session
    unowned(unsafe) let worker: Worker
    unowned(unsafe) let workspace: HTTP2Workspace
    var isGathering = false
    var hasFailed = false
    /// When the backend has last sent something.
    private(set) var heardAt = Instant(nanoseconds: 0)

    private var token = Token.none
    private var phase = Phase.connecting
    /// Those that wait until the connection stands.
    private var waiting: ContiguousArray<HTTP2UpstreamStream> = []
    /// Those that got something of an answer since the last read.
    private var touched: ContiguousArray<HTTP2UpstreamStream> = []
    private var isIdle = false

    /// Opens a connection; those that wait on it hear of it later.
    ///
    /// - Throws: `SystemError` when that failed at once.
    init(worker: Worker, backend: BackendPool, timeout: Timeout) throws(SystemError) {
        self.worker = worker
        self.backend = backend
        workspace = worker.http2
        let socket = try Socket.connect(to: .ip(backend.endpoint))
        guard socket.raw < worker.descriptors.backends else { throw SystemError(call: "socket", code: EMFILE) }
        if let security = backend.security {
            do {
                transport = try Transport(
                    connecting: socket, engine: worker.tls, context: security.context, serverName: security.serverName,
                    sessions: backend.sessions, offersHTTP2: true)
            } catch {
                throw .outOfMemory("SSL_new")
            }
        } else {
            transport = Transport(plain: socket)
        }
        session = HTTP2Session(role: .client, limits: Self.limits, pool: workspace.clientStreams)
        token = try worker.loop.add(transport.descriptor, self)
        worker.loop.setDeadline(timeout, for: token)
        backend.add(self)
    }

    // MARK: Who is on it

    /// Whether streams can be opened at once.
    var isOpen: Bool { phase == .open }

    /// Whether it is not known yet if the backend can be reached.
    var isOpening: Bool { phase == .connecting || phase == .handshaking }

    var isClosed: Bool { phase == .closed }

    var isSecure: Bool { transport.tls != nil }

    /// Whether it takes one more exchange.
    var hasRoom: Bool {
        let count = streamCount
        guard count < min(Self.streamLimit, backend.permittedStreamCount) else { return false }
        if isOpening { return true }
        guard phase == .open, !hasFailed else { return false }
        // The loop may have the news that it was closed in the same batch as the request.
        return count > 0 || Socket.isQuiet(transport.descriptor)
    }

    /// How many exchanges are on it or wait for it.
    var streamCount: Int { session.streams.count + waiting.count }

    /// Tells a stream when the connection stands.
    func enqueue(_ stream: HTTP2UpstreamStream) { waiting.append(stream) }

    /// The stream does not wait any more.
    func withdraw(_ stream: HTTP2UpstreamStream) {
        waiting.removeAll { $0 === stream }
        gather()
    }

    /// Takes note that the backend has been silent for so long that it may not be there any more.
    func doubt(since began: Instant) {
        if heardAt.nanoseconds < began.nanoseconds { leave() }
    }

    /// Takes no more streams.
    private func leave() {
        guard phase == .open else { return }
        phase = .leaving
        backend.forget(self)
        gather()
    }

    // MARK: Events

    func ready(_ readiness: Readiness) {
        transport.update(readiness)
        switch phase {
        case .connecting:
            guard readiness.mayWrite || readiness.isEnding else { return }
            connected()
            if readiness.mayRead { receive() }
        case .handshaking: shakeHands()
        case .open, .leaving:
            if transport.hasPending, readiness.mayWrite {
                if case .failed = transport.flush() { hasFailed = true }
                gather()
            }
            receive()
        case .closed: break
        }
    }

    func deadlinePassed() {
        switch phase {
        case .connecting, .handshaking: fail(.connectTimedOut)
        case .open, .leaving: if streamCount == 0 { close(politely: true) }
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
            guard transport.tls?.speaksHTTP2 == true else { return fail(.noHTTP2) }
            established()
            receive()
        case .wouldBlock: break
        case .failed(let error):
            backend.sessions.forget()
            switch error {
            case .untrustedPeer: fail(.backendUntrusted)
            case .peerAlert(Self.noApplicationProtocol): fail(.noHTTP2)
            default: fail(.backendHandshakeFailed)
            }
        }
    }

    private func established() {
        phase = .open
        worker.loop.clearDeadline(for: token)
        gather()
        let streams = waiting
        waiting.removeAll()
        for stream in streams { stream.connectionStands() }
    }

    private func receive() {
        var pieces = 0
        while phase == .open || phase == .leaving, transport.mayRead {
            guard session.queuedFrameCount < Self.queueLimit || !transport.hasPending else { break }
            guard pieces < Self.piecesPerTurn else {
                worker.loop.again(token)
                break
            }
            pieces += 1
            let region = workspace.input.room
            switch transport.read(into: region) {
            case .bytes(let count):
                heardAt = worker.loop.now
                session.receive(
                    UnsafeMutableRawBufferPointer(rebasing: region[..<count]), at: worker.loop.now.nanoseconds)
                handleEvents()
                gather()
            case .wouldBlock: break
            case .end, .failed: return broke()
            }
        }
        // A head that came without a byte of its body must not wait for one.
        for stream in touched { stream.stalled() }
        touched.removeAll(keepingCapacity: true)
    }

    /// Sees to what the session has noted, and to what that leads to.
    private func handleEvents() {
        var index = 0
        while index < session.events.count {
            let event = session.events[index]
            index += 1
            switch event {
            case .interim(let stream): owner(of: stream)?.receivedInterim()
            case .head(let stream, let endsStream): owner(of: stream)?.receivedHead(endsStream: endsStream)
            case .trailers(let stream): owner(of: stream)?.receivedTrailers()
            case .data(let stream, let piece): index = receive(piece, on: stream, next: index)
            case .ended(let stream): owner(of: stream)?.received(.init(start: nil, count: 0), isLast: true)
            case .drained(let stream): owner(of: stream)?.drained()
            case .closed(let stream, let code): closed(stream, code)
            case .goAway: leave()
            case .settings:
                backend.permittedStreamCount = session.permittedStreamCount
                refuseSurplus()
            case .answered, .pong: break
            }
        }
        session.forgetEvents()
    }

    private func receive(_ piece: UnsafeMutableRawBufferPointer, on stream: HTTP2Stream, next: Int) -> Int {
        let joined = session.join(piece, of: stream, next: next)
        session.consumeOnConnection(joined.piece.count)
        guard let owner = owner(of: stream) else { return joined.next }
        joined.piece.keepingMargin { owner.received(joined.piece, isLast: joined.isLast) }
        return joined.next
    }

    /// Has a stream's answer sent on at the end of the read, as far as it has come.
    func touch(_ stream: HTTP2UpstreamStream) {
        if touched.last !== stream { touched.append(stream) }
    }

    private func owner(of stream: HTTP2Stream) -> HTTP2UpstreamStream? {
        stream.owner.map { unsafeDowncast($0, to: HTTP2UpstreamStream.self) }
    }

    private func closed(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        guard let owner = owner(of: stream) else {
            workspace.clientStreams.giveBack(stream)
            return
        }
        stream.owner = nil
        owner.streamClosed(session.hasRefused ? .protocolError : code)
    }

    /// The backend lets fewer streams be open than were opened in good faith; those that it has not seen go elsewhere.
    private func refuseSurplus() {
        var surplus = session.streams.count - session.permittedStreamCount
        guard surplus > 0 else { return }
        for stream in session.streams where surplus > 0 && stream.sentCount == 0 {
            guard let owner = owner(of: stream) else { continue }
            owner.goElsewhere()
            surplus -= 1
        }
    }

    // MARK: Output

    func turnEnded() {
        isGathering = false
        guard phase == .open || phase == .leaving else { return }
        makeFrames()
        while !session.events.isEmpty {
            handleEvents()
            makeFrames()
        }
        if !transport.hasPending, !hasFailed { writeOut() }
        if hasFailed { return broke() }
        guard streamCount == 0 else {
            if session.isOver { return fail(.backendGarbage) }
            if isIdle {
                isIdle = false
                worker.loop.clearDeadline(for: token)
            }
            return
        }
        guard phase == .open, !session.isOver, !worker.isDraining, backend.keepsIdle(self) else {
            return close(politely: true)
        }
        guard !isIdle else { return }
        isIdle = true
        worker.loop.setDeadline(BackendPool.idleTime, for: token)
    }

    // MARK: The end

    /// The backend has closed the connection.
    private func broke() { end { $0.connectionBroke() } }

    /// Gives the connection up; all that are on it are told why.
    private func fail(_ error: ExchangeError) { end { $0.connectionFailed(error) } }

    private func end(_ tell: (HTTP2UpstreamStream) -> Void) {
        guard !isClosed else { return }
        var streams = waiting
        for stream in session.streams {
            guard let owner = owner(of: stream) else { continue }
            stream.owner = nil
            streams.append(owner)
        }
        waiting.removeAll()
        close(politely: false)
        for stream in streams { tell(stream) }
    }

    /// Closes the connection if nobody is on it.
    func closeIfIdle() { if streamCount == 0 { close(politely: isOpen) } }

    private func close(politely: Bool) {
        guard !isClosed else { return }
        if politely, !hasFailed {
            session.terminate(.noError)
            makeFrames()
            if !transport.hasPending { writeOut() }
        }
        phase = .closed
        backend.forget(self)
        touched.removeAll()
        workspace.reclaimOutput(of: session)
        worker.loop.remove(token)
        transport.closeNotify()
        transport.close()
    }
}
