internal import Bytes
internal import Logging
internal import Net
internal import Proxy
internal import Routing

/// Keeps the configuration true: learns of containers, files and names, and publishes a new configuration after a change.
///
/// A change marks the configuration as outdated; at the end of the loop's turn, or a little later in the middle of a burst,
/// a new one is built. What is broken keeps its last good version there.
final class Configurator {
    /// How long the first configuration waits for an engine that was reached and does not answer, and for names.
    static let startPatience = Duration.seconds(3)
    /// How long a new configuration waits for the rest of a burst of changes.
    static let burstPatience = Duration.milliseconds(20)
    /// The longest pause between two configurations.
    static let longestPause = Duration.milliseconds(500)
    /// How often names are looked up again.
    static let lookUpInterval = Duration.seconds(60)
    /// The most names that are remembered; those beyond have no address.
    static let nameLimit = 4096

    /// How often certificates are judged again, whether or not anything has changed.
    static let judgeInterval = Duration.seconds(6 * 3600)

    private enum Chore: CaseIterable {
        case build
        case judge
        case stopWaiting
        case lookUp
    }

    /// The engine that is followed.
    let docker: Discovery
    /// What was published last, and what was found while it was built.
    private(set) var current: ServingBuilder.Result?

    private let loop: EventLoop
    private let agenda: Agenda<Chore>
    private let resolver: NameResolver
    private let builder: ServingBuilder
    private let watcher: FolderWatcher
    private let log: Logger
    private var statuses: CertificateStatuses?
    private let publish: (ServingConfiguration) -> Void
    private var diagnostics: DiagnosticLog
    private var outdated: Instant?
    private var earliestBuild: Instant
    private var isWaiting = true
    private var isFrozen = false
    private var names: [String: [IPAddress]] = [:]
    private var lookUps: Set<String> = []

    /// A configurator that does nothing until `start()`.
    ///
    /// - Parameters:
    ///   - settings: where everything is.
    ///   - loop: the loop of the calling thread.
    ///   - source: what follows the engine; nil for a thread of this process.
    ///   - log: where diagnostics go, each once.
    ///   - publish: takes each configuration, on the loop's thread.
    /// - Throws: `SystemError` when the kernel gives no descriptor for the watch or for threads that look names up.
    init(
        _ settings: Settings, discovery source: (any DiscoverySource)? = nil, on loop: EventLoop, log: Logger,
        publish: @escaping (ServingConfiguration) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.publish = publish
        self.log = log
        agenda = Agenda(on: loop)
        resolver = try NameResolver(on: loop)
        builder = ServingBuilder(settings)
        diagnostics = DiagnosticLog(log)
        earliestBuild = loop.now
        let relay = Relay()
        watcher = try FolderWatcher(on: loop) { relay.filesChanged?($0) }
        docker = Discovery(settings, from: source ?? DiscoveryThread(settings), on: loop, log: log) {
            relay.containersChanged?()
        }
        relay.filesChanged = { [unowned self] in lookAtFiles($0) }
        relay.containersChanged = { [unowned self] in setOutdated() }
        builder.files.isBeingWritten = { [unowned watcher] in watcher.isBeingWritten($0) }
        builder.files.areSomeBeingWritten = { [unowned watcher] in watcher.areSomeBeingWritten }
        builder.pathsBeingWritten = { [unowned watcher] in watcher.pathsBeingWritten }
        agenda.perform = { [unowned self] chore in perform(chore) }
    }

    /// What the parts are given to call before the whole of them stands.
    private final class Relay {
        var filesChanged: ((FileNews) -> Void)?
        var containersChanged: (() -> Void)?
    }

    /// Begins to learn. The first configuration is published when the engine has said what runs, or cannot be reached.
    func start() {
        loop.turnEnded = { [unowned self] in buildIfDue() }
        agenda.schedule(.stopWaiting, after: Self.startPatience)
        agenda.schedule(.lookUp, after: Self.lookUpInterval)
        agenda.schedule(.judge, after: Self.judgeInterval)
        watcher.watch(builder.paths)
        docker.start()
        setOutdated()
    }

    /// From now on asks authorities about certificates, for those who serve them.
    func followStatuses() {
        if statuses == nil { statuses = CertificateStatuses(on: loop, resolver: resolver, log: log) }
    }

    /// Reads and asks for everything again.
    func readAgain() {
        guard !isFrozen else { return }
        builder.forget()
        docker.reconcileNow()
        lookUpAgain()
        setOutdated()
    }

    /// Reads and asks for nothing any more, and goes on with what is known: without the process that opens files a folder
    /// might seem to be empty, and with it the rules of a host.
    func freeze() {
        isFrozen = true
        docker.stop()
        watcher.close()
    }

    /// Learns nothing more.
    func stop() {
        loop.turnEnded = nil
        docker.stop()
        statuses?.close()
        watcher.close()
        agenda.close()
    }

    /// What is routed now.
    var report: RouteReport? {
        current.map { RouteReport($0.configuration.snapshot, diagnostics: $0.diagnostics, docker: docker.summary) }
    }

    private func perform(_ chore: Chore) {
        switch chore {
        case .build: buildIfDue()
        case .judge:
            agenda.schedule(.judge, after: Self.judgeInterval)
            setOutdated()
        case .stopWaiting:
            isWaiting = false
            if current == nil { setOutdated() }
        case .lookUp: lookUpAgain()
        }
    }

    // MARK: - Changes

    private func lookAtFiles(_ news: FileNews) {
        if builder.refresh(news) { setOutdated() }
        watcher.watch(builder.paths)
    }

    private func setOutdated() {
        guard outdated == nil else { return }
        outdated = loop.now
        agenda.schedule(.build, after: Self.burstPatience)
    }

    private func buildIfDue() {
        guard let since = outdated else { return }
        if current == nil, isWaiting, !docker.isReady { return }
        // While answers are under way that belong to the same change, a moment more makes one build of several.
        if !docker.isSettled, loop.now.since(since) < Self.burstPatience { return }
        guard loop.now >= earliestBuild else {
            agenda.schedule(.build, after: earliestBuild.since(loop.now))
            return
        }
        build()
    }

    private func build() {
        let start = Instant.now
        let isFirst = current == nil
        outdated = nil
        agenda.cancel(.build)
        let result = builder.build(containers: docker.routable, place: docker.place, names: names)
        lookUp(result.configuration.snapshot.unresolvedNames)
        if !isFrozen { watcher.watch(builder.paths) }
        if current == nil, isWaiting, !lookUps.isEmpty { return }
        current = result
        publish(result.configuration)
        statuses?.follow(result.statusInquiries)
        diagnostics.update(result.diagnostics)
        // Where a build takes long, every second moment at least is left for events to gather. The first one makes all hosts,
        // and says nothing of how long the next takes.
        if !isFirst { earliestBuild = .now + min(Instant.now.since(start), Self.longestPause) }
    }

    // MARK: - Names

    private func lookUp(_ wanted: [String]) {
        for name in wanted where names[name] == nil && names.count + lookUps.count < Self.nameLimit {
            guard lookUps.insert(name).inserted else { continue }
            resolver.resolve(name) { [weak self] addresses in self?.found(name, addresses) }
        }
    }

    private func lookUpAgain() {
        agenda.schedule(.lookUp, after: Self.lookUpInterval)
        for name in names.keys where lookUps.insert(name).inserted {
            resolver.resolve(name) { [weak self] addresses in self?.found(name, addresses) }
        }
    }

    /// A name that cannot be looked up now keeps the addresses that it had.
    private func found(_ name: String, _ addresses: [IPAddress]) {
        lookUps.remove(name)
        let before = names[name]
        names[name] = addresses.isEmpty ? before ?? [] : addresses
        if names[name] != before { setOutdated() }
    }
}
