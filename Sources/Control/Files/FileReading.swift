internal import Net
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// One read of a whole file.
struct FileReading {
    /// The most bytes that are read of a file.
    static let limit = 8 << 20

    /// What was read, or why nothing was.
    let content: FileContent
    /// The state in which it was read; nil for a missing file.
    let stamp: FileStamp?
    /// Whether the file kept still while it was read. If not, the content may be half of the old and half of the new.
    let isStable: Bool

    /// Reads the file that the path leads to. Anything but a regular file is unreadable.
    init(of path: String) {
        // A fifo must not make us wait for its writer.
        let raw = ProtectedFiles.open(path)
        guard raw >= 0 else {
            let error = SystemError.current("open")
            content = error.isAbsence ? .missing : .unreadable(error.message)
            stamp = FileStamp(of: path)
            isStable = true
            return
        }
        let descriptor = FileDescriptor(owning: raw)
        guard let before = FileStamp(of: descriptor.raw), before.kind == .file else {
            content = .unreadable("it is no ordinary file")
            stamp = FileStamp(of: descriptor.raw)
            isStable = true
            return
        }
        content = Self.bytes(of: descriptor.raw, expected: before.size)
        stamp = before
        isStable = FileStamp(of: descriptor.raw) == before
    }

    private static func bytes(of descriptor: Int32, expected: Int) -> FileContent {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(expected, limit) + 1)
        while bytes.count <= limit {
            let wanted = max(min(expected, limit) - bytes.count + 1, 4096)
            var count = 0
            var failure: SystemError?
            bytes.append(
                contentsOf: [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                    repeat {
                        count = Glibc.read(descriptor, buffer.baseAddress, wanted)
                    } while count < 0 && errno == EINTR
                    if count < 0 { failure = .current("read") }
                    filled = max(count, 0)
                })
            if let failure { return .unreadable(failure.message) }
            // A file that is longer than it was has another stamp as well, and is read again.
            if count == 0 || bytes.count == expected && expected <= limit { return .bytes(bytes) }
        }
        return .unreadable("it has more than \(limit >> 20) MiB")
    }
}
