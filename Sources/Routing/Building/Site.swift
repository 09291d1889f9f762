internal import Bytes

/// A virtual host on its way into a snapshot.
final class Site {
    /// The host's name, which is the text of its first pattern.
    let name: ByteString
    /// The patterns of the name itself.
    let patterns: [HostPattern]
    /// The containers that ask for it, oldest first, each once.
    private(set) var containers: [Container] = []
    /// What they ask for, by path.
    private var paths: [LocationMatch: SitePath] = [:]
    /// What its file says.
    var file: CompiledFile?
    /// Set where its file cannot be read and may say who may come in.
    var shut: VirtualHost.Shut?
    /// Where it is served over http.
    var httpPort = HostPort.standard
    /// Where it is served over https.
    var httpsPort = HostPort.standard

    /// The names of its files for locations.
    var locationFiles: Set<String> = []
    /// What was read for its files, by path or pattern.
    var sources: Set<String> = []
    /// The hosts, there or not, whose containers it asked for.
    var dependencies: Set<ByteString> = []
    /// What its containers and files were found to be.
    var siteFindings = Findings()
    /// What was found when its ports were settled.
    var portFindings = Findings()
    /// What was found when it became a host.
    var hostFindings = Findings()
    /// The host that it became.
    var object: SharedHost?

    /// A host without containers and file.
    init(patterns: [HostPattern]) {
        self.patterns = patterns
        name = Self.name(of: patterns)
    }

    /// The host's name or address as other protocols have it, an IPv6 address without brackets; nil for a pattern.
    var plainName: ByteString? {
        guard case .exact(let name)? = patterns.first else { return nil }
        return name.bytes.first == UInt8(ascii: "[") ? ByteString(Array(name.bytes.dropFirst().dropLast())) : name
    }

    /// The paths that containers ask for, in the order of nginx-proxy's locations.
    var orderedPaths: [SitePath] {
        paths.values.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    }

    /// What names it in the names of files: for a regular expression, which may hold any byte, its digest.
    var fileName: String { isRegex ? SHA1.hex(name.text) : name.text }

    /// Whether the name is a regular expression.
    var isRegex: Bool { if case .pattern = patterns.first { true } else { false } }

    /// Whether one of its containers says something of this kind.
    func hasContainer(saying variables: String...) -> Bool {
        containers.contains { container in variables.contains { container.value($0) != nil } }
    }

    /// Makes sure that there is a path that covers all others.
    func addRoot() {
        guard !paths.values.contains(where: \.isRoot) else { return }
        paths[.prefix("/")] = SitePath(.prefix("/"), text: "/", of: name)
    }

    /// Notes that a container asks for a path, which it wrote as `text`.
    func add(_ container: Container, asking match: LocationMatch, text: String) {
        if !containers.contains(where: { $0.id == container.id }) { containers.append(container) }
        let path = paths[match] ?? SitePath(match, text: text, of: name)
        paths[match] = path
        if path.containers.last?.id != container.id { path.containers.append(container) }
    }

    /// How the host's backends are reached over TLS; `name` is what its file calls them.
    func tls(to name: ByteString? = nil) -> UpstreamTLS {
        UpstreamTLS(
            serverName: file?.backendName ?? name ?? plainName, host: ByteString(fileName),
            authorities: file?.backendAuthorities)
    }

    /// The name of a host with these patterns.
    static func name(of patterns: [HostPattern]) -> ByteString {
        if case .exact(let name)? = patterns.first { name } else { ByteString(patterns.first?.text ?? "") }
    }
}
