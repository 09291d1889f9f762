#if canImport(Glibc)
    private import Glibc
#endif

/// Which folders to watch, and for which names in them, so that no change of the given paths is missed.
///
/// A path is followed the way the kernel follows it: each folder on the way is watched for the next name, and where
/// that name is a link, the way of its target is watched as well. So a link that is swapped, a folder that is renamed
/// over and a folder that appears later are all noticed.
struct WatchPlan {
    /// What is looked for in one folder.
    struct Interest {
        /// The paths by which the folder was asked for itself, so that every name in it counts.
        var paths: Set<String> = []
        /// The names through which ways lead, those of links among them.
        var names: Set<String> = []
        /// Whether the content of the names matters, or only where they lead.
        var hasFiles = false

        /// Whether news of the name counts.
        func covers(_ name: String) -> Bool { isWhole || names.contains(name) }

        /// Whether every name counts.
        var isWhole: Bool { !paths.isEmpty }
    }

    /// The folders, by their real paths.
    private(set) var folders: [String: Interest] = [:]

    /// A plan for files and folders; the entries of a folder that are links are followed too.
    init(_ paths: some Sequence<String>) {
        let start = Self.workingFolder
        for path in paths {
            guard let real = follow(path, from: start) else { continue }
            guard FileStamp(of: real)?.kind == .folder else { continue }
            folders[real, default: Interest()].paths.insert(path)
            folders[real, default: Interest()].hasFiles = true
            guard let entries = try? FolderEntries(of: real) else { continue }
            for entry in entries where entry.mayBeLink { _ = follow(entry.name, from: real) }
        }
    }

    /// Notes the way of a path and returns the real path of its end, nil when it leads nowhere (yet).
    private mutating func follow(_ path: String, from folder: String) -> String? {
        var rest = path.split(separator: "/").map(String.init)[...]
        var place = path.hasPrefix("/") ? "/" : folder
        // The kernel follows 40 links at the most: path_resolution(7).
        var links = 40
        while let name = rest.popFirst() {
            if name == "." { continue }
            if name == ".." {
                place = Folders.parent(of: place)
                continue
            }
            let next = Folders.joined(place, name)
            let target = Self.target(ofLink: next)
            folders[place, default: Interest()].names.insert(name)
            if target != nil || FileStamp(of: next)?.kind == .file {
                folders[place, default: Interest()].hasFiles = true
            }
            guard let target else {
                place = next
                if FileStamp(of: next) == nil { return nil }
                continue
            }
            links -= 1
            guard links > 0 else { return nil }
            rest = (target.split(separator: "/").map(String.init) + rest)[...]
            if target.hasPrefix("/") { place = "/" }
        }
        return place
    }

    private static var workingFolder: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    private static func target(ofLink path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { text in
            guard let start = text.baseAddress else { return nil }
            let count = readlink(path, start, text.count)
            guard count > 0 else { return nil }
            return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
