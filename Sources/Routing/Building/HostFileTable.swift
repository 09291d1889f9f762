internal import Bytes

/// Which files `vhost.d` holds and which hosts they are for, kept true from change to change.
struct HostFileTable {
    /// A file that no container's host has to have.
    struct Candidate {
        /// The file's name.
        let name: String
        /// The names of the host that it would be for.
        let patterns: [HostPattern]
    }

    /// The names of the files for locations.
    private(set) var locationFiles: Set<String> = []
    /// What is wrong with the names of files that can be no host's, by file; nothing where one names a regular expression.
    private(set) var misnamed: [String: HostNameError?] = [:]
    /// The names as they were listed, and in no order.
    private var names: [String] = []
    private var known: Set<String> = []
    private var folders: [String] = []
    /// The names by their keys, sorted; of several the first counts.
    private var namesByKey: [String: [String]] = [:]
    private var foldersByKey: [String: String] = [:]
    /// What each host's file could be where no container asks for the host, in the order of their names.
    private var candidates: [ByteString: [Candidate]] = [:]

    /// The file of this key; nil where there is none.
    func file(_ key: String) -> String? { namesByKey[key]?.first }

    /// Whether there is a folder of any key.
    var hasFolders: Bool { !foldersByKey.isEmpty }

    /// The folder of this key; nil where there is none.
    func folder(_ key: String) -> String? { foldersByKey[key] }

    /// The files that may make a host by themselves.
    func candidates(for host: ByteString) -> [Candidate] { candidates[host] ?? [] }

    /// The hosts that files may make by themselves.
    var hosts: some Sequence<ByteString> { candidates.keys }

    /// The names of those files.
    var candidateNames: [String] { candidates.values.flatMap { $0.map(\.name) } }

    /// The names that have come or gone where the folder holds these files and folders now.
    func difference(from files: [String], folders: [String]) -> Set<String> {
        let changed = difference(from: files)
        return folders == self.folders ? changed : changed.union(Set(folders).symmetricDifference(self.folders))
    }

    private func difference(from files: [String]) -> Set<String> {
        // Mostly all but one are the same: what stands at both ends need not be looked for.
        var start = 0
        while start < min(names.count, files.count), names[start] == files[start] { start += 1 }
        var (end, newEnd) = (names.count, files.count)
        while end > start, newEnd > start, names[end - 1] == files[newEnd - 1] { (end, newEnd) = (end - 1, newEnd - 1) }
        return Set(names[start..<end]).symmetricDifference(files[start..<newEnd])
    }

    /// Takes in what the folder holds now, and returns the names that have come or gone.
    mutating func update(files: [String], folders: [String]) -> Set<String> {
        var changed = difference(from: files)
        names = files
        for name in changed.sorted() {
            if known.remove(name) != nil {
                remove(name)
            } else {
                known.insert(name)
                insert(name)
            }
        }
        if folders != self.folders {
            changed.formUnion(Set(folders).symmetricDifference(self.folders))
            self.folders = folders
            foldersByKey = Dictionary(folders.map { (HostFileName.key($0), $0) }) { first, _ in first }
        }
        return changed
    }

    private mutating func insert(_ name: String) {
        let key = HostFileName.key(name)
        let others = namesByKey[key] ?? []
        namesByKey[key] = others.isEmpty ? [name] : (others + [name]).sorted()
        if HostFileName.context(of: name) != .server, !name.hasPrefix(".") { locationFiles.insert(name) }
        guard !HostFileName.isSpecial(name) else { return }
        guard !name.hasPrefix("~") else {
            misnamed[name] = .some(nil)
            return
        }
        do throws(HostNameError) {
            let patterns = try HostName.patterns(name)
            let host = Site.name(of: patterns)
            let others = candidates[host] ?? []
            let all = others + [Candidate(name: name, patterns: patterns)]
            candidates[host] = others.isEmpty ? all : all.sorted { $0.name < $1.name }
        } catch {
            misnamed[name] = error
        }
    }

    private mutating func remove(_ name: String) {
        let key = HostFileName.key(name)
        let rest = namesByKey[key]?.filter { $0 != name } ?? []
        namesByKey[key] = rest.isEmpty ? nil : rest
        locationFiles.remove(name)
        misnamed[name] = nil
        guard let patterns = try? HostName.patterns(name) else { return }
        let host = Site.name(of: patterns)
        let others = candidates[host]?.filter { $0.name != name } ?? []
        candidates[host] = others.isEmpty ? nil : others
    }
}
