internal import Bytes
internal import Net
internal import Passwords
internal import Proxy
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// A password file as it was when it was last read, and what is to be said of it.
struct KnownPasswords {
    /// What is checked by it.
    let source: PasswordSource

    private let path: String
    private let content: FileContent
    /// What is wrong with its lines.
    private let findings: [Diagnostic]

    /// The file with this content; what was found in the same content before stands.
    init(_ content: FileContent, at path: String, previous: KnownPasswords?) {
        if let previous, previous.content == content {
            self = previous
            return
        }
        self.content = content
        self.path = path
        source =
            switch content {
            case .bytes(let bytes) where bytes.count <= PasswordFile.sizeLimit: .loaded(PasswordFile(parsing: bytes))
            case .missing: .missing(path: path)
            // Read once more for the exact reason.
            case .bytes, .unreadable: .load(path)
            }
        findings = if case .loaded(let file) = source { Self.findings(in: file, at: path) } else { [] }
    }

    /// What is wrong with the file, or worth saying, and what the hosts that ask for it do meanwhile.
    func diagnostics(in snapshot: RoutingSnapshot) -> [Diagnostic] {
        switch source {
        case .loaded: return findings + modeFindings
        case .missing:
            let host = host(in: snapshot)
            return [
                Diagnostic(
                    .error, at: .wholeFile(path), "there is no such password file, so \(host) answers 403",
                    hint: "make it with: portico passwd set \(host) USER")
            ]
        case .unreadable(let error):
            let text = error.description
            let reason = text.hasPrefix("\(path): ") ? String(text.dropFirst(path.count + 2)) : text
            return [
                Diagnostic(.error, at: .wholeFile(path), "\(reason), so \(host(in: snapshot)) answers 500")
            ]
        }
    }

    private static func findings(in file: PasswordFile, at path: String) -> [Diagnostic] {
        let problems = file.problems.map { problem in
            Diagnostic(
                problem.isError ? .error : .warning,
                at: .file(path, SourcePosition(line: problem.line, column: 1)), problem.message, hint: problem.hint)
        }
        let weak = file.all.filter { $0.isReadable && file.hash(of: $0)?.scheme == .des }
        guard !weak.isEmpty else { return problems }
        let names = weak.prefix(shown).map { file.name(of: $0) }.joined(separator: ", ")
        let rest = weak.count > shown ? " and \(weak.count - shown) more" : ""
        return problems + [
            Diagnostic(
                .warning, at: .wholeFile(path),
                "only the first 8 characters count of the password\(weak.count == 1 ? "" : "s") of \(names)\(rest), and the "
                    + "hash is guessed in hours (DES)",
                hint: "set \(weak.count == 1 ? "it" : "them") anew: portico passwd set HOST USER")
        ]
    }

    /// Hashes that everybody can read, everybody can guess at.
    private var modeFindings: [Diagnostic] {
        var status = stat()
        guard ProtectedFiles.status(path, &status), status.st_mode & S_IROTH != 0 else { return [] }
        return [
            Diagnostic(
                .note, at: .wholeFile(path), "everybody on this machine can read its hashes",
                hint: "chmod 640 \(path), with a group that Portico is in")
        ]
    }

    private func host(in snapshot: RoutingSnapshot) -> String {
        let host = snapshot.hosts.first { host in
            host.locations.contains { $0.settings.authentication?.file == path }
        }
        return host?.name.text ?? "-"
    }

    private static let shown = 5
}
