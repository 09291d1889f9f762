internal import Bytes
internal import Net
internal import Passwords
internal import Proxy
internal import Routing
internal import TLS

/// Builds what is served, from the operator's files and from what is known of containers and names.
///
/// The same builder serves the running server and `portico check`, so that they cannot disagree.
final class ServingBuilder {
    /// What a build came to.
    struct Result {
        /// What the workers serve by.
        let configuration: ServingConfiguration
        /// What was found wrong or worth saying, in a stable order.
        let diagnostics: [Diagnostic]
        /// What is to be asked about certificates, by pair.
        var statusInquiries: [String: StatusInquiry] = [:]
    }

    /// The operator's files.
    let files: FileStore
    /// The paths that somebody is writing to at the moment.
    var pathsBeingWritten: () -> Set<String> = { [] }

    private let settings: Settings
    private let clock: () -> Int64
    private var certificates: ServedCertificates
    private var passwords: [String: KnownPasswords] = [:]
    private var authorities = BackendAuthorities()
    private var clients = ClientRules()
    private var keyExchange = KeyExchangeFiles()
    private var statuses = StatusInquiries()
    private var snapshots = SnapshotBuilder()
    private var previous: RoutingSnapshot?
    /// What has changed since the last build, by path or pattern; nil for everything.
    private var changes: Set<String>?

    /// A builder that has read the certificates, and reads other files as they are needed.
    ///
    /// - Parameter clock: the time in seconds since 1970, to judge certificates by.
    init(_ settings: Settings, clock: @escaping () -> Int64 = { FileStamp.now / 1_000_000_000 }) {
        self.settings = settings
        self.clock = clock
        files = FileStore(folders: settings.folders)
        certificates = ServedCertificates(
            settings.folders.certificates, policy: settings.routing.tlsPolicy,
            speaksHTTP2: settings.routing.speaksHTTP2)
    }

    /// Everything that the last build depended on, to be watched: the folders, and files that lie elsewhere.
    var paths: Set<String> { files.paths }

    /// Looks whether files have changed, and says whether a new build may come to something else.
    func refresh(_ news: FileNews = .somewhere) -> Bool {
        let changed = files.refresh(news)
        changes?.formUnion(changed)
        var isChanged = !changed.isEmpty
        let folder = settings.folders.certificates
        if case .named(let paths) = news, !paths.contains(where: { Folders.parent(of: $0) == folder }) {
            return isChanged
        }
        // A pair is written in two steps at least; what is read in between would only be reported as broken. So would a
        // name that is there before its bytes are.
        let isBeingWritten = pathsBeingWritten().contains { path in
            [".crt", ".key", ".pem"].contains { path.hasSuffix($0) }
        }
        if !isBeingWritten, certificates.refresh() { isChanged = true }
        return isChanged
    }

    /// Forgets what was read, so that the next build reads all of it.
    func forget() {
        files.forget()
        changes = nil
        _ = certificates.refresh()
    }

    /// Builds from the files and the given state of everything else.
    func build(
        containers: [Container] = [], place: ProxyPlace = .host, names: [String: [IPAddress]] = [:]
    ) -> Result {
        var inputs = SnapshotInputs(
            containers: containers, place: place, settings: settings.routing, files: files,
            certificateNames: settings.https.isEmpty ? [] : Set(certificates.folder.certificates.keys),
            tlsPolicies: Set(TLSPolicy.supported.keys),
            resolvedNames: names, previous: previous)
        inputs.certificateFiles = certificates.folder.fileNames
        inputs.fileChanges = changes
        inputs.concurrently = Thread.perform
        let folderFaults = folderFaults
        inputs.folderFault = folderFaults.shutting
        var snapshot = snapshots.build(inputs)
        previous = snapshot
        clients.update(snapshot, folder: settings.folders.certificates, files: files, at: clock())
        for index in snapshot.hosts.indices where !clients.faults.isEmpty {
            guard let fault = clients.faults[snapshot.hosts[index].name] else { continue }
            snapshot.hosts[index].shut = .init(diagnostic: fault)
        }
        keyExchange.update(
            certificates.folder, standard: settings.folders.keyExchange, bits: settings.keyExchangeBits, files: files)
        statuses.update(certificates.folder, files: files)
        let selector = certificates.selector(
            for: snapshot, clients: clients.verifications, keyExchange: keyExchange)
        let demands = certificates.demands(for: snapshot, clients: clients.verifications)
        passwords = Dictionary(
            uniqueKeysWithValues: snapshot.passwordFiles.map { path in
                (path, KnownPasswords(files.content(of: path), at: path, previous: passwords[path]))
            })
        authorities.update(snapshot, folder: settings.folders.certificates, files: files)
        let page = errorPage()
        files.forgetUnused(among: changes)
        changes = []
        var configuration = ServingConfiguration(
            snapshot: snapshot, passwordFiles: passwords.mapValues(\.source), certificates: selector,
            backendContexts: authorities.contexts, connectionDemands: demands)
        configuration.errorPage = page.bytes
        return Result(
            configuration: configuration,
            diagnostics: folderFaults.diagnostics + snapshot.diagnostics + certificateDiagnostics(snapshot)
                + snapshot.passwordFiles.flatMap { passwords[$0]?.diagnostics(in: snapshot) ?? [] }
                + authorities.diagnostics + clients.diagnostics + keyExchange.diagnostics + statuses.diagnostics
                + page.diagnostics,
            statusInquiries: statuses.byPair)
    }

    /// Folders of rules that are there and cannot be read. Where it is not known what one held before, nobody knows either who
    /// may come in.
    private var folderFaults: (shutting: Diagnostic?, diagnostics: [Diagnostic]) {
        var faults = [files.hostFolder, files.passwordFolder].compactMap { files.fault(of: $0) }
        if !settings.https.isEmpty, let reason = certificates.folder.fault {
            faults.append(FolderFault(path: certificates.folder.path, reason: reason, isKept: false))
        }
        let diagnostics = faults.map { fault in
            let consequence =
                fault.isKept
                ? "the files that it held before count as they are, and no new ones"
                : "all hosts are answered with 503, because its files may say who may come in"
            return Diagnostic(
                .error, at: .wholeFile(fault.path), "the folder cannot be read: \(fault.reason); \(consequence)",
                hint: "let the user that Portico runs as read it")
        }
        return (zip(faults, diagnostics).first { !$0.0.isKept }?.1, diagnostics)
    }

    /// What clients are shown where no host can answer, from `errors/50x.html`.
    private func errorPage() -> (bytes: [UInt8]?, diagnostics: [Diagnostic]) {
        let path = Folders.joined(settings.folders.pages, "errors/50x.html")
        switch files.content(of: path) {
        case .bytes(let bytes) where bytes.count <= Self.longestPage: return (bytes, [])
        case .bytes:
            return (
                nil,
                [Diagnostic(.error, at: .wholeFile(path), "the page is larger than \(Self.longestPage >> 10) KiB")]
            )
        case .missing: return (nil, [])
        case .unreadable(let reason): return (nil, [Diagnostic(.error, at: .wholeFile(path), reason)])
        }
    }

    /// A worker sends it in one piece.
    private static let longestPage = 64 << 10

    private func certificateDiagnostics(_ snapshot: RoutingSnapshot) -> [Diagnostic] {
        settings.https.isEmpty ? [] : certificates.diagnostics(for: snapshot, at: clock())
    }
}
