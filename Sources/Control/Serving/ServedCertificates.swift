internal import Bytes
internal import Routing
internal import TLS

/// The certificates of the operator's folder, and how each host is served with them.
struct ServedCertificates {
    /// The folder as it was when it was last read.
    private(set) var folder: CertificateFolder
    /// The policy of hosts that ask for none of their own.
    let policy: TLSPolicy

    /// Whether clients may speak HTTP/2 that name no host that is known.
    private let speaksHTTP2: Bool
    private var selectors: CertificateSelectorBuilder
    private let asked: String
    private var last: Last?

    /// Counts what the folder held.
    private var version = 0
    private var uncovered = UncoveredNames()
    /// The hosts of the last selector, and the policies of those that ask for one.
    private var hosts: HostList = []
    private var policies: [ByteString: TLSPolicy] = [:]
    private var warnings: (version: Int, time: Int64, found: [Diagnostic])?

    /// What the last selector was made of.
    private struct Last {
        var version: Int
        var hosts: HostList
        var defaultHost: ByteString?
        var clients: [ByteString: ClientVerification]
        var parameters: [String: DHParameters]
        var standard: DHParameters?
        var selector: CertificateSelector
        /// Whether several hosts have one name, so that it is not known what is left of it without one of them.
        var hasNamesakes: Bool
    }

    /// The certificates of a folder, which is read now.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - policy: the name of the policy of hosts that ask for none of their own.
    ///   - speaksHTTP2: whether clients may speak HTTP/2 that name no host that is known.
    init(_ path: String, policy: String, speaksHTTP2: Bool) {
        self.speaksHTTP2 = speaksHTTP2
        asked = policy
        self.policy = TLSPolicy.supported[policy] ?? .mozillaIntermediate
        selectors = CertificateSelectorBuilder(policy: self.policy)
        folder = CertificateFolder.read(path)
    }

    /// Reads the folder again and says whether it holds something else now.
    ///
    /// Pairs that are broken just now keep their last good certificate; those that did not change cost little.
    mutating func refresh() -> Bool {
        let new = CertificateFolder.read(folder.path, previous: folder)
        let isSame = Self.isSame(new, folder)
        folder = new
        if !isSame { version += 1 }
        return !isSame
    }

    /// Which client is shown which certificate.
    ///
    /// - Parameters:
    ///   - clients: what hosts ask of their clients' certificates.
    ///   - keyExchange: the groups for finite-field DHE.
    mutating func selector(
        for snapshot: RoutingSnapshot, clients: [ByteString: ClientVerification], keyExchange: KeyExchangeFiles
    ) -> CertificateSelector {
        notePolicies(of: snapshot.hosts)
        let defaultHost = snapshot.defaultHost.map { snapshot.hosts[$0] }
        if let last, last.clients == clients, last.defaultHost == defaultHost?.name, last.version == version,
            last.standard === keyExchange.standard,
            last.parameters.count == keyExchange.byPair.count,
            last.parameters.allSatisfy({ keyExchange.byPair[$0.key] === $0.value }),
            let selector = changed(last, snapshot.hosts)
        {
            self.last?.hosts = snapshot.hosts
            self.last?.selector = selector
            return selector
        }
        var plan = CertificateSelectorBuilder.Plan(certificates: folder.certificates)
        plan.offersHTTP2 = speaksHTTP2
        plan.parameters = keyExchange.byPair
        plan.standardParameters = keyExchange.standard
        plan.hosts.reserveCapacity(snapshot.hosts.count)
        var hasNamesakes = false
        for object in snapshot.hosts.objects where object.host.httpsMethod != .nohttps {
            let served = served(object.host, clients)
            for name in object.host.names {
                if case .pattern(let pattern) = name {
                    plan.patterns.append((Self.test(pattern), served))
                } else if plan.hosts.updateValue(served, forKey: name.certificateName) != nil {
                    hasNamesakes = true
                }
            }
        }
        if let defaultHost, defaultHost.certificate != nil {
            plan.stranger = served(defaultHost, clients)
        } else if folder.certificates["default"] != nil {
            plan.stranger = TLSHost("default", policy: policy, offersHTTP2: speaksHTTP2)
        }
        let selector = selectors.build(plan)
        last = Last(
            version: version, hosts: snapshot.hosts, defaultHost: defaultHost?.name, clients: clients,
            parameters: keyExchange.byPair, standard: keyExchange.standard, selector: selector,
            hasNamesakes: hasNamesakes)
        return selector
    }

    private func served(_ host: VirtualHost, _ clients: [ByteString: ClientVerification]) -> TLSHost? {
        host.certificate.map {
            TLSHost($0, policy: policy(of: host), clients: clients[host.name], offersHTTP2: host.speaksHTTP2)
        }
    }

    /// The last selector for these hosts; nil where one has to be built.
    private mutating func changed(_ last: Last, _ hosts: HostList) -> CertificateSelector? {
        let changes = hosts.changes(since: last.hosts)
        let before = Dictionary(changes.gone.map { ($0.host.name, $0.host) }) { first, _ in first }
        let alike = Set(
            changes.new.filter { object in
                before[object.host.name].map { Self.areServedAlike(object.host, $0) } ?? false
            }
            .map(\.host.name))
        let gone = changes.gone.filter { !alike.contains($0.host.name) }.map(\.host)
        let new = changes.new.filter { !alike.contains($0.host.name) }.map(\.host)
        if gone.isEmpty, new.isEmpty { return last.selector }
        let isOfDefault = last.defaultHost.map { name in (gone + new).contains { $0.name == name } } ?? false
        guard !last.hasNamesakes, !isOfDefault, !(gone + new).contains(where: \.hasPattern) else { return nil }
        let names = { [self] (hosts: [VirtualHost]) in
            hosts.filter { $0.httpsMethod != .nohttps }.flatMap { host in
                let served = served(host, last.clients)
                return host.names.map { (name: $0.certificateName, host: served) }
            }
        }
        return selectors.change(last.selector, without: names(gone), with: names(new))
    }

    /// Whether clients of the host are shown the same, as most changes leave it.
    private static func areServedAlike(_ now: VirtualHost, _ before: VirtualHost) -> Bool {
        now.names == before.names && now.certificate == before.certificate && now.tlsPolicy == before.tlsPolicy
            && now.speaksHTTP2 == before.speaksHTTP2
            && (now.httpsMethod == .nohttps) == (before.httpsMethod == .nohttps)
    }

    /// What connections must be like for requests of the hosts; a host that is missing takes them from any connection.
    ///
    /// Where all hosts have one policy, nobody has to look for it.
    func demands(
        for snapshot: RoutingSnapshot, clients: [ByteString: ClientVerification]
    ) -> [ByteString: ConnectionDemand] {
        let isUniform = policies.values.allSatisfy { $0 == policy }
        if isUniform, clients.isEmpty { return [:] }
        var demands: [ByteString: ConnectionDemand] = [:]
        for host in snapshot.hosts where !isUniform || clients[host.name] != nil {
            demands[host.name] = ConnectionDemand(
                policy: isUniform ? nil : policy(of: host), clients: clients[host.name])
        }
        return demands
    }

    /// What is wrong with the certificates, or worth saying of them, and of the policies that the hosts have.
    ///
    /// - Parameter now: the time in seconds since 1970, to judge certificates by.
    mutating func diagnostics(for snapshot: RoutingSnapshot, at now: Int64) -> [Diagnostic] {
        let problems = folder.problems.map(diagnostic)
        let refusals = selectors.problems.sorted { $0.key < $1.key }.map { pair, error in
            Diagnostic(.error, at: .wholeFile("\(folder.path)/\(pair).crt"), "cannot be served: \(error)")
        }
        return problems + refusals + warnings(at: now)
            + uncovered.diagnostics(snapshot.hosts, of: folder, version: version) + policyDiagnostics
    }

    /// What is to be said of each certificate; as before within an hour.
    private mutating func warnings(at now: Int64) -> [Diagnostic] {
        if let warnings, warnings.version == version, (0..<3600).contains(now - warnings.time) { return warnings.found }
        let found = folder.certificates.sorted { $0.key < $1.key }.flatMap { pair, certificate in
            certificate.warnings(at: now).map {
                Diagnostic(.warning, at: .wholeFile("\(folder.path)/\(pair).crt"), $0)
            }
        }
        warnings = (version, now, found)
        return found
    }

    private func diagnostic(_ problem: CertificateFolder.Problem) -> Diagnostic {
        let path = problem.error.path
        let text = problem.error.description
        let message = text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
        guard !problem.pair.isEmpty else {
            return Diagnostic(
                .warning, at: .wholeFile(path), "no certificates: \(message)",
                hint: "make the folder, or turn TLS off with --https off")
        }
        let kept = problem.keepsPrevious ? "; the one that was read before stays in use" : ""
        return Diagnostic(.error, at: .wholeFile(path), message + kept)
    }

    // MARK: - Policies

    private func policy(of host: VirtualHost) -> TLSPolicy {
        host.tlsPolicy.flatMap { TLSPolicy.supported[$0] } ?? policy
    }

    private mutating func notePolicies(of hosts: HostList) {
        let changes = hosts.changes(since: self.hosts)
        self.hosts = hosts
        for object in changes.gone { policies[object.host.name] = nil }
        for object in changes.new where object.host.tlsPolicy != nil {
            policies[object.host.name] = policy(of: object.host)
        }
    }

    private var policyDiagnostics: [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if asked != policy.name {
            let reason =
                TLSPolicy.all.contains { $0.name == asked }
                ? "the OpenSSL of this machine cannot follow '\(asked)'" : "'\(asked)' is not known"
            diagnostics.append(
                Diagnostic(
                    .error, at: .setting("SSL_POLICY"), "\(reason); \(policy.name) is used",
                    hint: "write one of \(TLSPolicy.supported.keys.sorted().joined(separator: ", "))"))
        }
        let used = Set(policies.values).union([policy])
        for policy in used.sorted(by: { $0.name < $1.name }) {
            guard let missing = TLSPolicy.missingCiphers[policy.name] else { continue }
            diagnostics.append(
                Diagnostic(
                    .note, at: .setting("SSL_POLICY"),
                    "\(policy.name) is served without \(missing.joined(separator: ", ")), which the OpenSSL "
                        + "of this machine lacks"))
        }
        return diagnostics
    }

    // MARK: - Names

    /// The same test that requests get, so that a name never leads a client to one host and its requests to another.
    private static func test(_ pattern: Pattern) -> @Sendable (ByteString) -> Bool {
        { name in
            name.withBytes { bytes in
                // A name that takes too long to match is nobody's; a handshake is rare enough for memory of its own.
                if case .matched = PatternMatcher().match(pattern, in: bytes) { true } else { false }
            }
        }
    }

    private static func isSame(_ a: CertificateFolder, _ b: CertificateFolder) -> Bool {
        a.problems == b.problems && a.fileNames == b.fileNames && a.certificates.count == b.certificates.count
            && a.certificates.allSatisfy { b.certificates[$0.key] === $0.value }
    }
}

extension VirtualHost {
    /// Whether one of its names is a regular expression.
    fileprivate var hasPattern: Bool {
        names.contains { if case .pattern = $0 { true } else { false } }
    }
}
