internal import Bytes

/// Compiles the files of `vhost.d`, each once for the hosts that know the same variables, and again when something has
/// changed that was read for it.
struct FileDesk {
    /// What a file came to, and what was read for it.
    struct Result {
        /// What it came to.
        let outcome: HostFileCompiler.Outcome
        /// The paths and patterns that were read, the file's own path among them.
        let paths: Set<String>
    }

    private struct Key: Hashable {
        let name: String
        let outer: ObjectIdentifier?
    }

    private struct Entry {
        let result: Result
        /// Kept, so that no other file gets its identity.
        let outer: CompiledFile?
    }

    private var files: any VirtualHostFiles
    private var declared: Declarations
    private var entries: [Key: Entry] = [:]
    private var readers: [String: Set<Key>] = [:]
    private var settings = SharingPool<SharedDirectives>()

    /// A desk that has compiled nothing yet.
    init() {
        files = NoFiles()
        declared = Declarations()
    }

    /// From now on compiles these files, which may refer to what was declared.
    mutating func update(files: any VirtualHostFiles, declared: Declarations) {
        self.files = files
        guard declared != self.declared else { return }
        self.declared = declared
        entries = [:]
        readers = [:]
    }

    /// Forgets what came of these paths and patterns, which have changed.
    mutating func forget(_ paths: Set<String>) {
        for path in paths {
            for key in readers.removeValue(forKey: path) ?? [] {
                for other in entries.removeValue(forKey: key)?.result.paths ?? [] {
                    readers[other]?.remove(key)
                    if readers[other]?.isEmpty == true { readers[other] = nil }
                }
            }
        }
    }

    /// The path of a file in `vhost.d`.
    func path(_ name: String) -> String { "\(files.hostFolder)/\(name)" }

    /// What a file in `vhost.d` comes to, which is of the server or of a location as its name says.
    ///
    /// - Parameter outer: the host's file, whose variables are known in it, with what was read for that.
    mutating func compile(_ name: String, inside outer: (file: CompiledFile, paths: Set<String>)? = nil) -> Result {
        let key = Key(name: name, outer: outer.map { ObjectIdentifier($0.file) })
        if let entry = entries[key] { return entry.result }
        let path = path(name)
        let record = ReadRecord(files)
        let outcome = HostFileCompiler.compile(
            record.read(path), path: path, in: HostFileName.context(of: name), isDefault: name == HostFileName.standIn,
            declared: outer?.file.declarations ?? declared, files: record)
        return note(outcome, of: key, readingFrom: record.paths.union(outer?.paths ?? []), outer: outer?.file)
    }

    private mutating func note(
        _ outcome: HostFileCompiler.Outcome, of key: Key, readingFrom paths: Set<String>, outer: CompiledFile? = nil
    ) -> Result {
        var outcome = outcome
        if var file = outcome.file?.file {
            file.level.share(&settings)
            settings.trim(to: entries.count + 1024)
            outcome.file = CompiledFile(file)
        }
        let result = Result(outcome: outcome, paths: paths)
        entries[key] = Entry(result: result, outer: outer)
        for path in paths { readers[path, default: []].insert(key) }
        return result
    }

    // MARK: - Ahead

    /// Compiles many hosts' files at once. Those that need others are left for when they are asked for.
    mutating func prepare(_ names: [String], _ concurrently: SnapshotInputs.Concurrently) {
        guard names.count >= Self.batch else { return }
        let paths = names.filter { entries[Key(name: $0, outer: nil)] == nil }.map { (name: $0, path: path($0)) }
        files.readAhead(paths.map(\.path))
        let jobs = paths.map { Job(name: $0.name, path: $0.path, content: files.read($0.path)) }
        let (root, declared) = (files.root, declared)
        let outcomes = jobs.map(inBatchesOf: Self.batch, concurrently) { $0.outcome(root, declared) }
        for (job, outcome) in zip(jobs, outcomes) {
            guard let outcome else { continue }
            _ = note(outcome, of: Key(name: job.name, outer: nil), readingFrom: [job.path])
        }
    }

    /// A file that is to be compiled.
    private struct Job: Sendable {
        let name: String
        let path: String
        let content: FileContent

        /// What it comes to; nil where that depends on other files.
        func outcome(_ root: String, _ declared: Declarations) -> HostFileCompiler.Outcome? {
            let others = OtherFiles(root: root)
            let outcome = HostFileCompiler.compile(
                content, path: path, in: HostFileName.context(of: name), isDefault: name == HostFileName.standIn,
                declared: declared, files: others)
            return others.areAsked ? nil : outcome
        }
    }

    /// So many files at least are worth another thread.
    private static let batch = 128
}

/// Files of which is noted which are read.
final class ReadRecord: VirtualHostFiles {
    /// The paths and patterns that were asked for.
    private(set) var paths: Set<String> = []
    /// The files that are read.
    var files: any VirtualHostFiles

    /// A record of what is read of these files.
    init(_ files: any VirtualHostFiles) { self.files = files }

    var root: String { files.root }
    var hostFolder: String { files.hostFolder }
    var hostFiles: [String] { files.hostFiles }
    var hostFolders: [String] { files.hostFolders }
    var passwordFolder: String { files.passwordFolder }
    var passwordFileNames: [String] { files.passwordFileNames }

    func read(_ path: String) -> FileContent {
        paths.insert(path)
        return files.read(path)
    }

    func paths(matching pattern: String) -> [String] {
        paths.insert(pattern)
        return files.paths(matching: pattern)
    }
}

/// Files that must not be read here, of which is noted whether somebody wanted to.
private final class OtherFiles: VirtualHostFiles {
    private(set) var areAsked = false
    let root: String
    let hostFolder = ""
    let hostFiles: [String] = []
    let passwordFolder = ""
    let passwordFileNames: [String] = []

    init(root: String) { self.root = root }

    func read(_ path: String) -> FileContent {
        areAsked = true
        return .missing
    }

    func paths(matching pattern: String) -> [String] {
        areAsked = true
        return []
    }
}

/// Where there are no files.
private struct NoFiles: VirtualHostFiles {
    var root: String { "" }
    var hostFolder: String { "" }
    var hostFiles: [String] { [] }
    var passwordFolder: String { "" }
    var passwordFileNames: [String] { [] }

    func read(_ path: String) -> FileContent { .missing }

    func paths(matching pattern: String) -> [String] { [] }
}
