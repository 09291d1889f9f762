private import Glibc

/// Changes one password file on disk, so that a reader sees the old text or the new one and nothing between.
///
/// The new text is written to another file in the same folder, made durable and renamed over the old one. A lock on the
/// folder keeps two editors from losing each other's change. Where the path is a symbolic link, the file that it leads to is
/// replaced and the link stays.
package struct PasswordFileEditor {
    /// What `set` did.
    package enum Change: Equatable, Sendable {
        /// The user had no line.
        case added
        /// The user had one, and its hash is another one now.
        case replaced
    }

    /// The path that was given.
    package let path: String

    /// An editor for the file of this path, which need not be there yet.
    package init(path: String) { self.path = path }

    /// The mode of a file that was not there before: its owner may write and its group may read.
    package static let newFileMode: UInt32 = 0o640

    /// Gives the user this hash, in a file made for it where there is none.
    ///
    /// - Throws: `PasswordError` when the name is not allowed, the hash cannot be read back, or the file not be replaced.
    @discardableResult
    package func set(user: String, hash: String) throws(PasswordError) -> Change {
        try Self.check(user: user)
        let hash = Array(hash.utf8)
        _ = try PasswordHash(hash)
        var change = Change.added
        try edit { (text) throws(PasswordError) in
            let (text, isNew) = PasswordText.setting(Array(user.utf8), hash: hash, in: text ?? [])
            change = isNew ? .added : .replaced
            return text
        }
        return change
    }

    /// Removes every line of the user and returns how many there were. The file stays, even with no user left in it.
    ///
    /// - Throws: `PasswordError` when there is no such file, or it cannot be replaced.
    package func remove(user: String) throws(PasswordError) -> Int {
        try Self.check(user: user)
        var count = 0
        try edit { (text) throws(PasswordError) in
            guard let text else { throw .missingFile(path) }
            let result = PasswordText.removing(Array(user.utf8), from: text)
            count = result.count
            return count == 0 ? nil : result.text
        }
        return count
    }

    /// Refuses a name that could not be found again in the file, or that no client can send.
    ///
    /// - Throws: `PasswordError.nameNotAllowed`.
    package static func check(user: String) throws(PasswordError) {
        let name = Array(user.utf8)
        guard let first = name.first else { throw .nameNotAllowed("is empty") }
        guard name.count <= 255 else { throw .nameNotAllowed("is longer than 255 bytes") }
        guard !name.contains(UInt8(ascii: ":")) else {
            throw .nameNotAllowed("has a colon in it, which ends a name in password files and in Basic authentication")
        }
        guard !name.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw .nameNotAllowed("has a control character in it")
        }
        guard first != UInt8(ascii: "#"), !name.starts(with: PasswordLine.byteOrderMark) else {
            throw .nameNotAllowed("begins like a comment, so its line would not be read")
        }
    }

    /// Replaces the file's text by what the body makes of it. The body gets nil for a file that is not there, and returns
    /// nil for no change.
    private func edit(_ body: ([UInt8]?) throws(PasswordError) -> [UInt8]?) throws(PasswordError) {
        let target = try resolve()
        let folder = Self.folder(of: target)
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw .system(path: folder, action: "open the folder", code: errno) }
        defer { close(folderDescriptor) }
        while flock(folderDescriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .system(path: folder, action: "lock the folder", code: errno) }
        }

        var old: (bytes: [UInt8], status: stat)?
        do throws(PasswordError) { old = try PasswordFile.readBytes(target) } catch .missingFile { old = nil }
        guard let text = try body(old?.bytes) else { return }
        guard text.count <= PasswordFile.sizeLimit else { throw .tooLarge(path) }

        let replacement = try Replacement(of: target)
        do throws(PasswordError) {
            try replacement.fill(text, like: old?.status)
            try replacement.rename()
        } catch {
            replacement.remove()
            throw error
        }
        // The new name is durable only when its folder is.
        fsync(folderDescriptor)
    }

    /// The file itself when the path is a symbolic link, and otherwise the path.
    private func resolve() throws(PasswordError) -> String {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return path }
        guard let resolved = realpath(path, nil) else {
            throw .system(path: path, action: "follow the link", code: errno)
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    fileprivate static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
