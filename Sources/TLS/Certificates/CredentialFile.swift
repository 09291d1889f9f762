private import COpenSSL
private import Glibc
private import Net

/// A certificate or key file as it was read in one piece.
final class CredentialFile {
    /// What the file holds.
    private(set) var bytes: [UInt8]
    /// The state of the file that was read.
    let identity: FileIdentity

    /// The largest file that is read, in bytes.
    static let sizeLimit = 1 << 20

    /// Reads the file that the path leads to, symbolic links followed.
    ///
    /// - Throws: `CertificateError` that names the path: missing, unreadable, not a file, empty, too large, or changed
    ///   between the first and the last byte.
    init(path: String) throws(CertificateError) {
        // O_NONBLOCK: a named pipe in the folder must not hold up whoever reads the folder.
        let raw = ProtectedFiles.open(path)
        guard raw >= 0 else {
            throw errno == ENOENT ? .missing(path) : .unreadable(path, .current("open"))
        }
        let file = FileDescriptor(owning: raw)
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { throw .unreadable(path, .current("fstat")) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path) }
        guard status.st_size > 0 else { throw .empty(path) }
        guard status.st_size <= Self.sizeLimit else { throw .tooLarge(path) }
        identity = FileIdentity(status)
        bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { pread(file.raw, $0.baseAddress! + count, $0.count - count, count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .unreadable(path, .current("pread")) }
            guard got > 0 else { throw .changing(path) }
            count += got
        }
        guard fstat(file.raw, &status) == 0, FileIdentity(status) == identity else { throw .changing(path) }
    }

    deinit {
        // A key must not stay behind in freed memory.
        bytes.withUnsafeBytes { OPENSSL_cleanse(UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count) }
    }
}
