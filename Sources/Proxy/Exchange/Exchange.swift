internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// One request and its response: the way from the client to a backend and back.
///
/// `begin()` is the life of a request in order. Every gate either lets it pass, answers it, or suspends it until a
/// verdict arrives. Contract of flow: at most one buffered piece is in flight in each direction, and its producer reads
/// again only when it was written.
final class Exchange {
    /// How far the exchange is.
    enum Phase {
        case idle
        /// A gate has not come to its verdict: a password is being checked, another location asked, or a turn awaited.
        case suspended
        /// The connection to the backend is being opened.
        case connecting
        /// The request goes out and the answer is awaited.
        case forwarding
        /// The answer's head was sent to the client.
        case responding
    }

    /// What owns the exchange; its place in the loop keeps it alive to the end of the turn in which it lets go.
    unowned(unsafe) let downstream: Downstream
    let worker: Worker

    private(set) var host: WorkerHost?
    /// The location of the request; nginx's defaults before one was found.
    private(set) var location: WorkerLocation
    /// What the request has become inside; nil as long as it is what the client sent.
    var rewritten: RewrittenRequest?
    /// The upstream that variables of the request have chosen; nil where the location has but one.
    var chosen: WorkerUpstream?
    /// Who the client is: the peer, or whom a trusted proxy in front names.
    private(set) var client: Endpoint
    /// What answers the request, once it has been asked.
    private(set) var upstream: Responder?
    /// The backend that was asked last, for the log.
    private(set) var backend: BackendPool?
    /// The user whom the request named, whether or not the password was right, as nginx logs it.
    private(set) var user: ByteString?
    /// Whether the password of that user was right.
    var isAuthenticated = false
    /// The status that the client is refused with where no further check lets it pass, 0 for none (`satisfy any`).
    var refusal = 0
    /// Whether the request was held because logins had failed before.
    var hasWaitedForLogin = false
    /// After how many seconds the client may try again that is refused with 429, 0 where nothing is known of that.
    var retryAfter = 0
    /// What a gate waits for, but for a password.
    var suspension: (any Suspension)?
    /// Whether the request was counted by the limits of a location.
    var isCounted = false
    /// What counts the request among those under way.
    var stay: LocationLimits.Stay?
    /// Whether it was seen already if the request may be served beside others.
    var isConnectionCounted = false
    /// What compresses the answer; nil where it is sent as it came.
    var encoder: GzipEncoder?
    /// What slows the answer down; nil where nothing does.
    private(set) var pacer: Pacer?
    /// The status that the client was sent, 0 before.
    private(set) var status = 0
    /// The backends that were asked, for the log.
    var attempts = UpstreamAttempts()
    /// Whether the answer was sent whole.
    private(set) var isWhole = false
    /// The bytes of the response's body that the client was sent.
    var bytesSent = 0
    /// When the request's head was complete.
    private(set) var startedAt = Instant(nanoseconds: 0)
    /// The bytes that the backend's head points into, while it is passed on.
    private(set) var responseBytes = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The fields of the answer, where a log needs them.
    var keptFields: KeptFields?
    /// What names the request, once something has asked for it.
    var identifier: (UInt64, UInt64)?
    /// What the worker knows the exchange by while its password is being checked.
    var waiter: UInt64 = 0

    var phase = Phase.idle
    /// Whether the client has not taken yet what it was sent.
    var isStalled = false
    var bodyReceived = 0
    var isUploadStopped = false
    var hasRetriedFresh = false
    var excluded: ContiguousArray<BackendPool> = []
    /// How far the two directions are, once a backend has gone over to another protocol.
    var tunnel: Tunnel?

    init(downstream: Downstream) {
        self.downstream = downstream
        worker = downstream.worker
        location = downstream.worker.routes.fallback
        client = downstream.peer
    }

    /// Calls the body with `downstream`, which need not be counted on the way.
    @inline(__always)
    func withDownstream<Result>(_ body: (Downstream) -> Result) -> Result {
        Unmanaged.passUnretained(downstream)._withUnsafeGuaranteedRef(body)
    }

    // MARK: The life of a request

    /// Takes up the request whose head is complete.
    func begin() {
        reset()
        withDownstream { begin(for: $0) }
    }

    private func begin(for downstream: Downstream) {
        // As nginx has it: no tunnels, whose target is no path, and no echo of what proxies before this one have added.
        guard downstream.request.method != .connect else { return respond(400) }
        guard downstream.request.method != .trace else { return respond(405) }
        guard let host = worker.host(named: downstream.headBytes[downstream.request.hostName]) else {
            return respondToUnknown()
        }
        let rule = host.rule(for: downstream)
        if case .unknown = rule { return respondToUnknown() }
        self.host = host
        if downstream.request.version == .http2, !host.speaksHTTP2 || downstream.isMisdirected {
            return LocalResponse.refuse(.misdirected, for: self)
        }
        if let demand = host.demand, downstream.isSecure, let refusal = demand.refusal(of: downstream.tls) {
            return LocalResponse.refuse(refusal, for: self)
        }
        if host.answersChallenges(isSecure: downstream.isSecure), asksForChallenge { return answerChallenge() }
        if case .redirect = rule { return LocalResponse.redirectToHTTPS(self) }
        if let shut = host.shutStatus { return respond(shut) }
        guard routed(by: host) else { return }
        pass()
    }

    /// Takes up a request that another exchange makes to its own host, for a path of it (nginx: a subrequest).
    func begin(inside outer: Exchange, path: ByteString) {
        reset()
        host = outer.host
        client = outer.client
        user = outer.user
        isCounted = outer.isCounted
        identifier = outer.requestID
        let request = rewriting()
        request.isBodyless = true
        if let known = outer.rewritten { request.takeVariables(of: known) }
        path.withBytes { redirectInternally(to: $0, query: UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    /// Goes on with a request whose location is known.
    func pass() {
        if let returned = location.settings.returned { return respond(returned) }
        if let limits = location.limits { count(by: limits) } else { admit() }
    }

    /// Has the request answered, which has passed all gates.
    func forward() {
        if let attempts = location.settings.files.attempts, !finds(attempts) { return }
        if downstream.request.isExtendedConnect, !mayBecomeTunnel { return respond(501) }
        if let choice = location.choice {
            guard let upstream = upstream(of: choice) else { return respond(500) }
            chosen = upstream
        } else if location.pool == nil {
            return serveFile()
        }
        if let error = connect() { fail(error) }
    }

    /// Has the responder answer, which needs nothing more of the request.
    func answer(from responder: Responder) {
        phase = .forwarding
        upstream = responder
        isUploadStopped = true
        downstream.discardBufferedBody()
    }

    /// Answers a request for no host that is known.
    private func respondToUnknown() {
        if worker.settings.answersChallengesForUnknown, asksForChallenge { return answerChallenge() }
        respond(503)
    }

    /// Puts the request into a location.
    func enter(_ location: WorkerLocation) {
        self.location = location
        guard location.findsClient else { return }
        client = ClientAddress.find(
            location.settings.clientAddress, peer: downstream.peer, fields: downstream.request.fields,
            in: downstream.headBytes)
    }

    /// Answers a request whose head was refused.
    func reject(status: Int) {
        reset()
        respond(status)
    }

    /// Notes whom the request named.
    func named(_ user: ByteString) { self.user = user }

    private func reset() {
        startedAt = worker.loop.now
        host = nil
        location = worker.routes.fallback
        rewritten = nil
        chosen = nil
        client = downstream.peer
        backend = nil
        isConnectionCounted = false
        user = nil
        isAuthenticated = false
        hasWaitedForLogin = false
        retryAfter = 0
        isCounted = false
        status = 0
        attempts.removeAll()
        isWhole = false
        keptFields?.removeAll()
        bytesSent = 0
        bodyReceived = 0
        identifier = nil
        isUploadStopped = false
        isStalled = false
        hasRetriedFresh = false
        tunnel = nil
        if !excluded.isEmpty { excluded.removeAll(keepingCapacity: true) }
    }

    // MARK: To the backend

    /// Opens or takes a connection to the backend whose turn it is; returns why none can be had.
    func connect() -> ExchangeError? {
        phase = .connecting
        guard let pool = chosen?.pool ?? location.pool else { return .noBackend }
        guard !pool.lacksAuthorities else { return .noAuthorities }
        let key = pool.key(for: self)
        let idleLimit = idleLimit
        while let backend = pool.next(excluding: excluded, key: key, at: worker.loop.now) {
            self.backend = backend
            attempts.began(backend, at: worker.loop.now)
            while !hasRetriedFresh, let idle = backend.takeIdle(within: idleLimit, of: worker.loop) {
                if idle.assign(self) {
                    upstream = idle
                    upstreamReady()
                    return nil
                }
                idle.close()
            }
            do {
                switch backend.protocol {
                case .http1:
                    upstream = try HTTP1UpstreamConnection(worker: worker, backend: backend, exchange: self)
                case .http2:
                    let stream = try HTTP2UpstreamStream.open(on: backend, for: self)
                    upstream = stream
                    if stream.isReady { upstreamReady() }
                case .fastCGI:
                    upstream = try FastCGIConnection(worker: worker, backend: backend, exchange: self)
                }
                return nil
            } catch {
                if error.isDescriptorShortage { return .outOfDescriptors }
                exclude(backend)
            }
        }
        return excluded.isEmpty ? .noBackend : .backendRefused
    }

    /// The connection stands: the head goes out, and the body is asked for.
    func upstreamReady() {
        guard let upstream else { return }
        phase = .forwarding
        attempts.connected(at: worker.loop.now)
        let attempt = attempts.count
        var result = upstream.sendHead()
        // It may have failed at once, and the request gone on elsewhere: there it is not sent by this call.
        guard attempts.count == attempt, self.upstream === upstream, phase == .forwarding else { return }
        if forwardedFraming.hasBody {
            if downstream.isRequestComplete {
                // A backend that was asked before was sent the end already, and there was nothing else to send.
                result = end(UnsafeMutableRawBufferPointer(start: nil, count: 0), of: upstream)
            } else if case .complete = result {
                downstream.resumeBody()
            }
        }
        sent(result)
    }

    /// A piece of the request's body has come from the client.
    func receivedBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) {
        bodyReceived += piece.count
        if let limit = location.settings.maxBodySize, bodyReceived > limit, tunnel == nil { return fail(.bodyTooLarge) }
        guard !isUploadStopped, let upstream else { return downstream.pauseBody() }
        took(isLast ? end(piece, of: upstream) : upstream.sendBody(piece, isLast: false))
    }

    /// Goes on with the request as the backend has taken a piece of its body.
    func took(_ result: WriteResult) {
        if case .pending = result { downstream.pauseBody() }
        sent(result)
    }

    private func sent(_ result: WriteResult) {
        if case .failed = result { upstreamStoppedReading() }
    }

    // MARK: Back to the client

    /// The backend reports how far it is (RFC 9110 §15.2). A 100 is dropped: this proxy has asked for the body itself.
    func receivedInterim(_ response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) {
        guard response.status != 100, downstream.acceptsInterim else { return }
        if case .failed = ResponseWriter.writeInterim(response, bytes: bytes, for: self) {
            downstreamFailed(.clientGone)
        }
    }

    /// The backend's answer has begun.
    func receivedHead(_ response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) {
        note(response, in: bytes)
        if let backend {
            if response.status >= 403, isPassedOver(response.status, backend) { return }
            backend.health.served()
        }
        if isReplaced(response, in: bytes) { return }
        if isTunnelDeclined(response.status) { return fail(.noTunnel) }
        if response.status >= 400, !downstream.isRequestComplete {
            isUploadStopped = true
            downstream.pauseBody()
        }
        phase = .responding
        status = sentStatus(response.status)
        let framing = response.framing(requestMethod: downstream.request.method)
        responseBytes = bytes
        pacer = Pacer.make(for: self, response, bytes)
        ResponseWriter.write(response, framing: framing, bytes: bytes, for: self)
        responseBytes = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// What answers from now on is another backend, or none.
    func leaveBackend() { backend = nil }

    /// Notes for the log that the backend has answered.
    func note(_ response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) {
        if location.keepsFields { keep(response, in: bytes) }
        if backend != nil { attempts.headed(status: response.status, at: worker.loop.now) }
    }

    // MARK: Failures

    /// The client's side broke down: nothing more comes from it, or nothing more reaches it.
    func downstreamFailed(_ error: ExchangeError) {
        switch (phase, error.status) {
        case (.responding, _), (_, 499): abort(error)
        default: fail(error)
        }
    }

    /// The backend's side broke down; the connection to it is closed already.
    func upstreamFailed(_ error: ExchangeError) {
        noteUpstreamEnded()
        upstream = nil
        fail(error)
    }

    private func fail(_ error: ExchangeError) {
        releaseUpstream()
        attempts.failed(status: error.status, at: worker.loop.now)
        switch phase {
        case .responding: return abort(error)
        case .connecting, .forwarding: if isRetried(error) { return }
        case .idle, .suspended: break
        }
        worker.report(error, exchange: self, backend: backend)
        respond(error.status)
    }

    private func abort(_ error: ExchangeError) {
        releaseUpstream()
        worker.report(error, exchange: self, backend: backend)
        if status == 0 { status = error.status }
        end()
        downstream.abort()
    }

    /// The client's connection is closing under the exchange.
    func cancel() {
        guard phase != .idle else { return }
        releaseUpstream()
        if status == 0 { status = ExchangeError.clientGone.status }
        end()
    }

    // MARK: Answers of the proxy itself

    /// Notes the status of an answer that is none of a backend's ordinary ones.
    func answering(_ status: Int) {
        self.status = status
        phase = .responding
    }

    /// Closes the connection without an answer; the log has the status.
    func hangUp(status: Int) {
        self.status = status
        end()
        downstream.abort()
    }

    // MARK: The end

    /// The answer is whole.
    func finish() {
        releaseUpstream()
        isWhole = true
        end()
        downstream.exchangeEnded()
    }

    private func end() {
        if phase == .suspended { worker.stopWaiting(self) }
        phase = .idle
        suspension?.cancel()
        suspension = nil
        stay = nil
        pacer?.end()
        pacer = nil
        if let encoder { worker.encoders.giveBack(encoder) }
        encoder = nil
        if !downstream.isInner { worker.accessLog.record(self) }
    }

    func releaseUpstream() {
        guard let upstream else { return }
        noteUpstreamEnded()
        self.upstream = nil
        upstream.release()
    }

    private func noteUpstreamEnded() {
        guard let upstream else { return }
        attempts.ended(received: upstream.receivedCount, sent: upstream.sentCount, at: worker.loop.now)
    }
}
