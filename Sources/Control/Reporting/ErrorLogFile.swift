internal import Net
private import Synchronization

#if canImport(Glibc)
    private import Glibc
#endif

/// The file that the operational log is written to beside standard error.
package final class ErrorLogFile: Sendable {
    /// Where it is.
    package let path: String
    private let descriptor: Mutex<Int32>

    /// Opens the file, or makes it; nil where that is not possible.
    package init?(path: String) {
        self.path = path
        let opened = Self.open(path)
        guard opened >= 0 else { return nil }
        descriptor = Mutex(opened)
    }

    deinit { _ = Glibc.close(descriptor.withLock { $0 }) }

    /// Writes a line; what cannot be written is lost, because there is no other place to say so.
    func write(_ line: [UInt8]) {
        descriptor.withLock { descriptor in
            line.withUnsafeBytes { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
        }
    }

    /// Goes on in a new file where the old one was moved away; false when it cannot be opened, then the old one stays.
    func reopen() -> Bool {
        let opened = Self.open(path)
        guard opened >= 0 else { return false }
        descriptor.withLock { descriptor in
            _ = Glibc.close(descriptor)
            descriptor = opened
        }
        return true
    }

    private static func open(_ path: String) -> Int32 {
        ProtectedFiles.openLog(path)
    }
}
