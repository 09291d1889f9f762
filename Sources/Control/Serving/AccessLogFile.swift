internal import Net
internal import Proxy

#if canImport(Glibc)
    private import Glibc
#endif

/// The access log and the thread that writes it.
final class AccessLogFile {
    /// Takes the lines.
    let writer: LogWriter
    private let path: String?
    private let thread: Net.Thread

    /// The access log that the settings ask for; nil for none.
    ///
    /// - Throws: `ServeError` when the file cannot be opened.
    init?(_ target: Settings.AccessLog) throws(ServeError) {
        let descriptor: Int32
        switch target {
        case .off:
            return nil
        case .standardOutput:
            path = nil
            descriptor = STDOUT_FILENO
        case .file(let path):
            self.path = path
            descriptor = Self.open(path)
            guard descriptor >= 0 else {
                throw .accessLog(path: path, reason: SystemError.current("open").message)
            }
        }
        do throws(SystemError) {
            writer = try LogWriter(descriptor: descriptor)
        } catch {
            throw .system(error.description)
        }
        thread = writer.start()
    }

    /// Goes on in a new file where the old one was moved away. Without a file there is nothing to do.
    ///
    /// - Throws: `ServeError` when the file cannot be opened; the old one stays in use then.
    func reopen() throws(ServeError) {
        guard let path else { return }
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { throw .accessLog(path: path, reason: SystemError.current("open").message) }
        writer.reopen(descriptor: descriptor)
    }

    /// Writes what has been handed over, and ends the thread.
    func close() {
        writer.stop()
        thread.join()
    }

    private static func open(_ path: String) -> Int32 {
        Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    }
}
