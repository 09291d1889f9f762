internal import Bytes
internal import HTTP
internal import Net
internal import Passwords
internal import Routing
internal import TLS

/// One thread of the data plane: its loop, listeners, connections and pools, which no other thread touches.
///
/// It lives as long as its thread. Connections and their exchanges hold it, because what is loaded through a reference that
/// holds need not be counted on the way; all of them are closed before it goes. Other references back to it are unchecked.
final class Worker {
    let loop: EventLoop
    let settings: WorkerSettings
    let clientHeaderTimeout: Timeout
    /// How many nanoseconds a client may take for a byte; 0 for any time.
    let byteCost: UInt64
    let scratch = Scratch()
    /// How many descriptors there are for clients and backends.
    let descriptors = DescriptorBudget.current
    let path = RequestPath()
    /// What compresses answers; made when it is needed first.
    lazy var encoders = GzipEncoders()
    /// What its HTTP/2 connections share; made when the first of them comes.
    lazy var http2 = HTTP2Workspace(self)
    let patterns = PatternMatcher()
    /// Blocks for heads, of requests and of answers.
    let heads = BufferPool()
    /// What the fields of answers are noted in.
    var fields = FieldsPool()
    /// Pipes for bodies that the kernel moves by itself.
    let pipes = PipePool()
    let clock = WorkerClock()
    let accessLog: AccessLog
    let tls: TLSEngine
    let authenticator: Authenticator
    let routes: WorkerRoutes
    private(set) var isDraining = false
    /// Whether connections end with their next answer.
    private(set) var isRetiring = false
    /// How many bytes of bodies are held at the moment whose size has to be known before they are passed on.
    var gatheredBytes = 0

    private let report: @Sendable (WorkerReport) -> Void
    private var listeners: [DownstreamListener] = []
    private(set) var downstreams: [Token: any ClientConnection] = [:]
    /// When it is worth while again to look for connections that have to make room.
    var nextLook = Instant(nanoseconds: 0)
    /// How near the process is to the end of its memory.
    var memory = MemoryPressure.eased
    let memoryShare: MemoryShare
    private var waiting: [UInt64: Exchange] = [:]
    private var lastWaiter: UInt64 = 0
    private var lastSerial = 0
    private let flusher: LogFlusher
    private let renewal: HostRenewal

    /// A worker that listens on the addresses of its settings.
    ///
    /// - Throws: `SystemError` or `TLSError` of the call that failed.
    init(
        settings: WorkerSettings, sockets: [ListeningSocket], mailbox: Mailbox<WorkerMessage>, hashing: HashingThreads,
        throttle: LoginThrottle, zones: LimitZones, log: LogWriter?, ticketKeys: TicketKeys,
        memoryShare: MemoryShare = .whole,
        report: @escaping @Sendable (WorkerReport) -> Void
    ) throws {
        self.settings = settings
        self.memoryShare = memoryShare
        clientHeaderTimeout = Timeout(settings.clientHeaderTimeout)
        byteCost = settings.leastRate.map { 1_000_000_000 / UInt64(max($0, 1)) } ?? 0
        self.report = report
        loop = try EventLoop()
        accessLog = AccessLog(writer: log, format: settings.logFormat)
        routes = WorkerRoutes(log: accessLog, zones: zones)
        tls = try TLSEngine(selector: CertificateSelector(), ticketKeys: ticketKeys)
        authenticator = Authenticator(threads: hashing, throttle: throttle) { key, verdict in
            mailbox.post(.verified(key, verdict))
        }
        flusher = LogFlusher(accessLog)
        renewal = HostRenewal(routes)
        try loop.receive(from: mailbox) { [unowned self] in receive($0) }
        // What to serve by is known before the first client comes, where it was told at the start.
        loop.turn(limit: .zero)
        for socket in sockets { listeners.append(try DownstreamListener(worker: self, socket: socket)) }
        if log != nil { flusher.start(on: loop) }
    }

    /// Serves until it is told to stop or has drained.
    func run() {
        loop.run()
        // Connections keep one another alive, so each of them must be closed.
        for downstream in downstreams.values { downstream.stop() }
        routes.closeIdle()
        accessLog.flush()
    }

    // MARK: Messages

    private func receive(_ message: WorkerMessage) {
        switch message {
        case .serve(let configuration): serve(configuration)
        case .verified(let key, let verdict): verified(key, verdict)
        case .memory(let pressure): weigh(pressure)
        case .listen(let socket): listen(on: socket)
        case .stopListening(let address): stopListening(on: address)
        case .drain: drain()
        case .retire: retire()
        case .stop: loop.stop()
        }
    }

    /// Routes new requests by the configuration; those under way keep what they began with.
    func serve(_ configuration: ServingConfiguration) {
        let earlier = routes.update(configuration)
        tls.selector = configuration.certificates
        renewal.start(on: loop)
        report(.serving(generation: configuration.snapshot.generation))
        if let earlier { report(.replaced(earlier)) }
    }

    private func drain() {
        isDraining = true
        closeListeners()
        routes.closeIdle()
        for downstream in downstreams.values { downstream.drain() }
        stopWhenDrained()
    }

    private func retire() {
        isRetiring = true
        closeListeners()
        for downstream in downstreams.values { downstream.retire() }
        stopWhenDrained()
    }

    private func closeListeners() {
        // Whoever was let in by the kernel may have sent a request already.
        for listener in listeners { listener.close() }
        listeners = []
    }

    private func listen(on socket: ListeningSocket) {
        guard !isDraining, !isRetiring else { return socket.close() }
        do {
            listeners.append(try DownstreamListener(worker: self, socket: socket))
        } catch {
            // The other workers' sockets take its clients.
            reportDescriptorShortage()
        }
    }

    private func stopListening(on address: ListenAddress) {
        guard let index = listeners.firstIndex(where: { $0.address == address }) else { return }
        let listener = listeners.remove(at: index)
        listener.close()
        for downstream in downstreams.values where downstream.came(through: address) { downstream.leave() }
    }

    private func stopWhenDrained() {
        if isDraining || isRetiring, downstreams.isEmpty { loop.stop() }
    }

    // MARK: Connections

    /// Serves a connection.
    ///
    /// - Parameters:
    ///   - peer: who the client is.
    ///   - listener: where it was accepted.
    ///   - reached: the address that the client connected to, where a proxy in front said it.
    ///   - isProxied: whether a proxy in front said who the client is.
    func serve(
        _ socket: consuming FileDescriptor, peer: Endpoint, through listener: ListenAddress,
        reached: IPAddress? = nil, isProxied: Bool = false
    ) {
        guard let local = Socket.localEndpoint(socket.raw) else { return }
        let transport: Transport
        if listener.isSecure {
            guard
                let secure = try? Transport(accepting: socket, engine: tls, localAddress: reached ?? local.address)
            else { return }
            transport = secure
        } else {
            transport = Transport(plain: socket)
        }
        let downstream = HTTP1Downstream(
            worker: self, transport: transport, peer: peer, local: local, listener: listener, isProxied: isProxied)
        guard (try? downstream.start()) != nil else { return }
        // A connection may have waited for its PROXY header for longer than the listener stood.
        if listener.isExternal, !listeners.contains(where: { $0.address == listener }) { downstream.leave() }
    }

    /// The host that a request for this name belongs to; nil when none does.
    func host(named name: UnsafeRawBufferPointer) -> WorkerHost? { routes.host(named: name, with: patterns) }

    /// Notes a connection that is now served.
    func opened(_ connection: any ClientConnection, _ token: Token) {
        downstreams[token] = connection
    }

    /// The serial number for the next connection.
    func nextSerial() -> Int {
        lastSerial += 1
        return lastSerial
    }

    /// Forgets a connection that was closed.
    func closed(_ token: Token) {
        downstreams[token] = nil
        stopWhenDrained()
    }

    /// Tells the supervisor that descriptors have run out.
    func reportDescriptorShortage() { report(.outOfDescriptors) }

    /// Tells the supervisor that connections of a client were closed to make room for others.
    func reportCrowd(of client: IPAddress) { report(.crowded(client: client)) }

    /// Tells the supervisor that memory has come to its limit, and whether clients are what holds it.
    func reportMemoryShortage(isClients: Bool) { report(.outOfMemory(isClients: isClients)) }

    /// Tells the supervisor why an exchange failed, when that is no client's doing.
    func report(_ error: ExchangeError, exchange: Exchange, backend: BackendPool?) {
        guard error.fault != .client else { return }
        report(.failed(error, host: exchange.host?.name.text ?? "-", backend: backend?.text.text ?? "-"))
    }

    /// Tells the supervisor which bound a client has overstepped.
    func report(_ abuse: HTTP2Abuse, by client: IPAddress) { report(.abused(abuse, client: client)) }

    /// Tells the supervisor what a FastCGI application has written to its standard error.
    func report(_ messages: [UInt8], of exchange: Exchange, backend: BackendPool) {
        let text = LogText.line(messages)
        guard !text.isEmpty else { return }
        report(.said(text, host: exchange.host?.name.text ?? "-", backend: backend.text.text))
    }

    /// Tells the supervisor why a request went on to another backend.
    func reportPassedOver(_ backend: BackendPool?, _ error: ExchangeError, exchange: Exchange) {
        report(.passedOver(error, host: exchange.host?.name.text ?? "-", backend: backend?.text.text ?? "-"))
    }

    /// Tells the supervisor that logins of a client have to wait.
    func reportThrottled(_ exchange: Exchange) {
        report(.throttled(client: exchange.client.address, host: exchange.host?.name.text ?? "-"))
    }

    // MARK: Waiting for a password

    /// A number for an exchange that may have to wait.
    func nextWaiter() -> UInt64 {
        lastWaiter += 1
        return lastWaiter
    }

    /// Has the exchange told when its password was checked.
    func wait(_ exchange: Exchange, as waiter: UInt64) {
        waiting[waiter] = exchange
        exchange.waiter = waiter
    }

    /// The exchange is over before its password was checked.
    func stopWaiting(_ exchange: Exchange) { waiting[exchange.waiter] = nil }

    private func verified(_ key: CredentialKey, _ verdict: CredentialVerdict) {
        let resumption = authenticator.completed(key, verdict, now: loop.now)
        for waiter in resumption.waiters {
            waiting.removeValue(forKey: waiter)?.authenticated(resumption.decision, as: waiter)
        }
    }
}

/// Hands the access log over a little after a line was noted, so that a quiet server's lines appear too and one without
/// requests sleeps.
private final class LogFlusher: EventSource {
    private static let delay = Timeout.milliseconds(250)
    private let log: AccessLog

    init(_ log: AccessLog) { self.log = log }

    func start(on loop: EventLoop) {
        let token = loop.add(self)
        log.linesWait = { [unowned loop] in loop.setDeadline(Self.delay, for: token) }
    }

    func ready(_ readiness: Readiness) {}

    func deadlinePassed() { log.flush() }
}

/// Renews the hosts that a new configuration has changed, a few in each turn of the loop.
private final class HostRenewal: EventSource {
    /// So many take less than a millisecond.
    private static let portion = 16
    private let routes: WorkerRoutes
    private var goOn: (() -> Void)?

    init(_ routes: WorkerRoutes) { self.routes = routes }

    func start(on loop: EventLoop) {
        if goOn == nil {
            let token = loop.add(self)
            goOn = { [unowned loop] in loop.again(token) }
        }
        ready(Readiness())
    }

    func ready(_ readiness: Readiness) {
        if routes.renew(atMost: Self.portion) { goOn?() }
    }
}
