internal import Net

#if canImport(Glibc)
    internal import Glibc
#endif

/// What tells one state of a file from another without reading it (stat(2)).
struct FileStamp: Hashable {
    /// What kind of thing stands at a path.
    enum Kind {
        case file
        case folder
        case other
    }

    let device: UInt
    let inode: UInt
    let size: Int
    let kind: Kind
    /// Nanoseconds since 1970 of the last change of content or of name, owner and mode, whichever was later.
    let changed: Int64

    /// The stamp of what the path leads to, links followed; nil when that is nothing.
    init?(of path: String) {
        var status = stat()
        guard ProtectedFiles.status(path, &status) else { return nil }
        self.init(status)
    }

    /// The stamp of an open file.
    init?(of descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        default: kind = .other
        }
        changed = max(Self.nanoseconds(status.st_mtim), Self.nanoseconds(status.st_ctim))
    }

    /// Whether the file was changed so shortly before `now` that another change might leave the same stamp.
    ///
    /// Kernels count a file's time in steps of up to 10 ms.
    func isFresh(at now: Int64) -> Bool { changed > now - 50_000_000 }

    /// The time that files are stamped with, in nanoseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
