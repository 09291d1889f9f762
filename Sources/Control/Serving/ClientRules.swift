internal import Bytes
internal import Routing
internal import TLS

/// The authorities of clients' certificates, read from the files that the hosts name.
struct ClientRules {
    /// What each host asks of its clients' certificates.
    private(set) var verifications: [ByteString: ClientVerification] = [:]
    /// The hosts whose files cannot be used, which therefore must be shut, and what is wrong.
    private(set) var faults: [ByteString: Diagnostic] = [:]
    /// What was found wrong or worth saying.
    private(set) var diagnostics: [Diagnostic] = []

    private var loaded: [Files: Loaded] = [:]
    /// The hosts of the last update, and those among them that ask for certificates.
    private var hosts: HostList = []
    private var asking: [ByteString: VirtualHost] = [:]

    private struct Files: Hashable {
        var authorities: String
        var revocations: String?
    }

    private struct Loaded {
        var authorities: FileContent
        var revocations: FileContent?
        var result: Result<ClientAuthorities, CertificateError>
    }

    /// Reads the files of the hosts that ask for certificates, those that have changed anew.
    ///
    /// A file that cannot be used shuts its hosts, even where it was good before: it may have been changed to keep
    /// somebody out.
    ///
    /// - Parameter now: the time in seconds since 1970, to judge the files by.
    mutating func update(_ snapshot: RoutingSnapshot, folder: String, files: FileStore, at now: Int64) {
        var kept: [Files: Loaded] = [:]
        var updated: [ByteString: ClientVerification] = [:]
        faults = [:]
        diagnostics = []
        noteChanges(snapshot.hosts)
        for host in asking.values.sorted(by: { $0.name.bytes.lexicographicallyPrecedes($1.name.bytes) }) {
            guard let rule = host.clients else { continue }
            let paths = Files(
                authorities: Folders.joined(folder, rule.authorities),
                revocations: rule.revocations.map { Folders.joined(folder, $0) })
            let isNew = kept[paths] == nil
            let entry = kept[paths] ?? load(paths, files)
            kept[paths] = entry
            switch entry.result {
            case .success(let authorities):
                if isNew { warn(of: authorities, paths, at: now) }
                updated[host.name] = verification(of: host, rule, by: authorities)
            case .failure(let error): shut(host, error)
            }
        }
        loaded = kept
        verifications = updated
    }

    private mutating func noteChanges(_ hosts: HostList) {
        let changes = hosts.changes(since: self.hosts)
        self.hosts = hosts
        for object in changes.gone { asking[object.host.name] = nil }
        for object in changes.new {
            if object.host.clients != nil {
                asking[object.host.name] = object.host
            } else if !verifications.isEmpty {
                noteEnd(of: object.host)
            }
        }
    }

    /// A host that goes on as before keeps its object, by which connections know that nothing has changed.
    private func verification(
        of host: VirtualHost, _ rule: ClientCertificateRule, by authorities: ClientAuthorities
    ) -> ClientVerification {
        let demand: ClientVerification.Demand =
            switch rule.demand {
            case .on, .off: .trusted
            case .optional: .trustedOrNone
            case .anyAuthority: .any
            }
        if let known = verifications[host.name], known.authorities === authorities, known.demand == demand,
            known.depth == rule.depth
        {
            return known
        }
        return ClientVerification(host: host.name, authorities: authorities, demand: demand, depth: rule.depth)
    }

    private func load(_ paths: Files, _ files: FileStore) -> Loaded {
        let authorities = files.content(of: paths.authorities)
        let revocations = paths.revocations.map { files.content(of: $0) }
        if let known = loaded[paths], known.authorities == authorities, known.revocations == revocations {
            return known
        }
        var loaded = Loaded(
            authorities: authorities, revocations: revocations, result: .failure(.missing(paths.authorities)))
        do throws(CertificateError) {
            let bytes = try Self.bytes(authorities, paths.authorities)
            var lists: (bytes: [UInt8], path: String)?
            if let path = paths.revocations, let revocations { lists = (try Self.bytes(revocations, path), path) }
            loaded.result = .success(
                try ClientAuthorities(authorities: (bytes, paths.authorities), revocations: lists))
        } catch {
            loaded.result = .failure(error)
        }
        return loaded
    }

    private static func bytes(_ content: FileContent, _ path: String) throws(CertificateError) -> [UInt8] {
        switch content {
        case .bytes(let bytes): return bytes
        case .missing: throw .missing(path)
        case .unreadable(let reason): throw .refused(path, reason: reason)
        }
    }

    // MARK: - Diagnostics

    private mutating func shut(_ host: VirtualHost, _ error: CertificateError) {
        let text = error.description
        let path = error.path
        let reason = text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
        let diagnostic = Diagnostic(
            .error, at: .wholeFile(path),
            "\(reason); \(host.name.text) is shut, because it asks for client certificates")
        faults[host.name] = diagnostic
        diagnostics.append(diagnostic)
    }

    private mutating func warn(of authorities: ClientAuthorities, _ paths: Files, at now: Int64) {
        for warning in authorities.warnings(at: now) {
            let path = warning.isOfRevocations ? paths.revocations ?? paths.authorities : paths.authorities
            diagnostics.append(
                Diagnostic(
                    .warning, at: .wholeFile(path), "\(warning.text); past that, no client's certificate is good"))
        }
    }

    private mutating func noteEnd(of host: VirtualHost) {
        guard verifications[host.name] != nil else { return }
        diagnostics.append(
            Diagnostic(
                .warning, at: .setting("ssl_verify_client"),
                "\(host.name.text) no longer asks for client certificates: there is no file of authorities any more, or a "
                    + "label says off"))
    }
}
