internal import Glibc

extension PasswordFile {
    /// Reads a password file from disk. It blocks, so it is never called on a worker's loop.
    ///
    /// - Throws: `PasswordError.missingFile` when nothing has this path (nginx answers 403 then), and another
    ///   `PasswordError` when it is not a regular file, too large, or cannot be read (nginx: 500).
    package static func load(_ path: String) throws(PasswordError) -> PasswordFile {
        PasswordFile(parsing: try readBytes(path).bytes)
    }

    /// The bytes of a password file and what the system says about it.
    ///
    /// - Throws: `PasswordError`, as `load` does.
    static func readBytes(_ path: String) throws(PasswordError) -> (bytes: [UInt8], status: stat) {
        // Without O_NONBLOCK a named pipe in the file's place would hold the caller for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .missingFile(path) : .system(path: path, action: "open it", code: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path: path, action: "open it", code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(Int(status.st_size), sizeLimit) + 1)
        while true {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return (bytes, status) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(path: path, action: "read it", code: errno)
            }
            guard bytes.count + count <= sizeLimit else { throw .tooLarge(path) }
            bytes += chunk[..<count]
        }
    }
}
