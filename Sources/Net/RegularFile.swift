private import Glibc

/// An ordinary file that is open for reading.
package struct RegularFile: ~Copyable {
    /// How many bytes it had when it was opened.
    package let size: Int
    /// When its content was changed last, in whole seconds since 1970.
    package let modified: Int

    private let descriptor: FileDescriptor

    /// What stands at a path.
    package enum Opening: ~Copyable {
        /// An ordinary file.
        case file(RegularFile)
        /// A folder.
        case folder
        /// Nothing, or something that holds no content of its own: a fifo, a device, a socket.
        case absent
        /// Something that this process may not read.
        case forbidden
        /// The system failed to say.
        case failed(SystemError)
    }

    /// Opens what the path leads to, links followed (open(2), fstat(2)).
    ///
    /// It never waits for anybody: what is no ordinary file is not opened.
    package static func open(_ path: UnsafePointer<CChar>) -> Opening {
        // A device may act on being opened, so its kind is asked for first.
        var status = stat()
        guard stat(path, &status) == 0 else { return Self.refusal(errno, call: "stat") }
        if status.st_mode & S_IFMT == S_IFDIR { return .folder }
        guard status.st_mode & S_IFMT == S_IFREG else { return .absent }
        let raw = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard raw >= 0 else { return Self.refusal(errno, call: "open") }
        let descriptor = FileDescriptor(owning: raw)
        guard fstat(raw, &status) == 0 else { return .failed(.current("fstat")) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .absent }
        return .file(
            RegularFile(
                descriptor: descriptor, size: Int(status.st_size), modified: Int(status.st_mtim.tv_sec)))
    }

    /// Whether an ordinary file, or a folder, stands at the path (stat(2)).
    package static func stands(_ path: UnsafePointer<CChar>, asFolder: Bool) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == (asFolder ? S_IFDIR : S_IFREG)
    }

    private init(descriptor: consuming FileDescriptor, size: Int, modified: Int) {
        self.size = size
        self.modified = modified
        self.descriptor = descriptor
    }

    /// Reads bytes from `offset` on; returns how many, 0 at the file's end (pread(2)).
    ///
    /// - Throws: `SystemError` when the system cannot read it.
    package borrowing func read(
        at offset: Int, into memory: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        while true {
            let count = pread(descriptor.raw, memory.baseAddress, memory.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else { throw .current("pread") }
        }
    }

    private static func refusal(_ code: Int32, call: StaticString) -> Opening {
        switch code {
        case ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP: .absent
        case EACCES, EPERM: .forbidden
        default: .failed(SystemError(call: call, code: code))
        }
    }
}
