internal import Bytes

/// The files beside `vhost.d` that speak of several hosts, as nginx-proxy has them.
extension SnapshotBuilder {
    /// Reads `proxy.conf`, whose directives hold for every host that does not say otherwise. As in nginx-proxy it takes the
    /// place of the fields that forwarded requests carry by default.
    ///
    /// One that is broken changes nothing; where it was never in order and may say who may come in, every host is shut.
    mutating func collectSharedSettings() {
        guard let outcome = sharedFile("proxy.conf", in: .http) else { return }
        sharedFile = outcome.file ?? inputs.previous?.sharedFile
        guard outcome.file == nil, let path = commonFiles.map({ "\($0.root)/proxy.conf" }) else { return }
        let error = outcome.diagnostics.first { $0.severity == .error }
        let isShut = sharedFile == nil && outcome.mayHoldAccessRules
        if isShut, let error { sharedShut = .init(diagnostic: error) }
        let consequence =
            isShut
            ? "all hosts are answered with 503, because it may say who may come in"
            : sharedFile == nil ? "its other lines have no effect either" : "its last good version stays in use"
        diagnostics.append(Diagnostic(.error, at: .wholeFile(path), consequence))
    }

    /// Reads the files of `conf.d`, whose directives hold for every host that does not say otherwise.
    ///
    /// What is broken keeps its last good version; where it was never in order and may say who may come in, every host is shut.
    mutating func collectGlobalFiles() {
        guard let files = commonFiles else { return }
        let folder = "\(files.root)/conf.d"
        var paths = files.paths(matching: "\(folder)/*.conf").sorted()
        // nginx-proxy writes this one itself, and leaves it behind in the folder.
        let generated = "\(folder)/default.conf"
        if paths.contains(generated) {
            paths.removeAll { $0 == generated }
            diagnostics.append(
                Diagnostic(
                    .note, at: .wholeFile(generated), "the file is not read: it is what nginx-proxy writes by itself",
                    hint: "give a file of your own another name"))
        }
        globalFiles = GlobalFiles(paths, files: files, previous: inputs.previous?.globalFiles)
        diagnostics += globalFiles.diagnostics
        for failure in globalFiles.failures {
            let consequence: String
            if failure.isKept {
                consequence = "its last good version stays in use"
            } else if failure.mayHoldAccessRules {
                consequence = "all hosts are answered with 503, because it may say who may come in"
                globalShut = globalShut ?? VirtualHost.Shut(diagnostic: failure.error)
            } else {
                consequence = "hosts are served without it, as it says nothing of access"
            }
            diagnostics.append(Diagnostic(.error, at: .wholeFile(failure.path), consequence))
        }
    }

    /// Reads who counts as internal, where a container asks for it: `network_internal.conf`, else the private networks.
    ///
    /// Where the file is broken and was never in order, nobody does.
    mutating func collectInternalRules() {
        (internalRules, areInternalRulesListed) = (Self.privateNetworks, false)
        guard let outcome = sharedFile("network_internal.conf", in: .location) else { return }
        if let file = outcome.file, saysNothingElse(file.level) {
            (internalRules, areInternalRulesListed) = (file.settings.accessRules, true)
        } else if let last = inputs.previous?.internalRules {
            (internalRules, areInternalRulesListed) = (last, true)
        } else {
            internalRules = [AccessRule(allows: false, clients: .all)]
        }
    }

    /// Whether a list of addresses is nothing but that. Other rules in it would be passed over, and let in whom they keep out.
    private mutating func saysNothingElse(_ level: DirectiveLevel) -> Bool {
        var list = DirectiveLevel()
        list.settings.accessRules = level.settings.accessRules
        let isList =
            level.settings == list.settings && level.steps.isEmpty && level.branches.isEmpty && level.locations.isEmpty
            && level.exceptions.isEmpty && level.pass == nil && !level.isInternal
        if isList, !level.settings.accessRules.isEmpty { return true }
        guard let files = commonFiles else { return false }
        diagnostics.append(
            Diagnostic(
                .error, at: .wholeFile("\(files.root)/network_internal.conf"),
                "the file says more, or less, than who counts as internal: what it said before holds, or nobody does",
                hint: "write allow and deny alone, such as allow 10.0.0.0/8; deny all;"))
        return false
    }

    /// What a file beside `vhost.d` comes to; nil where there is none.
    private mutating func sharedFile(_ name: String, in context: DirectiveContexts) -> HostFileCompiler.Outcome? {
        guard let files = commonFiles else { return nil }
        let path = "\(files.root)/\(name)"
        let content = files.read(path)
        guard content != .missing else { return nil }
        let outcome = HostFileCompiler.compile(
            content, path: path, in: context, isDefault: true, declared: globalFiles.file.declarations, files: files)
        diagnostics += outcome.diagnostics
        return outcome
    }

    /// The networks that nginx-proxy counts as internal, and nobody else.
    static let privateNetworks: [AccessRule] =
        ["127.0.0.0/8", "10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12", "fc00::/7"]
        .compactMap { IPNetwork($0) }.map { AccessRule(allows: true, clients: .network($0)) }
        + [AccessRule(allows: false, clients: .all)]
}
