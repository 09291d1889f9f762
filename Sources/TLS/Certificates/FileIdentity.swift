internal import Glibc
private import Net

/// What tells one state of a file from another without reading it (stat(2)).
struct FileIdentity: Hashable, Sendable {
    /// The device that the file lies on.
    let device: UInt64
    /// The file's number on that device.
    let inode: UInt64
    /// The size in bytes.
    let size: Int64
    /// When the contents changed last, in nanoseconds since 1970.
    let modified: Int64

    /// The identity of what stat(2) has found.
    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    }

    /// The identity of the file that the path leads to, symbolic links followed; nil when there is none.
    init?(path: String) {
        var status = stat()
        guard ProtectedFiles.status(path, &status) else { return nil }
        self.init(status)
    }

    /// The clock that files are stamped with (CLOCK_REALTIME), in nanoseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
