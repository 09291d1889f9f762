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
    private struct Entry: Sendable {
        var value: FileContent
        var stamp: FileStamp?
        /// Whether the next refresh must look again although the stamp is the same.
        var isDoubtful: Bool
        /// What the last look came to and nobody has told of.
        var unconfirmed: FileContent?
    }

    /// The folders that the operator fills.
    let folders: Folders
    /// Says whether somebody is still writing to the file of this real path.
    var isBeingWritten: (String) -> Bool = { _ in false }
    /// Says whether somebody is writing to any file at all, so that it has to be asked of each.
    var areSomeBeingWritten: () -> Bool = { true }
    /// The path of the folder that holds `vhost.d`.
    let root: String
    /// The path of the folder of password files that are named like their hosts.
    let passwordFolder: String
    /// The folders that are watched as a whole: whatever lies in them need not be watched by itself.
    let watchedFolders: Set<String>

    private var files: [String: Entry] = [:]
    private var listings: [String: FolderListing] = [:]
    private var patterns: [String: [String]] = [:]
    /// What was known before everything was forgotten. It stands for what cannot be read now, or is being written to.
    private var forgotten: (files: [String: FileContent], listings: [String: FolderListing]) = ([:], [:])
    /// The same as `unconfirmed` of an entry.
    private var unconfirmed: (listings: [String: FolderListing], patterns: [String: [String]]) = ([:], [:])
    /// What was asked for since `forgetUnused()`.
    private var used: Set<String> = []

    /// What `paths` was when it was last asked for; nil where something else was asked for since.
    private var knownPaths: Set<String>?

    /// A store that has read nothing yet.
    init(folders: Folders) {
        self.folders = folders
        root = folders.base
        passwordFolder = folders.htpasswd
        watchedFolders = [folders.certificates, folders.virtualHosts, folders.passwords, folders.htpasswd]
    }

    /// What is to be watched, so that no change of what was asked for is missed.
    var paths: Set<String> {
        if let knownPaths { return knownPaths }
        var paths = watchedFolders
        for path in files.keys where !isWatched(path) { paths.insert(path) }
        for path in listings.keys where !isWatched(path) { paths.insert(path) }
        for pattern in patterns.keys {
            let folder = Folders.parent(of: pattern)
            if !isWatched(folder) { paths.insert(folder) }
        }
        knownPaths = paths
        return paths
    }

    private func isWatched(_ path: String) -> Bool {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), path.utf8.index(after: slash) != path.endIndex
        else { return false }
        return watchedFolders.contains(String(path[..<slash]))
    }

    private func noteAsked(_ path: String) {
        if !isWatched(path) { knownPaths = nil }
    }

    /// The content of the file, as it was when it last held still.
    func content(of path: String) -> FileContent {
        used.insert(path)
        if let entry = files[path] { return entry.value }
        let entry = read(path, previous: nil)
        files[path] = entry
        noteAsked(path)
        return entry.value
    }

    /// The names of the files in the folder that do not begin with a point, sorted; none where there is no folder.
    func names(in folder: String) -> [String] { listing(of: folder).files }

    /// The names of the folders in the folder that do not begin with a point, sorted.
    func folders(in folder: String) -> [String] { listing(of: folder).folders }

    private func listing(of folder: String) -> FolderListing {
        used.insert(folder)
        if let listing = listings[folder] { return listing }
        let listing = list(folder, previous: nil)
        listings[folder] = listing
        noteAsked(folder)
        return listing
    }

    /// What is wrong with a folder; nil where it can be read, or is not there.
    func fault(of folder: String) -> FolderFault? {
        let listing = listing(of: folder)
        guard let reason = listing.reason else { return nil }
        return FolderFault(path: folder, reason: reason, isKept: listing.isKnown)
    }

    /// Looks again at what was asked for.
    ///
    /// Where nothing is told of a change, nothing tells either when the writer is done: then a change counts when the next look
    /// comes to the same.
    /// - Returns: the paths of the files, folders and patterns that are not as they were.
    func refresh(_ news: FileNews = .somewhere) -> Set<String> {
        guard case .named(let told) = news else { return refreshAll(isTold: news == .somewhere) }
        var changed: Set<String> = []
        var names: [String: [String]] = [:]
        for path in told {
            if let entry = files[path] {
                let new = read(path, previous: entry.value)
                files[path] = new
                if new.value != entry.value { changed.insert(path) }
            }
            let folder = Folders.parent(of: path)
            names[folder, default: []].append(path.split(separator: "/").last.map(String.init) ?? "")
        }
        for (folder, names) in names {
            if refresh(folder, names) { changed.insert(folder) }
        }
        for (pattern, paths) in patterns where names[Folders.parent(of: pattern)] != nil {
            if refresh(pattern, before: paths, isTold: true) { changed.insert(pattern) }
        }
        return changed
    }

    /// Looks at some names in a folder, and says whether it holds others now.
    private func refresh(_ folder: String, _ names: [String]) -> Bool {
        guard let before = listings.removeValue(forKey: folder) else { return false }
        var listing = before
        for name in names {
            guard !listing.update(name, in: folder, isNewName: isNewName(in: folder)) else { continue }
            listing = list(folder, previous: before)
            break
        }
        listings[folder] = listing
        return !listing.isSame(as: before)
    }

    private func refresh(_ pattern: String, before: [String], isTold: Bool) -> Bool {
        let last = unconfirmed.patterns.removeValue(forKey: pattern)
        // While a folder cannot be opened, what it held stands.
        guard let new = ProtectedFiles.paths(matching: pattern), new != before else { return false }
        guard isTold || new == last else {
            unconfirmed.patterns[pattern] = new
            return false
        }
        patterns[pattern] = new
        return true
    }

    private func refreshAll(isTold: Bool) -> Set<String> {
        var changed: Set<String> = []
        for (path, entry) in files {
            guard entry.isDoubtful || FileStamp(of: path) != entry.stamp else { continue }
            let new = read(path, previous: entry.value)
            guard isTold || new.value == entry.value || new.value == entry.unconfirmed else {
                files[path] = Entry(value: entry.value, stamp: nil, isDoubtful: true, unconfirmed: new.value)
                continue
            }
            files[path] = new
            if new.value != entry.value { changed.insert(path) }
        }
        for (folder, listing) in listings {
            let last = unconfirmed.listings.removeValue(forKey: folder)
            guard listing.isDoubtful || FileStamp(of: folder) != listing.stamp else { continue }
            let new = list(folder, previous: listing)
            guard isTold || new.isSame(as: listing) || last.map(new.isSame) == true else {
                unconfirmed.listings[folder] = new
                continue
            }
            listings[folder] = new
            if !new.isSame(as: listing) { changed.insert(folder) }
        }
        for (pattern, paths) in patterns where refresh(pattern, before: paths, isTold: isTold) {
            changed.insert(pattern)
        }
        return changed
    }

    /// Forgets everything, so that all of it is read again.
    func forget() {
        forgotten.files.merge(files.mapValues(\.value)) { $1 }
        forgotten.listings.merge(listings.filter(\.value.isKnown)) { $1 }
        unconfirmed = ([:], [:])
        files = [:]
        listings = [:]
        patterns = [:]
        knownPaths = nil
    }

    /// Forgets what was not asked for since this was last called, so that what was renamed away is not kept for ever.
    ///
    /// - Parameter paths: what to forget in that case; nil for everything.
    func forgetUnused(among paths: Set<String>? = nil) {
        let all = { [self] in Set(files.keys).union(listings.keys).union(patterns.keys) }
        for path in paths ?? all() where !used.contains(path) {
            files[path] = nil
            listings[path] = nil
            patterns[path] = nil
            noteAsked(path)
        }
        used = []
        forgotten = ([:], [:])
    }

    private func read(_ path: String, previous: FileContent?) -> Entry {
        let kept = previous ?? forgotten.files[path] ?? .missing
        if isUnsettled(path) { return Entry(value: kept, stamp: nil, isDoubtful: true) }
        for _ in 0..<3 {
            if let entry = Self.entry(of: FileReading(of: path)) { return entry }
        }
        return Entry(value: kept, stamp: nil, isDoubtful: true)
    }

    /// What reading a file once came to; nil where it did not keep still.
    private static func entry(of reading: FileReading) -> Entry? {
        guard reading.isStable else { return nil }
        let isFresh = reading.stamp?.isFresh(at: FileStamp.now) ?? false
        // Who opens it for this process may just have been slow.
        let isUnreadable = if case .unreadable = reading.content { true } else { false }
        return Entry(value: reading.content, stamp: reading.stamp, isDoubtful: isFresh || isUnreadable)
    }

    private func isUnsettled(_ path: String) -> Bool {
        guard areSomeBeingWritten(), let real = realpath(path, nil) else { return false }
        defer { free(real) }
        return isBeingWritten(String(cString: real))
    }

    private func list(_ folder: String, previous: FolderListing?) -> FolderListing {
        FolderListing(of: folder, previous: previous ?? forgotten.listings[folder], isNewName: isNewName(in: folder))
    }

    /// A name that is new counts from when its file was written to the end.
    private func isNewName(in folder: String) -> (String) -> Bool {
        { [self] name in !isUnsettled(Folders.joined(folder, name)) }
    }
}

extension FileStore: VirtualHostFiles {
    var hostFolder: String { folders.virtualHosts }
    var hostFiles: [String] { names(in: hostFolder) }
    var hostFolders: [String] { folders(in: hostFolder) }
    /// A folder among them protects nothing, and must not be taken for the lack of a file.
    var passwordFileNames: [String] { names(in: passwordFolder) + folders(in: passwordFolder) }

    func read(_ path: String) -> FileContent { content(of: path) }

    /// Reads those that are not known yet on several threads. What is being written to is left for later.
    func readAhead(_ paths: [String]) {
        guard !areSomeBeingWritten() else { return }
        let new = paths.filter { files[$0] == nil }
        // How fresh a file is counts from when it is read.
        let entries = new.map(inBatchesOf: Self.batch, Thread.perform) { Self.entry(of: FileReading(of: $0)) }
        for (path, entry) in zip(new, entries) {
            guard let entry else { continue }
            files[path] = entry
            noteAsked(path)
        }
    }

    /// So many files are read by a thread before it looks for more.
    private static let batch = 64

    func paths(matching pattern: String) -> [String] {
        used.insert(pattern)
        if let paths = patterns[pattern] { return paths }
        // Who reads a folder that cannot be opened learns that, and takes nothing for granted.
        let paths = ProtectedFiles.paths(matching: pattern) ?? [Folders.parent(of: pattern)]
        patterns[pattern] = paths
        noteAsked(pattern)
        return paths
    }
}
