internal import Bytes
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
    }

    /// The operator's files.
    let files: FileStore
    /// The paths that somebody is writing to at the moment.
    var pathsBeingWritten: () -> Set<String> = { [] }

    private let settings: Settings
    private let clock: () -> Int64
    private var certificates: CertificateFolder
    private var selectors = CertificateSelectorBuilder()
    private var passwords: [String: (content: FileContent, source: PasswordSource)] = [:]
    private var authorities = BackendAuthorities()
    private var previous: RoutingSnapshot?

    /// A builder that has read the certificates, and reads other files as they are needed.
    ///
    /// - Parameter clock: the time in seconds since 1970, to judge certificates by.
    init(_ settings: Settings, clock: @escaping () -> Int64 = { FileStamp.now / 1_000_000_000 }) {
        self.settings = settings
        self.clock = clock
        files = FileStore(folders: settings.folders)
        certificates = CertificateFolder.read(settings.folders.certificates)
    }

    /// Everything that the last build depended on, to be watched: the folders, and files that lie elsewhere.
    var paths: Set<String> {
        let folders: Set = [
            settings.folders.certificates, settings.folders.virtualHosts, settings.folders.passwords,
            settings.folders.htpasswd,
        ]
        return folders.union(files.paths.filter { !folders.contains(Folders.parent(of: $0)) })
    }

    /// Looks whether files have changed, and says whether a new build may come to something else.
    func refresh() -> Bool {
        var isChanged = !files.refresh().isEmpty
        // A pair is written in two steps at least; what is read in between would only be reported as broken.
        let isBeingWritten = pathsBeingWritten().contains { $0.hasSuffix(".crt") || $0.hasSuffix(".key") }
        if !isBeingWritten {
            let new = CertificateFolder.read(settings.folders.certificates, previous: certificates)
            if !Self.isSame(new, certificates) { isChanged = true }
            certificates = new
        }
        return isChanged
    }

    /// Forgets what was read, so that the next build reads all of it.
    func forget() {
        files.forget()
        // Pairs that are broken just now keep their last good certificate; those that did not change cost little.
        certificates = CertificateFolder.read(settings.folders.certificates, previous: certificates)
    }

    /// Builds from the files and the given state of everything else.
    func build(
        containers: [Container] = [], place: ProxyPlace = .host, names: [String: [IPAddress]] = [:]
    ) -> Result {
        let snapshot = SnapshotBuilder.build(
            SnapshotInputs(
                containers: containers, place: place, settings: settings.routing, files: files,
                certificateNames: settings.https.isEmpty ? [] : Set(certificates.certificates.keys),
                resolvedNames: names, previous: previous))
        previous = snapshot
        let selector = selector(for: snapshot)
        updatePasswords(snapshot.passwordFiles)
        authorities.update(snapshot, folder: settings.folders.certificates, files: files)
        files.forgetUnused()
        return Result(
            configuration: ServingConfiguration(
                snapshot: snapshot, passwordFiles: passwords.mapValues(\.source), certificates: selector,
                backendContexts: authorities.contexts),
            diagnostics: snapshot.diagnostics + certificateDiagnostics + passwordDiagnostics(snapshot)
                + authorities.diagnostics)
    }

    // MARK: - Certificates

    private func selector(for snapshot: RoutingSnapshot) -> CertificateSelector {
        var pairs: [ByteString: String] = [:]
        for host in snapshot.hosts {
            guard let pair = host.certificate else { continue }
            for name in host.names { pairs[Self.certificateName(name)] = pair }
        }
        // A regular expression does not tell which names it matches. Those that its certificate is for do as well: a client
        // that asks for another would not accept it.
        for host in snapshot.hosts {
            guard case .pattern? = host.names.first, let pair = host.certificate else { continue }
            for name in certificates.certificates[pair]?.subjectNames ?? [] {
                let name = ByteString(name.lowercased())
                if pairs[name] == nil { pairs[name] = pair }
            }
        }
        let defaultPair = snapshot.defaultHost.flatMap { snapshot.hosts[$0].certificate }
        return selectors.build(
            certificates: certificates.certificates, hosts: pairs, defaultPair: defaultPair ?? "default")
    }

    /// A host's name as certificates have it: an IPv6 address without brackets.
    private static func certificateName(_ name: HostPattern) -> ByteString {
        let text = name.text
        return ByteString(text.hasPrefix("[") ? String(text.dropFirst().dropLast()) : text)
    }

    private var certificateDiagnostics: [Diagnostic] {
        guard !settings.https.isEmpty else { return [] }
        let problems = certificates.problems.map { problem -> Diagnostic in
            let path = problem.error.path
            guard !problem.pair.isEmpty else {
                return Diagnostic(
                    .warning, at: .wholeFile(path),
                    "no certificates: " + Self.message(problem.error.description, without: path),
                    hint: "make the folder, or turn TLS off with --https off")
            }
            let kept = problem.keepsPrevious ? "; the one that was read before stays in use" : ""
            return Diagnostic(
                .error, at: .wholeFile(path), Self.message(problem.error.description, without: path) + kept)
        }
        let refusals = selectors.problems.sorted { $0.key < $1.key }.map { pair, error in
            Diagnostic(.error, at: .wholeFile("\(certificates.path)/\(pair).crt"), "cannot be served: \(error)")
        }
        let warnings = certificates.certificates.sorted { $0.key < $1.key }.flatMap { pair, certificate in
            certificate.warnings(at: clock()).map {
                Diagnostic(.warning, at: .wholeFile("\(certificates.path)/\(pair).crt"), $0)
            }
        }
        return problems + refusals + warnings
    }

    private static func isSame(_ a: CertificateFolder, _ b: CertificateFolder) -> Bool {
        a.problems == b.problems && a.certificates.count == b.certificates.count
            && a.certificates.allSatisfy { b.certificates[$0.key] === $0.value }
    }

    private static func message(_ text: String, without path: String) -> String {
        text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
    }

    // MARK: - Passwords

    private func updatePasswords(_ paths: [String]) {
        var updated: [String: (content: FileContent, source: PasswordSource)] = [:]
        for path in paths {
            let content = files.content(of: path)
            if let known = passwords[path], known.content == content {
                updated[path] = known
            } else {
                updated[path] = (content, Self.source(content, path))
            }
        }
        passwords = updated
    }

    private static func source(_ content: FileContent, _ path: String) -> PasswordSource {
        switch content {
        case .bytes(let bytes) where bytes.count <= PasswordFile.sizeLimit: .loaded(PasswordFile(parsing: bytes))
        case .missing: .missing(path: path)
        // Read once more for the exact reason.
        case .bytes, .unreadable: .load(path)
        }
    }

    private func passwordDiagnostics(_ snapshot: RoutingSnapshot) -> [Diagnostic] {
        snapshot.passwordFiles.flatMap { path -> [Diagnostic] in
            switch passwords[path]?.source {
            case .loaded(let file):
                return file.problems.map { problem in
                    Diagnostic(
                        problem.isError ? .error : .warning,
                        at: .file(path, SourcePosition(line: problem.line, column: 1)), problem.message)
                }
            case .missing, nil:
                let host = Self.host(of: path, in: snapshot)
                return [
                    Diagnostic(
                        .error, at: .wholeFile(path), "there is no such password file, so \(host) answers 403",
                        hint: "make it with: portico passwd set \(host) USER")
                ]
            case .unreadable(let error):
                return [
                    Diagnostic(
                        .error, at: .wholeFile(path),
                        Self.message(error.description, without: path)
                            + ", so \(Self.host(of: path, in: snapshot)) answers 500")
                ]
            }
        }
    }

    private static func host(of path: String, in snapshot: RoutingSnapshot) -> String {
        let host = snapshot.hosts.first { host in
            host.locations.contains { $0.settings.authentication?.file == path }
        }
        return host?.name.text ?? "-"
    }
}
