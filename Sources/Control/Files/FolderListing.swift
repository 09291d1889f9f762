internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// What one look at a folder came to.
struct FolderListing: Equatable {
    /// The names that do not begin with a point, those of folders with a slash behind them, sorted; where the folder cannot
    /// be read, those of the look before.
    private(set) var names: [String] = []
    /// Why the folder cannot be read, although it is there; nil where it was read, or where there is none.
    private(set) var reason: String?
    /// Whether the names were read once, if not now.
    private(set) var isKnown = true
    /// The state in which the folder was read.
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
            let known = Set(previous?.names ?? [])
            for entry in entries where !entry.name.hasPrefix(".") {
                if entry.leadsToFolder {
                    names.append(entry.name + "/")
                } else if known.contains(entry.name) || isNewName(entry.name) {
                    names.append(entry.name)
                } else {
                    isDoubtful = true
                }
            }
            if let failure = entries.failure { throw failure }
            names.sort()
        } catch {
            names = []
            if error.isAbsence { return }
            (names, isKnown) = (previous?.names ?? [], previous?.isKnown ?? false)
            (reason, isDoubtful) = (error.message, true)
        }
    }

    /// Whether the look came to the same as another one.
    func isSame(as other: FolderListing) -> Bool {
        names == other.names && reason == other.reason && isKnown == other.isKnown
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
