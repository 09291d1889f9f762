internal import Net

#if canImport(Glibc)
    private import Glibc
#endif

/// The entries of a folder, in no order (readdir(3)).
final class FolderEntries: Sequence, IteratorProtocol {
    /// A name in the folder.
    struct Entry {
        /// The name.
        let name: String
        /// Whether it is a link, as far as the file system tells without being asked about it.
        let mayBeLink: Bool
        /// Whether a folder stands at its end.
        let leadsToFolder: Bool
    }

    /// Why the last entries could not be read; nil where all were.
    private(set) var failure: SystemError?
    private let folder: String
    private let stream: OpaquePointer

    /// Opens the folder.
    ///
    /// - Throws: `SystemError` where there is none, or none that can be read.
    init(of folder: String) throws(SystemError) {
        guard let stream = ProtectedFiles.openFolder(folder) else { throw .current("opendir") }
        self.folder = folder
        self.stream = stream
    }

    deinit { closedir(stream) }

    func next() -> Entry? {
        errno = 0
        guard let entry = readdir(stream) else {
            if errno != 0 { failure = .current("readdir") }
            return nil
        }
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        switch Int(entry.pointee.d_type) {
        case DT_DIR: return Entry(name: name, mayBeLink: false, leadsToFolder: true)
        case DT_LNK, DT_UNKNOWN:
            let kind = FileStamp(of: Folders.joined(folder, name))?.kind
            return Entry(name: name, mayBeLink: true, leadsToFolder: kind == .folder)
        default: return Entry(name: name, mayBeLink: false, leadsToFolder: false)
        }
    }
}
