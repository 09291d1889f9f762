internal import Bytes
internal import FoundationEssentials
internal import HTTP
package import Logging
internal import Net
internal import Proxy
internal import Routing
internal import TLS

#if canImport(Glibc)
    private import Glibc
#endif

/// The server's main thread: starts the workers, hands them what the configurator publishes, and ends them.
///
/// SIGTERM and SIGINT let requests under way finish, a second one ends at once; SIGHUP reads everything again; SIGUSR1
/// opens the access log anew; SIGUSR2 starts the program anew, which takes over.
package final class Supervisor {
    /// How long workers that were told to stop may take.
    static let stopPatience = Duration.seconds(2)

    /// How long clients that keep a connection open may take for the request whose answer ends it, when another server has taken over.
    static let retirePatience = Duration.seconds(5)

    enum Chore: CaseIterable {
        case watchdog
        case drain
        case cutOff
        case giveUp
    }

    enum Phase {
        case starting
        case serving
        case draining
        case stopping
    }

    let settings: Settings
    let log: Logger
    let loop: EventLoop
    let agenda: Agenda<Chore>
    private let reports: Mailbox<WorkerReport>
    private let signals: Signals
    private let signalled = Signalled()
    private let accessLogs: AccessLogFiles
    private let errorLog: ErrorLogFile?
    let monitor: MonitorLink
    let listener: ControlListener?
    let inheritance: Inheritance?
    let notifier: ServiceNotifier?
    private var logProblems: DiagnosticLog
    private let hashing: HashingThreads
    private let tickets: TicketKeys
    private let workerCount: Int
    var configurator: Configurator?
    var control: ControlSocket?
    var workers: WorkerThreads?
    var externalListeners: ExternalListeners?
    var phase = Phase.starting
    private var firstGeneration: UInt64 = 0
    private var liveWorkers = 0
    private var endedWorkers = 0
    private var isFollowingSaid = false
    private var failures: FailureLog
    /// Apart from other failures, which attackers with many addresses would hide.
    private var throttled: FailureLog
    /// What clients do has a log of its own, so that many of them cannot crowd failures out.
    private var abuses: FailureLog
    private var failure: ServeError?
    var offer: HandoverOffer?
    private var isReloading = false

    private final class Signalled {
        var handle: ((Int32) -> Void)?
    }

    /// A server that does not run yet. It must be made on the main thread, before any other thread of the process.
    ///
    /// - Parameters:
    ///   - monitor: the process that keeps the rights of this one.
    ///   - inheritance: the sockets that it does not open itself, and whom it takes over from; nil for none.
    ///   - environment: where a service manager says what it wants to be told.
    ///   - errorLog: the file that `log` writes to, to be opened anew with the access logs.
    /// - Throws: `ServeError` when the access log cannot be opened or the system gives not what a server needs.
    package init(
        _ settings: Settings, monitor: MonitorLink, inheritance: Inheritance? = nil, environment: Environment,
        log: Logger,
        errorLog: ErrorLogFile? = nil
    ) throws(ServeError) {
        self.settings = settings
        self.log = log
        self.errorLog = errorLog
        self.monitor = monitor
        self.inheritance = inheritance
        failures = FailureLog(log)
        throttled = FailureLog(log)
        abuses = FailureLog(log)
        logProblems = DiagnosticLog(log)
        workerCount = settings.workers ?? Processors.available
        Signals.ignoreBrokenPipes()
        Self.raiseDescriptorLimit()
        notifier = ServiceNotifier(environment, isSuccession: inheritance?.isSuccession ?? false)
        if let inheritance, let socket = inheritance.takeControl() {
            listener = ControlListener(adopting: socket, at: settings.controlSocket)
        } else {
            listener = try Self.openControlSocket(settings, log)
        }
        // From here on nothing is there that a client could not do without; what comes next are threads.
        try GivenUpRights.giveUp(settings, log: log)
        do throws(SystemError) {
            loop = try EventLoop()
            // Threads inherit that these signals are blocked, so none may have been started yet.
            signals = try Signals([SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2], on: loop) { [signalled] in
                signalled.handle?($0)
            }
            agenda = Agenda(on: loop)
            reports = try Mailbox()
            hashing = try HashingThreads()
        } catch {
            throw .system(error.description)
        }
        do throws(TLSError) {
            tickets = try TicketKeys()
        } catch {
            throw .system("\(error)")
        }
        accessLogs = try AccessLogFiles(settings)
    }

    /// Serves until a signal ends it.
    ///
    /// - Throws: `ServeError` when it cannot start, or when a worker has failed.
    package func run() throws(ServeError) {
        signalled.handle = { [unowned self] in receive(signal: $0) }
        agenda.perform = { [unowned self] chore in perform(chore) }
        for problem in settings.problems { log.error("\(problem.text)") }
        for warning in settings.warnings { log.warning("\(warning)") }
        if let problem = accessLogs.problem { log.warning("\(problem) Standard output takes its place.") }
        do throws(SystemError) {
            try loop.receive(from: reports) { [unowned self] in receive($0) }
            try monitor.listen(on: loop, log: log) { [unowned self] in configurator?.freeze() }
            // Until the server that it takes over from has gone, that one answers.
            if !isSuccession { try answerQuestions() }
            configurator = try Configurator(settings, discovery: monitor, on: loop, log: log) { [unowned self] in
                serve($0)
            }
        } catch {
            throw .system(error.description)
        }
        configurator?.followStatuses()
        configurator?.start()
        loop.run()
        control?.close()
        accessLogs.close()
        if let failure { throw failure }
    }

    // MARK: - Serving

    private func serve(_ configuration: ServingConfiguration) {
        if workers == nil, isSuccession, !isFit(configuration) { return }
        let ports = configuration.snapshot.externalPorts
        var configuration = configuration
        let logs = accessLogs.files(configuration.snapshot.logFiles)
        configuration.logFiles = logs.files
        logProblems.update(logs.problems)
        if let workers {
            externalListeners?.close(except: ports)
            workers.serve(configuration)
        } else {
            startWorkers(configuration)
        }
        externalListeners?.open(ports)
        sayFollowing()
        if isReloading {
            isReloading = false
            notifier?.tell(.ready)
        }
    }

    private func startWorkers(_ configuration: ServingConfiguration) {
        let worker = WorkerSettings(settings)
        do throws(ListenError) {
            let workers = try WorkerThreads(
                count: workerCount, settings: worker, first: configuration,
                inherited: inheritance?.sockets ?? InheritedSockets(), hashing: hashing, log: accessLogs.writer,
                ticketKeys: tickets
            ) { [reports] in reports.post($0) }
            self.workers = workers
            externalListeners = ExternalListeners(
                http: settings.http, https: settings.https, on: loop, log: log,
                open: { address throws(ListenError) in try workers.listen(on: address) },
                close: { workers.stopListening(on: $0) })
            firstGeneration = configuration.snapshot.generation
            sayServing(workers)
        } catch {
            fail(ServeError(error, https: settings.https))
        }
    }

    private func sayServing(_ workers: WorkerThreads) {
        let list = { (addresses: [Endpoint]) in
            addresses.isEmpty ? "nowhere" : addresses.map(\.description).joined(separator: ", ")
        }
        log.info(
            """
            Portico \(ProductVersion.text) serves http on \(list(workers.httpAddresses)), https on \
            \(list(workers.httpsAddresses)), with \(workerCount) worker\(workerCount == 1 ? "" : "s")
            """)
    }

    /// nginx-proxy's line, for those who wait for it: the first configuration with the engine's containers is live.
    private func sayFollowing() {
        guard !isFollowingSaid, phase == .serving, configurator?.docker.isSynchronized == true else { return }
        isFollowingSaid = true
        log.info("Watching docker events")
    }

    private func receive(_ report: WorkerReport) {
        switch report {
        case .replaced: break
        case .serving(let generation):
            if generation == firstGeneration { liveWorkers += 1 }
            if phase == .starting, liveWorkers == workerCount {
                phase = .serving
                sayFollowing()
                isServing()
            }
        case .passedOver(let error, let host, let backend):
            failures.say("\(host): backend \(backend): \(error.reason), another one was asked", now: loop.now)
        case .failed(let error, let host, let backend):
            failures.say("\(host): backend \(backend): \(error.reason), answered \(error.status)", now: loop.now)
        case .said(let text, let host, let backend):
            failures.say("\(host): backend \(backend) says: \(text)", now: loop.now)
        case .throttled(let client, let host):
            throttled.say(
                "\(host): logins from \(client) have failed too often and have to wait (429); the access log has the users",
                now: loop.now)
        case .abused(let abuse, let client):
            abuses.say("client \(client): its HTTP/2 connection was ended for \(abuse.reason)", now: loop.now)
        case .crowded(let client):
            abuses.say(
                "client \(client): has the most connections while open files are getting scarce, and some were closed",
                now: loop.now)
        case .outOfDescriptors:
            failures.say(
                "Too many open files: idle connections are closed, or new ones have to wait. Raise the limit (ulimit -n).",
                now: loop.now)
        case .outOfMemory(isClients: true):
            failures.say(
                "Memory has come to its limit (--memory-limit): connections that held the most were closed",
                now: loop.now)
        case .outOfMemory(isClients: false):
            failures.say(
                "Memory has come to its limit (--memory-limit), and connections hold little of it: raise the limit",
                now: loop.now)
        case .ended(let error):
            ended(error)
        }
    }

    private func ended(_ error: (any Error)?) {
        endedWorkers += 1
        if let error, failure == nil {
            fail(.system("a worker has failed: \(error)"))
        } else if endedWorkers == workerCount {
            workers?.join()
            loop.stop()
        }
    }

    // MARK: - Questions

    private static func openControlSocket(_ settings: Settings, _ log: Logger) throws(ServeError) -> ControlListener? {
        do throws(ControlSocketError) {
            return try ControlListener(at: settings.controlSocket)
        } catch {
            guard !settings.isControlSocketRequired else { throw .controlSocket(error.description) }
            log.warning("\(error) Until then, `portico routes` cannot ask this server.")
            return nil
        }
    }

    func answer(_ path: String) -> ControlAnswer {
        if path == "/takeover" { return answerTakeover() }
        guard path == "/routes" || path == "/health" else { return .message(404, "ask for /routes or /health") }
        guard phase != .starting else { return .message(503, "the server is starting") }
        guard phase == .serving else { return .message(503, "the server is ending") }
        guard path == "/routes" else { return .message(200, "the server serves") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var report = configurator?.report
        report?.diagnostics += (externalListeners?.findings ?? []).map {
            RouteReport.Finding(severity: "error", text: $0)
        }
        guard let body = try? encoder.encode(report) else {
            return .message(500, "the routes cannot be told")
        }
        return ControlAnswer(status: 200, body: Array(body) + [0x0a])
    }

    // MARK: - Signals and the end

    private func receive(signal: Int32) {
        switch (signal, phase) {
        case (SIGHUP, .starting), (SIGHUP, .serving):
            log.info("Reading everything again")
            isReloading = true
            notifier?.tell(.reloading)
            configurator?.readAgain()
        case (SIGUSR1, _):
            reopenLogs()
        case (SIGUSR2, .serving):
            startSuccessor()
        case (SIGTERM, .starting), (SIGINT, .starting), (SIGTERM, .serving), (SIGINT, .serving):
            drain()
        case (SIGTERM, .draining), (SIGINT, .draining):
            log.info("Ending at once")
            stop()
        default:
            break
        }
    }

    private func reopenLogs() {
        for error in accessLogs.reopen() { log.error("\(error)") }
        if let errorLog, !errorLog.reopen() {
            log.error("\(errorLog.path) cannot be opened anew; the file that was open stays in use")
        }
    }

    private func drain() {
        phase = .draining
        offer?.withdraw()
        offer = nil
        notifier?.tell(.stopping)
        configurator?.stop()
        externalListeners?.stop()
        guard let workers else { return loop.stop() }
        log.info("Ending: requests under way may take \(settings.drainTimeout.components.seconds) s more")
        agenda.schedule(.cutOff, after: settings.drainTimeout)
        workers.drain()
    }

    private func stop() {
        phase = .stopping
        workers?.stop()
        agenda.schedule(.giveUp, after: Self.stopPatience)
    }

    private func perform(_ chore: Chore) {
        switch chore {
        case .watchdog:
            guard let notifier, let interval = notifier.watchdogInterval else { return }
            notifier.tell(.watchdog)
            agenda.schedule(.watchdog, after: interval)
        case .drain:
            configurator?.stop()
            workers?.drain()
        case .cutOff:
            log.warning("Some requests did not finish in time and are cut off")
            stop()
        case .giveUp:
            loop.stop()
        }
    }

    func fail(_ error: ServeError) {
        failure = error
        configurator?.stop()
        if workers == nil || endedWorkers == workerCount { return loop.stop() }
        stop()
    }

    /// As many connections as the system lets this process have (setrlimit(2)).
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
