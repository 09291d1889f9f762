internal import Bytes

/// The files of `conf.d`, which are the inside of nginx's `http { }` together, in the order of their names.
struct GlobalFiles: Hashable, Sendable {
    /// What they come to.
    private(set) var file = HostFile(path: "")
    /// What stood in each of them when it was last in order.
    private(set) var sources: [String: [UInt8]] = [:]
    /// Those that cannot be used, and what of them is in use instead.
    private(set) var failures: [Failure] = []
    /// What was found in them.
    private(set) var diagnostics: [Diagnostic] = []

    /// A file that cannot be used.
    struct Failure: Hashable, Sendable {
        /// Its path.
        var path: String
        /// The first thing that is wrong.
        var error: Diagnostic
        /// Whether it may say who may come in, so that nobody can know who may without it.
        var mayHoldAccessRules: Bool
        /// Whether what it said before stays in use.
        var isKept: Bool
    }

    /// No files.
    init() {}

    /// Compiles the files; one that is broken counts as what it held when it was last in order, and else not at all.
    init(_ paths: [String], files: any VirtualHostFiles, previous: GlobalFiles?) {
        guard !paths.isEmpty else { return }
        var compiler = HostFileCompiler(
            path: "", context: .http, isDefault: true, declared: Declarations(), files: files)
        for path in paths {
            let content = files.read(path)
            guard content != .missing else { continue }
            var attempt = compiler
            attempt.compile(content, path: path)
            if attempt.errorCount == compiler.errorCount {
                compiler = attempt
                if case .bytes(let bytes) = content { sources[path] = bytes }
                continue
            }
            let found = attempt.diagnostics.dropFirst(compiler.diagnostics.count)
            diagnostics += found
            guard let error = found.first(where: { $0.severity == .error }) else { continue }
            let isRisk =
                attempt.mayHoldAccessRules
                || attempt.sources.dropFirst(compiler.sources.count).contains(where: AccessDirectives.mayStand)
            var isKept = false
            if let bytes = previous?.sources[path] {
                var earlier = compiler
                earlier.compile(.bytes(bytes), path: path)
                isKept = earlier.errorCount == compiler.errorCount
                if isKept {
                    compiler = earlier
                    sources[path] = bytes
                }
            }
            failures.append(Failure(path: path, error: error, mayHoldAccessRules: isRisk, isKept: isKept))
        }
        compiler.finish()
        file = compiler.file
        diagnostics += compiler.diagnostics
    }
}
