internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// What one look at a folder came to.
struct FolderListing {
    /// The names of its files that do not begin with a point, sorted; where the folder cannot be read, those of the look before.
    private(set) var files: [String] = []
    /// The same of its folders.
    private(set) var folders: [String] = []
    /// Why the folder cannot be read, although it is there; nil where it was read, or where there is none.
    private(set) var reason: String?
    /// Whether the names were read once, if not now.
    private(set) var isKnown = true
    /// The state in which the folder was read as a whole.
    private(set) var stamp: FileStamp?
    /// Whether another look may come to something else although the state is the same.
    private(set) var isDoubtful = false

    /// Looks at a folder. Only one that is not there is taken for an empty one.
    ///
    /// - Parameters:
    ///   - previous: the last look, whose names stand where this one fails.
    ///   - isNewName: whether a name, which the look before did not have, counts.
    init(of folder: String, previous: FolderListing?, isNewName: (String) -> Bool) {
        stamp = FileStamp(of: folder)
        do throws(SystemError) {
            let entries = try FolderEntries(of: folder)
            isDoubtful = stamp?.isFresh(at: FileStamp.now) ?? true
            let known = Set(previous?.files ?? [])
            for entry in entries where !entry.name.hasPrefix(".") {
                if entry.leadsToFolder {
                    folders.append(entry.name)
                } else if known.contains(entry.name) || isNewName(entry.name) {
                    files.append(entry.name)
                } else {
                    isDoubtful = true
                }
            }
            if let failure = entries.failure { throw failure }
            files.sort()
            folders.sort()
            // Who compares the lists is done sooner where they are the same ones.
            if let previous, files == previous.files { files = previous.files }
        } catch {
            (files, folders) = ([], [])
            if error.isAbsence { return }
            (files, folders) = (previous?.files ?? [], previous?.folders ?? [])
            (reason, isDoubtful, isKnown) = (error.message, true, previous?.isKnown ?? false)
        }
    }

    /// Looks at one name of the folder alone, and says whether that was enough.
    ///
    /// The stamp stays that of the last look at the whole: the next one comes to know what may have been missed here.
    mutating func update(_ name: String, in folder: String, isNewName: (String) -> Bool) -> Bool {
        guard reason == nil, stamp != nil else { return false }
        guard !name.hasPrefix(".") else { return true }
        let path = Folders.joined(folder, name)
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard SystemError.current("lstat").isAbsence else { return false }
            files.remove(sorted: name)
            folders.remove(sorted: name)
            return true
        }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink ? FileStamp(of: path)?.kind == .folder : status.st_mode & S_IFMT == S_IFDIR {
            files.remove(sorted: name)
            folders.insert(sorted: name)
            return true
        }
        folders.remove(sorted: name)
        if files.holds(sorted: name) { return true }
        if isNewName(name) { files.insert(sorted: name) } else { isDoubtful = true }
        return true
    }

    /// Whether the look came to the same as another one.
    func isSame(as other: FolderListing) -> Bool {
        files == other.files && folders == other.folders && reason == other.reason && isKnown == other.isKnown
    }
}

/// A folder that is there and cannot be read.
struct FolderFault: Hashable {
    /// Its path.
    let path: String
    /// Why it cannot be read.
    let reason: String
    /// Whether the names that it held before are known, and stand.
    let isKept: Bool
}

extension [String] {
    fileprivate func index(notBefore name: String) -> Int {
        var range = indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = self[middle] < name ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    fileprivate func holds(sorted name: String) -> Bool {
        let index = index(notBefore: name)
        return index < count && self[index] == name
    }

    fileprivate mutating func insert(sorted name: String) {
        let index = index(notBefore: name)
        if index == count || self[index] != name { insert(name, at: index) }
    }

    fileprivate mutating func remove(sorted name: String) {
        let index = index(notBefore: name)
        if index < count, self[index] == name { remove(at: index) }
    }
}
