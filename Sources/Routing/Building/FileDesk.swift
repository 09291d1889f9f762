internal import Bytes

/// Compiles the files of `vhost.d`, each once for the hosts that know the same variables.
struct FileDesk {
    /// What was found in the files that were compiled, file by file.
    private(set) var diagnostics: [Diagnostic] = []
    private let files: any VirtualHostFiles
    private let declared: Declarations
    private var outcomes: [[String]: HostFileCompiler.Outcome] = [:]
    private var reported: Set<Diagnostic> = []

    /// A desk for these files, which may refer to what was declared.
    init(files: any VirtualHostFiles, declared: Declarations) {
        self.files = files
        self.declared = declared
    }

    /// The path of a file in `vhost.d`.
    func path(_ name: String) -> String { "\(files.hostFolder)/\(name)" }

    /// What a file in `vhost.d` comes to, which is of the server or of a location as its name says; the variables of `outer`
    /// are known in it.
    mutating func outcome(_ name: String, inside outer: HostFile? = nil) -> HostFileCompiler.Outcome {
        let key = [name, outer?.path ?? ""]
        if let outcome = outcomes[key] { return outcome }
        let path = path(name)
        let outcome = HostFileCompiler.compile(
            files.read(path), path: path, in: HostFileName.context(of: name), isDefault: name == HostFileName.standIn,
            declared: outer?.declarations ?? declared, files: files)
        outcomes[key] = outcome
        // A file for several hosts is compiled for each, and mostly says the same.
        for diagnostic in outcome.diagnostics where reported.insert(diagnostic).inserted {
            diagnostics.append(diagnostic)
        }
        return outcome
    }
}
