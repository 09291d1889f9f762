private import Glibc

/// A folder that an option names, or else the one that the image or the project has for the purpose.
struct ChosenFolder {
    /// What the option says; nil when it was not given.
    let named: String?
    /// The folder's name below /etc/nginx in the image, and in the current folder elsewhere.
    let usual: String

    /// The path of the folder, which may not be there.
    var path: String {
        if let named { return named.isEmpty ? "." : named }
        let image = "/etc/nginx/\(usual)"
        return Self.isFolder(image) ? image : usual
    }

    /// The path of a file in the folder.
    func path(of name: String) -> String {
        let folder = path
        return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// Makes sure that the folder is there, and makes it if nobody named it.
    ///
    /// - Throws: `CommandFailure` when a folder that was named is missing, or it cannot be made.
    func prepare() throws {
        let folder = path
        guard !Self.isFolder(folder) else { return }
        guard named == nil else {
            throw CommandFailure("\(folder): there is no such folder; make it first: mkdir -p \(folder)")
        }
        guard mkdir(folder, 0o750) == 0 else {
            throw CommandFailure("\(folder): cannot make the folder: \(String(cString: strerror(errno)))")
        }
        StandardStreams.tell("Made the folder \(folder).")
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
