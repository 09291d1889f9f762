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

    /// What the last selector was made of.
    private struct Last {
        var folder: CertificateFolder
        var hosts: HostList
        var defaultHost: ByteString?
        var clients: [ByteString: ClientVerification]
        var parameters: [String: DHParameters]
        var standard: DHParameters?
        var selector: CertificateSelector
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
        defer { folder = new }
        return !Self.isSame(new, folder)
    }

    /// Which client is shown which certificate.
    ///
    /// - Parameters:
    ///   - clients: what hosts ask of their clients' certificates.
    ///   - keyExchange: the groups for finite-field DHE.
    mutating func selector(
        for snapshot: RoutingSnapshot, clients: [ByteString: ClientVerification], keyExchange: KeyExchangeFiles
    ) -> CertificateSelector {
        let defaultHost = snapshot.defaultHost.map { snapshot.hosts[$0] }
        if let last, last.clients == clients, last.defaultHost == defaultHost?.name,
            last.standard === keyExchange.standard,
            last.parameters.count == keyExchange.byPair.count,
            last.parameters.allSatisfy({ keyExchange.byPair[$0.key] === $0.value }),
            Self.isSame(last.folder, folder), Self.areServedAlike(snapshot.hosts, last.hosts)
        {
            self.last?.hosts = snapshot.hosts
            return last.selector
        }
        var plan = CertificateSelectorBuilder.Plan(certificates: folder.certificates)
        plan.offersHTTP2 = speaksHTTP2
        plan.parameters = keyExchange.byPair
        plan.standardParameters = keyExchange.standard
        for host in snapshot.hosts where host.httpsMethod != .nohttps {
            let served = host.certificate.map {
                TLSHost(
                    $0, policy: policy(of: host), clients: clients[host.name], offersHTTP2: host.speaksHTTP2)
            }
            for name in host.names {
                if case .pattern(let pattern) = name {
                    plan.patterns.append((Self.test(pattern), served))
                } else {
                    plan.hosts[Self.certificateName(name)] = .some(served)
                }
            }
        }
        if let defaultHost, let pair = defaultHost.certificate {
            plan.stranger = TLSHost(
                pair, policy: policy(of: defaultHost), clients: clients[defaultHost.name],
                offersHTTP2: defaultHost.speaksHTTP2)
        } else if folder.certificates["default"] != nil {
            plan.stranger = TLSHost("default", policy: policy, offersHTTP2: speaksHTTP2)
        }
        let selector = selectors.build(plan)
        last = Last(
            folder: folder, hosts: snapshot.hosts, defaultHost: defaultHost?.name, clients: clients,
            parameters: keyExchange.byPair, standard: keyExchange.standard, selector: selector)
        return selector
    }

    /// Whether clients of the hosts are shown the same, as most changes leave it.
    private static func areServedAlike(_ hosts: HostList, _ earlier: HostList) -> Bool {
        guard hosts.count == earlier.count else { return false }
        return zip(hosts.objects, earlier.objects).allSatisfy { now, before in
            now === before
                || now.host.names == before.host.names && now.host.certificate == before.host.certificate
                    && now.host.tlsPolicy == before.host.tlsPolicy && now.host.speaksHTTP2 == before.host.speaksHTTP2
                    && (now.host.httpsMethod == .nohttps) == (before.host.httpsMethod == .nohttps)
        }
    }

    /// What connections must be like for requests of the hosts; a host that is missing takes them from any connection.
    ///
    /// Where all hosts have one policy, nobody has to look for it.
    func demands(
        for snapshot: RoutingSnapshot, clients: [ByteString: ClientVerification]
    ) -> [ByteString: ConnectionDemand] {
        let isUniform = snapshot.hosts.objects.allSatisfy { $0.host.tlsPolicy == nil || policy(of: $0.host) == policy }
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
    func diagnostics(for snapshot: RoutingSnapshot, at now: Int64) -> [Diagnostic] {
        let problems = folder.problems.map(diagnostic)
        let refusals = selectors.problems.sorted { $0.key < $1.key }.map { pair, error in
            Diagnostic(.error, at: .wholeFile("\(folder.path)/\(pair).crt"), "cannot be served: \(error)")
        }
        let warnings = folder.certificates.sorted { $0.key < $1.key }.flatMap { pair, certificate in
            certificate.warnings(at: now).map {
                Diagnostic(.warning, at: .wholeFile("\(folder.path)/\(pair).crt"), $0)
            }
        }
        return problems + refusals + warnings + uncovered(snapshot) + policyDiagnostics(snapshot)
    }

    /// Hosts whose clients refuse the certificate that they are shown, because it is for other names.
    private func uncovered(_ snapshot: RoutingSnapshot) -> [Diagnostic] {
        snapshot.hosts.objects.compactMap { object in
            let host = object.host
            guard let pair = host.certificate, let certificate = folder.certificates[pair] else { return nil }
            let missing = host.names.filter { name in
                switch name {
                case .exact, .leading:
                    let text = Self.certificateName(name).text
                    return !certificate.covers(text, IPAddress(text))
                case .trailing, .pattern: return false
                }
            }.map(\.text)
            guard !missing.isEmpty else { return nil }
            let names = certificate.subjectNames + certificate.addresses.map { "\($0)" }
            return Diagnostic(
                // Whoever has only default.crt may well know that nobody believes it.
                host.certificateSource == .trustedDefault ? .note : .warning,
                at: .wholeFile("\(folder.path)/\(pair).crt"),
                "clients of \(missing.prefix(5).joined(separator: ", ")) refuse the certificate: it is for "
                    + (names.isEmpty ? "no name" : names.prefix(5).joined(separator: ", ")),
                hint: "get one that lists the host in its subjectAltName, or name another one with CERT_NAME")
        }
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

    private func policyDiagnostics(_ snapshot: RoutingSnapshot) -> [Diagnostic] {
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
        let used = Set(snapshot.hosts.objects.compactMap { $0.host.tlsPolicy == nil ? nil : policy(of: $0.host) })
            .union([policy])
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

    /// A host's name as certificates have it: an IPv6 address without brackets.
    private static func certificateName(_ name: HostPattern) -> ByteString {
        let text = name.text
        return ByteString(text.hasPrefix("[") ? String(text.dropFirst().dropLast()) : text)
    }

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
