internal import Bytes
internal import Net
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// The operator's files, read once and kept until they change.
///
/// Whatever was asked for is remembered, and `refresh()` looks whether it still is as it was. A file that is being
/// written keeps its old content until it holds still, so that half a file never counts.
final class FileStore {
    private struct Entry<Value> {
        var value: Value
        var stamp: FileStamp?
        /// Whether the next refresh must look again although the stamp is the same.
        var isDoubtful: Bool
    }

    /// The folders that the operator fills.
    let folders: Folders
    /// Says whether somebody is still writing to the file of this real path.
    var isBeingWritten: (String) -> Bool = { _ in false }

    private var files: [String: Entry<FileContent>] = [:]
    private var listings: [String: FolderListing] = [:]
    /// The listings before everything was forgotten, for folders that cannot be read any more.
    private var forgotten: [String: FolderListing] = [:]
    private var patterns: [String: [String]] = [:]
    /// What was asked for since `forgetUnused()`.
    private var used: Set<String> = []

    /// A store that has read nothing yet.
    init(folders: Folders) { self.folders = folders }

    /// The paths that were asked for, the folders among them.
    var paths: Set<String> {
        var paths = Set(files.keys)
        paths.formUnion(listings.keys)
        for pattern in patterns.keys { paths.insert(Folders.parent(of: pattern)) }
        return paths
    }

    /// The content of the file, as it was when it last held still.
    func content(of path: String) -> FileContent {
        used.insert(path)
        if let entry = files[path] { return entry.value }
        let entry = read(path, previous: nil)
        files[path] = entry
        return entry.value
    }

    /// The names of the files in the folder that do not begin with a point, sorted; none where there is no folder.
    func names(in folder: String) -> [String] { entries(of: folder).filter { !$0.hasSuffix("/") } }

    /// The names of the folders in the folder that do not begin with a point, sorted.
    func folders(in folder: String) -> [String] {
        entries(of: folder).compactMap { $0.hasSuffix("/") ? String($0.dropLast()) : nil }
    }

    /// The names in the folder, those of folders with a slash behind them.
    private func entries(of folder: String) -> [String] {
        used.insert(folder)
        if let listing = listings[folder] { return listing.names }
        let listing = list(folder, previous: nil)
        listings[folder] = listing
        return listing.names
    }

    /// What is wrong with a folder; nil where it can be read, or is not there.
    func fault(of folder: String) -> FolderFault? {
        _ = entries(of: folder)
        guard let listing = listings[folder], let reason = listing.reason else { return nil }
        return FolderFault(path: folder, reason: reason, isKept: listing.isKnown)
    }

    /// Looks again at everything that was asked for.
    ///
    /// - Returns: the paths of the files, folders and patterns that are not as they were.
    func refresh() -> Set<String> {
        var changed: Set<String> = []
        for (path, entry) in files {
            guard entry.isDoubtful || FileStamp(of: path) != entry.stamp else { continue }
            let new = read(path, previous: entry.value)
            files[path] = new
            if new.value != entry.value { changed.insert(path) }
        }
        for (folder, listing) in listings {
            guard listing.isDoubtful || FileStamp(of: folder) != listing.stamp else { continue }
            let new = list(folder, previous: listing)
            listings[folder] = new
            if !new.isSame(as: listing) { changed.insert(folder) }
        }
        for (pattern, paths) in patterns {
            // While a folder cannot be opened, what it held stands.
            guard let new = ProtectedFiles.paths(matching: pattern), new != paths else { continue }
            patterns[pattern] = new
            changed.insert(pattern)
        }
        return changed
    }

    /// Forgets everything, so that all of it is read again.
    func forget() {
        files = [:]
        forgotten.merge(listings.filter(\.value.isKnown)) { $1 }
        listings = [:]
        patterns = [:]
    }

    /// Forgets what was not asked for since this was last called, so that what was renamed away is not kept for ever.
    ///
    /// - Parameter paths: what to forget in that case; nil for everything.
    func forgetUnused(among paths: Set<String>? = nil) {
        for path in paths ?? self.paths.union(patterns.keys) where !used.contains(path) {
            files[path] = nil
            listings[path] = nil
            patterns[path] = nil
        }
        used = []
    }

    private func read(_ path: String, previous: FileContent?) -> Entry<FileContent> {
        let kept = previous ?? .missing
        if isUnsettled(path) { return Entry(value: kept, stamp: nil, isDoubtful: true) }
        for _ in 0..<3 {
            let reading = FileReading(of: path)
            guard reading.isStable else { continue }
            let isFresh = reading.stamp?.isFresh(at: FileStamp.now) ?? false
            return Entry(value: reading.content, stamp: reading.stamp, isDoubtful: isFresh)
        }
        return Entry(value: kept, stamp: nil, isDoubtful: true)
    }

    private func isUnsettled(_ path: String) -> Bool {
        guard let real = realpath(path, nil) else { return false }
        defer { free(real) }
        return isBeingWritten(String(cString: real))
    }

    private func list(_ folder: String, previous: FolderListing?) -> FolderListing {
        // A name that is new counts from when its file was written to the end.
        let isNewName = { (name: String) in !self.isUnsettled(Folders.joined(folder, name)) }
        let listing = FolderListing(of: folder, previous: previous, isNewName: isNewName)
        guard listing.reason != nil, previous == nil, let last = forgotten[folder] else { return listing }
        return FolderListing(of: folder, previous: last, isNewName: isNewName)
    }
}

extension FileStore: VirtualHostFiles {
    var root: String { folders.base }
    var hostFolder: String { folders.virtualHosts }
    var hostFiles: [String] { names(in: hostFolder) }
    var hostFolders: [String] { folders(in: hostFolder) }
    var passwordFolder: String { folders.htpasswd }
    /// A folder among them protects nothing, and must not be taken for the lack of a file.
    var passwordFileNames: [String] { names(in: passwordFolder) + folders(in: passwordFolder) }

    func read(_ path: String) -> FileContent { content(of: path) }

    func paths(matching pattern: String) -> [String] {
        used.insert(pattern)
        if let paths = patterns[pattern] { return paths }
        // Who reads a folder that cannot be opened learns that, and takes nothing for granted.
        let paths = ProtectedFiles.paths(matching: pattern) ?? [Folders.parent(of: pattern)]
        patterns[pattern] = paths
        return paths
    }
}
