internal import Bytes

/// Compiles the files of `vhost.d`, each once, however many hosts it stands for.
struct FileDesk {
    /// What was found in the files that were compiled, file by file.
    private(set) var diagnostics: [Diagnostic] = []
    private let files: any VirtualHostFiles
    private var outcomes: [String: HostFileCompiler.Outcome] = [:]

    /// A desk for these files.
    init(files: any VirtualHostFiles) { self.files = files }

    /// The path of a file in `vhost.d`.
    func path(_ name: String) -> String { "\(files.hostFolder)/\(name)" }

    /// What a file in `vhost.d` comes to, which is of the server or of a location as its name says.
    mutating func outcome(_ name: String) -> HostFileCompiler.Outcome {
        if let outcome = outcomes[name] { return outcome }
        let path = path(name)
        let outcome = HostFileCompiler.compile(
            files.read(path), path: path, in: HostFileName.isOfLocation(name) ? .location : .server,
            isDefault: name == HostFileName.standIn, files: files)
        outcomes[name] = outcome
        diagnostics += outcome.diagnostics
        return outcome
    }

    /// Whether a file, which is not compiled, may say who may come in.
    func mayHoldAccessRules(_ name: String) -> Bool {
        switch files.read(path(name)) {
        case .bytes(let bytes): AccessDirectives.mayStand(in: bytes)
        case .missing: false
        case .unreadable: true
        }
    }
}
