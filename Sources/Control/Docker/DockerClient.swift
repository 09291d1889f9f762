internal import Bytes
internal import FoundationEssentials
internal import Logging
internal import Net
internal import Routing
internal import TLS

/// Follows a Docker engine: which containers run, where, and what they ask for.
///
/// The event stream is attached first and the list asked for afterwards, so that no change is missed. Everything is
/// asked again after each new connection and each minute. Without an engine it tries again for ever.
final class DockerClient {
    private enum Chore: CaseIterable {
        case connect
        case reconcile
        case retry
        case checkEvents
        case askFilters
    }

    private enum State {
        case idle
        case connecting
        case watching
    }

    /// The containers that run.
    private(set) var table = ContainerTable()
    /// Where this process runs, as the engine sees it.
    private(set) var place = ProxyPlace.host
    /// Whether the engine has said once what runs, and of each container what it is.
    private(set) var isSynchronized = false

    private let target: Settings.Docker
    private let engineSecurity: EngineSecurity?
    private let filters: ContainerFilters?
    private let pace: Pace
    private let loop: EventLoop
    private let log: Logger
    private let resolver: NameResolver
    private let changed: () -> Void
    private let agenda: Agenda<Chore>
    private var own: OwnPlace
    private var state = State.idle
    private var exchanges: [ObjectIdentifier: GetExchange] = [:]
    private var events = JSONStreamSplitter()
    private var heard = HeardEvents()
    private var address = SocketAddress.unix("")
    private var host = "docker"
    private var security: GetExchange.Security?
    private var version: APIVersion?
    /// The tries to connect in a row that have failed, or came to nothing soon.
    private var failures = 0
    private var attached: Instant?
    private var isFirstList = true
    private var isLossReported = false
    private var isRefusalReported = false
    private var lastError: APIError?
    private var unanswered: Set<String>?
    private var retries: [String: Int] = [:]
    private var unheard: Set<String> = []
    private var unfiltered: Set<String> = []
    private lazy var inspections = InspectionQueue(
        ask: { [unowned self] id, finished in ask(about: id, finished) },
        revision: { [unowned self] id in table.revision(of: id) },
        answered: { [unowned self] id, revision, result in inspected(id, revision, result) })

    /// A client that does nothing until `start()`; `changed` is called on the loop's thread after each change.
    ///
    /// - Parameters:
    ///   - security: how TLS is spoken to an engine that is reached over TCP; nil in the clear.
    ///   - filters: which containers count; nil for all.
    init(
        _ target: Settings.Docker, security: EngineSecurity? = nil, filters: ContainerFilters? = nil, own: OwnContainer,
        pace: Pace = Pace(), on loop: EventLoop, resolver: NameResolver,
        log: Logger,
        changed: @escaping () -> Void
    ) {
        self.target = target
        engineSecurity = security
        self.filters = filters
        self.own = OwnPlace(own)
        self.pace = pace
        self.loop = loop
        self.resolver = resolver
        self.log = log
        self.changed = changed
        agenda = Agenda(on: loop)
        agenda.perform = { [unowned self] chore in perform(chore) }
    }

    /// Connects, now and whenever the connection is lost.
    func start() {
        if target != .none { connect() }
    }

    /// Ends every connection.
    func stop() {
        disconnect()
        agenda.close()
    }

    /// Whether no answer is awaited that might change the table.
    var isSettled: Bool { inspections.isIdle }
    /// What `ContainerTable.takeTouched()` gives.
    func takeTouched() -> Set<String> { table.takeTouched() }

    /// Whether there is nothing to wait for before the first request: all is known, or nobody answers.
    var isReady: Bool { isSynchronized || target == .none || failures > 0 }

    /// How it stands with the engine, for people.
    var summary: String {
        switch (target, state) {
        case (.none, _): "not asked"
        case (_, .watching) where isSynchronized:
            "following \(address), API \(version.map { "\($0)" } ?? "without version"), \(table.count) containers run"
        case (_, .watching), (_, .connecting): "connecting"
        case (_, .idle): lastError.map { "not reached: \($0)" } ?? "not reached"
        }
    }

    /// Asks what a container is, in the engine's own words.
    func inspect(_ id: String, _ finished: @escaping (Result<[UInt8], APIError>) -> Void) {
        get("/containers/\(id)/json", finished)
    }

    /// Asks for everything again.
    func reconcileNow() {
        switch state {
        case .idle: start()
        case .connecting: break
        case .watching: reconcile()
        }
    }

    private func perform(_ chore: Chore) {
        switch chore {
        case .connect: connect()
        case .reconcile: reconcile()
        case .retry: retry()
        case .checkEvents: checkEvents()
        case .askFilters: askFilters()
        }
    }

    // MARK: - Connecting

    private func connect() {
        guard state == .idle else { return }
        agenda.cancel(.connect)
        state = .connecting
        switch target {
        case .none: break
        case .found:
            let paths = DockerAddress.found()
            guard !paths.isEmpty else {
                let places = DockerAddress.defaultPaths.joined(separator: " or ")
                return lost(.unreachable("there is no socket at \(places)"))
            }
            askVersion(at: .unix(paths[failures % paths.count]), host: "docker")
        case .at(.unix(let path)): askVersion(at: .unix(path), host: "docker")
        case .at(.tcp(let name, let port)):
            resolver.resolve(name) { [weak self] addresses in
                guard let self, state == .connecting else { return }
                guard !addresses.isEmpty else { return lost(.unreachable("the name \(name) has no address")) }
                // Each try takes the next address, so that one that does not answer is passed over.
                let address = addresses[failures % addresses.count]
                do {
                    security = try makeSecurity(for: name)
                } catch {
                    return lost(.unreachable("\(error)"))
                }
                askVersion(at: .ip(Endpoint(address: address, port: port)), host: "\(name):\(port)")
            }
        }
    }

    /// Reads the files anew for each connection, so that replaced ones are taken up.
    private func makeSecurity(for name: String) throws -> GetExchange.Security? {
        guard let engineSecurity else { return nil }
        let engine = try security?.engine ?? TLSEngine(selector: CertificateSelector(), ticketKeys: TicketKeys())
        return GetExchange.Security(
            engine: engine, context: try engineSecurity.context(), serverName: ByteString(name.lowercased()))
    }

    private func askVersion(at address: SocketAddress, host: String) {
        self.address = address
        self.host = host
        version = nil
        get("/version") { [unowned self] result in
            switch result {
            case .failure(let error): lost(error)
            case .success(let answer):
                version = APIVersion(versionAnswer: answer)
                attach()
            }
        }
    }

    private func attach() {
        events = JSONStreamSplitter()
        let delivery = GetExchange.Delivery.stream(
            opened: { [unowned self] in
                state = .watching
                attached = loop.now
                isFirstList = true
                reconcile()
            },
            received: { [unowned self] piece in receive(piece) })
        get(DockerEvent.path(since: heard.since(FileStamp.now)), delivery: delivery) { [unowned self] result in
            switch result {
            case .success: lost(.unreachable("the engine ended its stream of events"))
            case .failure(let error): lost(error)
            }
        }
    }

    private func lost(_ error: APIError) {
        if let attached, loop.now.since(attached) > pace.pause { failures = 0 }
        disconnect()
        lastError = error
        reportLoss(error)
        let pause = min(Duration.milliseconds(100) * (1 << min(failures, 6)), pace.pause)
        failures += 1
        agenda.schedule(.connect, after: pause * Double.random(in: 0.75...1.25))
    }

    private func reportLoss(_ error: APIError) {
        guard !isLossReported else { return }
        isLossReported = true
        let name = if case .at(let address) = target { " at \(address)" } else { "" }
        if isSynchronized {
            log.warning("Lost the Docker engine\(name): \(error). Keeping its containers and trying again.")
        } else {
            log.warning("No Docker engine\(name): \(error). Serving what the files say, and trying again.")
        }
    }

    private func disconnect() {
        state = .idle
        attached = nil
        for exchange in exchanges.values { exchange.cancel() }
        exchanges = [:]
        inspections.cancelAll()
        agenda.cancelAll()
        unanswered = nil
        unheard = []
        unfiltered = []
    }

    // MARK: - Events

    private func receive(_ piece: UnsafeRawBufferPointer) {
        heard.note(FileStamp.now)
        events.append(piece) { [unowned self] piece in
            switch piece {
            case .value(let json): take(json)
            case .dropped(let fault): log.warning("Skipped an event of the Docker engine: \(fault)")
            }
        }
    }

    private func take(_ json: [UInt8]) {
        do throws(APIError) {
            guard let event = try DockerEvent.decode(json) else { return }
            unheard.remove(event.id)
            retries[event.id] = nil
            apply(table.apply(event, now: loop.now), isUrgent: true)
            if filters != nil, unfiltered.insert(event.id).inserted {
                agenda.schedule(.askFilters, after: pace.filter)
            }
            checkSynchronized(event.id)
        } catch {
            log.warning("Skipped an event of the Docker engine: \(error)")
        }
    }

    private func apply(_ effect: ContainerTable.Effect, isUrgent: Bool) {
        for id in effect.inspect { inspections.add(id, isUrgent: isUrgent) }
        if updatePlace() || effect.isChanged { changed() }
    }

    /// Finds out anew where this process runs, and says whether that has changed.
    private func updatePlace() -> Bool {
        let before = place
        place = own.place(in: table)
        return place != before
    }

    private func askFilters() {
        for id in unfiltered where table.revision(of: id) != nil { inspections.add(id, isUrgent: true) }
        unfiltered = []
    }

    /// Connects anew when a list knew of containers that no event told of.
    private func checkEvents() {
        guard !unheard.isEmpty else { return }
        lost(.unreachable("its stream of events has gone silent"))
    }

    // MARK: - Lists and inspections

    private func reconcile() {
        agenda.schedule(.reconcile, after: pace.reconcile)
        get("/networks") { [unowned self] result in
            // Proxies before the socket often forbid this; it only matters to containers with host networking.
            guard case .success(let answer) = result, let networks = NetworkReport.internalNames(in: answer) else {
                return
            }
            own.internalNetworks = networks
            if updatePlace() { changed() }
        }
        let mark = table.mark
        get("/containers/json?filters=\(QueryText.escaped(#"{"status":["running"]}"#))") { [unowned self] result in
            switch result {
            case .failure(let error): lost(error)
            case .success(let answer): listed(answer, mark: mark)
            }
        }
    }

    private func listed(_ answer: [UInt8], mark: UInt64) {
        guard let (ids, isComplete) = ListedContainer.identifiers(in: answer) else {
            return lost(.unreadable("a list of containers"))
        }
        if !isComplete { log.warning("The Docker engine's list holds containers that cannot be read.") }
        let (effect, news) = table.listed(ids, isComplete: isComplete, mark: mark, now: loop.now)
        if !isFirstList, !news.isEmpty {
            unheard.formUnion(news)
            agenda.schedule(.checkEvents, after: pace.event)
        }
        isFirstList = false
        if isLossReported, isSynchronized { log.info("The Docker engine is back.") }
        isLossReported = false
        if !isSynchronized { unanswered = Set(ids) }
        apply(effect, isUrgent: false)
        checkSynchronized(nil)
    }

    /// Asks what a container is, and before that whether the filters let it in. One that they leave out is still looked at:
    /// it may be the own one.
    private func ask(
        about id: String, _ finished: @escaping (Result<Inspection, APIError>) -> Void
    ) -> () -> Void {
        var current: GetExchange?
        let look = { [unowned self] (isAdmitted: Bool) in
            current = get("/containers/\(id)/json") { result in
                finished(result.map { Inspection(json: $0, isAdmitted: isAdmitted) })
            }
        }
        guard let filters else {
            look(true)
            return { current?.cancel() }
        }
        let path = "/containers/json?all=1&filters=\(QueryText.escaped(filters.json(for: id)))"
        current = get(path) { [unowned self] result in
            switch result {
            case .success(let answer):
                look(ListedContainer.identifiers(in: answer)?.ids.contains(id) == true)
            case .failure(.refused(let status, let message)):
                if !isRefusalReported {
                    log.error(
                        """
                        The Docker engine refuses DOCKER_CONTAINER_FILTERS, so that no container gets requests: status \
                        \(status), \(message)
                        """)
                }
                isRefusalReported = true
                look(false)
            case .failure(let error): finished(.failure(error))
            }
        }
        return { current?.cancel() }
    }

    private func inspected(_ id: String, _ revision: UInt64, _ result: Result<Inspection, APIError>) {
        do throws(APIError) {
            let inspection = try result.get()
            var answer = try InspectedContainer(json: inspection.json)
            answer.isAdmitted = inspection.isAdmitted
            retries[id] = nil
            own.consider(answer, in: table)
            if !answer.isRunning { unheard.remove(id) }
            apply(table.inspected(id, revision: revision, answer), isUrgent: true)
        } catch .refused(status: 404, _) {
            retries[id] = nil
            unheard.remove(id)
            apply(table.inspected(id, revision: revision, nil), isUrgent: true)
        } catch {
            let count = retries[id, default: 0] + 1
            retries[id] = count
            if count == 1 { log.warning("The Docker engine does not say what container \(id.prefix(12)) is: \(error)") }
            agenda.schedule(.retry, after: pace.answer)
            // A connection that breaks is no answer, until it has become a habit.
            if case .unreachable = error, count <= pace.retries { return }
        }
        checkSynchronized(id)
    }

    /// Asks again about containers that got no answer, a few times; the next list does so as well.
    private func retry() {
        retries = retries.filter { table.revision(of: $0.key) != nil }
        for (id, count) in retries where count <= pace.retries { inspections.add(id, isUrgent: false) }
    }

    /// Notes that the container may be known now, or gone, or that there is no answer about it.
    private func checkSynchronized(_ id: String?) {
        guard !isSynchronized else { return }
        if let id, table.container(id) != nil || table.revision(of: id) == nil || retries[id] != nil {
            unanswered?.remove(id)
        }
        guard unanswered?.isEmpty == true else { return }
        isSynchronized = true
        unanswered = nil
        changed()
    }

    @discardableResult
    private func get(
        _ path: String, delivery: GetExchange.Delivery = .whole,
        _ finished: @escaping (Result<[UInt8], APIError>) -> Void
    ) -> GetExchange {
        let prefix = version.map { "/v\($0)" } ?? ""
        var key: ObjectIdentifier?
        let exchange = GetExchange(
            prefix + path, host: host, at: address, security: security, on: loop, timeout: pace.answer,
            delivery: delivery
        ) { [unowned self] result in
            if let key { exchanges[key] = nil }
            finished(result)
        }
        key = ObjectIdentifier(exchange)
        exchanges[ObjectIdentifier(exchange)] = exchange
        return exchange
    }
}
