internal import Net
internal import Proxy
internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// The files of the access logs and the thread that writes them.
final class AccessLogFiles {
    /// How many files directives may name at the most.
    static let limit = 64

    /// Takes the lines.
    let writer: LogWriter
    /// Why the log of all hosts goes to standard output instead of its file.
    let problem: ServeError?

    private let folder: String?
    /// The path of the log of all hosts, where it is a file.
    private let standardPath: String?
    private var files: [String: LogFile] = [:]
    private let thread: Net.Thread

    /// The log of all hosts that the settings ask for, and no other file yet.
    ///
    /// - Throws: `ServeError` when its file cannot be opened and was asked for by name.
    init(_ settings: Settings) throws(ServeError) {
        folder = settings.logFolder
        var path: String?
        var problem: ServeError?
        let standard: LogFile?
        switch settings.accessLog {
        case .off: standard = nil
        case .standardOutput: standard = LogFile(descriptor: STDOUT_FILENO)
        case .file(let file, let isRequired):
            do throws(ServeError) {
                standard = LogFile(descriptor: try Self.open(file))
                path = file
            } catch {
                guard !isRequired else { throw error }
                problem = error
                standard = LogFile(descriptor: STDOUT_FILENO)
            }
        }
        standardPath = path
        self.problem = problem
        do throws(SystemError) {
            writer = try LogWriter(standard: standard)
        } catch {
            throw .system(error.description)
        }
        thread = writer.start()
    }

    /// The open files of these paths in the folder of logs; those that are not among them are closed when nobody writes to
    /// them any more.
    ///
    /// - Returns: what could be opened, and why the rest could not.
    func files(_ paths: [String]) -> (files: [String: LogFile], problems: [Diagnostic]) {
        var opened: [String: LogFile] = [:]
        var problems: [Diagnostic] = []
        for path in paths {
            if let known = files[path] {
                opened[path] = known
                continue
            }
            guard let folder, opened.count < Self.limit else {
                let reason =
                    folder == nil
                    ? "there is no folder for logs" : "more than \(Self.limit) files are named"
                problems.append(Self.problem(path, reason, hint: folder == nil ? "mount \(Folders.logs)" : nil))
                continue
            }
            do throws(ServeError) {
                opened[path] = LogFile(descriptor: try Self.open(Folders.joined(folder, path), mustBeFile: true))
            } catch {
                problems.append(Self.problem(path, "\(error)", hint: nil))
            }
        }
        files = opened
        return (opened, problems)
    }

    /// Goes on in new files where the old ones were moved away.
    ///
    /// - Returns: why files could not be opened; their old ones stay in use.
    func reopen() -> [ServeError] {
        var errors: [ServeError] = []
        var all: [(path: String, file: LogFile, mustBeFile: Bool)] = []
        if let standardPath, let standard = writer.standard { all.append((standardPath, standard, false)) }
        if let folder { all += files.map { (Folders.joined(folder, $0.key), $0.value, true) } }
        for (path, file, mustBeFile) in all {
            do throws(ServeError) {
                file.reopen(descriptor: try Self.open(path, mustBeFile: mustBeFile))
            } catch {
                errors.append(error)
            }
        }
        return errors
    }

    /// Writes what has been handed over, and ends the thread.
    func close() {
        writer.stop()
        thread.join()
    }

    private static func problem(_ path: String, _ reason: String, hint: String?) -> Diagnostic {
        Diagnostic(
            .warning, at: .wholeFile("\(Folders.logs)/\(path)"),
            "the log cannot be opened, so its lines go to the log of all hosts: \(reason)", hint: hint)
    }

    private static func open(_ path: String, mustBeFile: Bool = false) throws(ServeError) -> Int32 {
        // A fifo must not make the server wait for its reader.
        let descriptor = ProtectedFiles.openLog(path)
        guard descriptor >= 0 else { throw .accessLog(path: path, reason: SystemError.current("open").message) }
        if mustBeFile, FileStamp(of: descriptor)?.kind != .file {
            _ = Glibc.close(descriptor)
            throw .accessLog(path: path, reason: "it is no ordinary file")
        }
        return descriptor
    }
}
