internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// Opens files for the serving process that it may not open by itself: those of the operator's folders for reading, and the
/// logs.
///
/// Whoever asks may be an attacker by now. A path must name, without any `..`, something beneath one of the folders, or else
/// something that nobody in particular may read as well; what is opened must be an ordinary file or a folder. Links are followed:
/// whoever can place one in those folders could place a key there as well.
final class MonitorFiles: EventSource {
    private let line: FileDescriptor
    private let folders: [String]
    private let logFolders: [String]
    private let logs: Set<String>
    private let base: String

    /// Answers at the other end of a line of packets.
    init(_ line: consuming FileDescriptor, settings: Settings) {
        Socket.setBlocking(line.raw, false)
        self.line = line
        base = Self.workingFolder
        folders = settings.folders.guarded.compactMap { [base] in Self.normal($0, from: base) }.filter { $0 != "/" }
        logFolders = [settings.logFolder].compactMap { [base] in $0.flatMap { Self.normal($0, from: base) } }
        logs =
            if case .file(let path, _) = settings.accessLog {
                Set([Self.normal(path, from: base)].compactMap(\.self))
            } else { [] }
    }

    /// The descriptor to watch.
    var raw: Int32 { line.raw }

    /// Called when nobody asks any more, so that the descriptor need not be watched any longer.
    var ended: () -> Void = {}

    func ready(_ readiness: Readiness) {
        do throws(SystemError) {
            while true {
                let (bytes, _) = try Socket.receive(line.raw, limit: 1 + ProtectedFiles.longestPath)
                guard !bytes.isEmpty else { return ended() }
                answer(open(bytes))
            }
        } catch {
            if !error.isWouldBlock { ended() }
        }
    }

    /// Answers with a descriptor, or with an error number below 0. One answer goes out in any case: the other side waits for it.
    private func answer(_ opened: Int32) {
        guard opened >= 0 else { return tell(code: -opened) }
        let file = FileDescriptor(owning: opened)
        do throws(SystemError) {
            try Socket.send(line.raw, Self.bytes(of: 0), with: [file.raw])
        } catch {
            tell(code: error.code)
        }
    }

    private func tell(code: Int32) { try? Socket.send(line.raw, Self.bytes(of: code)) }

    private static func bytes(of code: Int32) -> [UInt8] { withUnsafeBytes(of: code) { Array($0) } }

    /// A descriptor, or an error number below 0.
    private func open(_ bytes: [UInt8]) -> Int32 {
        guard let request = bytes.first.flatMap({ ProtectedFiles.Request(rawValue: $0) }),
            let text = String(validating: bytes.dropFirst(), as: UTF8.self), let path = Self.normal(text, from: base)
        else { return -EINVAL }
        switch request {
        case .read: return asNobody(unless: isBeneath(path, folders)) { openForReading(path) }
        case .find: return asNobody(unless: isBeneath(path, folders)) { result(ProtectedFiles.find(path)) }
        case .append:
            guard logs.contains(path) || isBeneath(path, logFolders) else { return -EACCES }
            let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW
            return result(Glibc.open(path, flags, 0o640))
        }
    }

    /// Includes may name files that lie elsewhere.
    private func asNobody(unless isTrusted: Bool, _ body: () -> Int32) -> Int32 {
        guard !isTrusted else { return body() }
        guard Confinement.openFilesAsNobody() else { return -EACCES }
        defer { Confinement.openFilesAsBefore() }
        return body()
    }

    private func openForReading(_ path: String) -> Int32 {
        // A device may act on being opened, so its kind is asked for first.
        let found = ProtectedFiles.find(path)
        guard found >= 0 else { return -errno }
        let place = FileDescriptor(owning: found)
        guard let kind = FileStamp(of: place.raw)?.kind, kind != .other else { return -EACCES }
        return result(Glibc.open("/proc/self/fd/\(place.raw)", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))
    }

    private func result(_ raw: Int32) -> Int32 { raw < 0 ? -errno : raw }

    private func isBeneath(_ path: String, _ folders: [String]) -> Bool {
        folders.contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// The path as an absolute one without empty names and `.`; nil where it holds a `..` or a NUL.
    static func normal(_ path: String, from base: String) -> String? {
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        let names = Folders.joined(base, path).split(separator: "/").filter { $0 != "." }
        guard !names.contains("..") else { return nil }
        return "/" + names.joined(separator: "/")
    }

    private static var workingFolder: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}
