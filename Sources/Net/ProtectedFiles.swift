private import CLinux
package import Glibc
private import Synchronization

/// Files that this process may not open by itself, and another one opens for it.
///
/// Each call is first what it is named for. Only where the system does not permit that (EACCES, EPERM) the keeper is asked,
/// which decides by itself what it opens. Where there is no keeper, the refusal stands.
package enum ProtectedFiles {
    /// What a keeper is asked to do with a path.
    package enum Request: UInt8, Sendable {
        /// Open an ordinary file or a folder for reading.
        case read = 1
        /// Find what stands there, without opening it (O_PATH, open(2)).
        case find = 2
        /// Open a file to append to it, or make it.
        case append = 3
    }

    /// The longest path that is asked for, in bytes.
    package static let longestPath = 4096

    private static let keeper = Mutex(KeeperLine())

    /// Asks the keeper at the other end of a line of packets from now on, until that fails. The line is given away.
    ///
    /// Each request is its number and the path; the answer is an error number in four bytes of this machine's order, 0 with a
    /// descriptor beside it.
    package static func ask(over line: consuming FileDescriptor) {
        // The keeper answers at once; a file system that hangs would hang this process too.
        Socket.setPatience(line.raw, seconds: 5)
        let raw = line.release()
        keeper.withLock { $0.lead(over: FileDescriptor(owning: raw)) }
    }

    /// open(2) of a file or folder for reading; never waits for the writer of a fifo. -1 with errno where it fails.
    package static func open(_ path: String) -> Int32 {
        let raw = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        return raw < 0 && isRefusal ? ask(.read, path) : raw
    }

    /// open(2) of a log, which is made where it is missing. -1 with errno where it fails.
    package static func openLog(_ path: String) -> Int32 {
        let raw = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o640)
        return raw < 0 && isRefusal ? ask(.append, path) : raw
    }

    /// stat(2): links are followed. Returns whether something stands there, else false with errno.
    package static func status(_ path: UnsafePointer<CChar>, _ status: UnsafeMutablePointer<stat>) -> Bool {
        if stat(path, status) == 0 { return true }
        guard isRefusal else { return false }
        let raw = ask(.find, String(cString: path))
        guard raw >= 0 else { return false }
        let found = FileDescriptor(owning: raw)
        return fstat(found.raw, status) == 0
    }

    /// opendir(3); nil with errno where it fails.
    package static func openFolder(_ path: UnsafePointer<CChar>) -> OpaquePointer? {
        if let folder = opendir(path) { return folder }
        guard isRefusal else { return nil }
        let raw = ask(.read, String(cString: path))
        guard raw >= 0 else { return nil }
        guard let folder = fdopendir(raw) else {
            let code = errno
            _ = FileDescriptor(owning: raw)
            errno = code
            return nil
        }
        return folder
    }

    /// glob(3): the paths that match, sorted. What is there and cannot be looked at counts as a match, since reading it will
    /// say so.
    ///
    /// - Returns: nil where a folder is there and cannot be opened, so that nobody knows what would match.
    package static func paths(matching pattern: String) -> [String]? {
        var result = glob_t()
        defer { globfree(&result) }
        let failure = portico_glob(
            pattern, &result,
            { path in path.flatMap { ProtectedFiles.openFolder($0) }.map { UnsafeMutableRawPointer($0) } },
            { path, status in
                guard let path, let status else { return -1 }
                let found = status.assumingMemoryBound(to: stat.self)
                if ProtectedFiles.status(path, found) { return 0 }
                guard !SystemError.current("stat").isAbsence else { return -1 }
                found.pointee = stat()
                return 0
            })
        if failure == GLOB_NOMATCH { return [] }
        guard failure == 0 else { return nil }
        return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
    }

    /// open(2) of the place itself, whatever stands there, which is not opened (O_PATH). -1 with errno where it fails.
    package static func find(_ path: String) -> Int32 { portico_find(path) }

    private static var isRefusal: Bool { errno == EACCES || errno == EPERM }

    private static func ask(_ request: Request, _ path: String) -> Int32 {
        let refusal = errno
        guard path.utf8.count <= longestPath else { return -1 }
        let outcome = keeper.withLock { $0.ask([request.rawValue] + Array(path.utf8), refusal: refusal) }
        errno = outcome.code
        return outcome.raw
    }
}
