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
        let result = Result(outcome: outcome, paths: record.paths.union(outer?.paths ?? []))
        entries[key] = Entry(result: result, outer: outer?.file)
        for path in result.paths { readers[path, default: []].insert(key) }
        return result
    }
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
