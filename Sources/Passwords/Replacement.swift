internal import Glibc

/// The new version of a file while it is being written, beside the old one and under a hidden name.
struct Replacement: ~Copyable {
    private let target: String
    private let path: String
    private let descriptor: Int32

    /// Creates the new, empty version, which only its owner may read so far.
    ///
    /// - Throws: `PasswordError.system`.
    init(of target: String) throws(PasswordError) {
        let slash = target.lastIndex(of: "/").map { target.index(after: $0) } ?? target.startIndex
        let suffix = String(decoding: RandomBytes.letters(12, of: Self.alphabet), as: UTF8.self)
        self.target = target
        path = "\(target[..<slash]).\(target[slash...]).\(suffix)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path: target, action: "write beside it", code: errno) }
    }

    deinit { close(descriptor) }

    /// Writes the text, takes over owner and mode of the old version, and waits until all is on the disk.
    ///
    /// - Throws: `PasswordError` when the disk is full or the owner may not be given.
    func fill(_ text: [UInt8], like old: stat?) throws(PasswordError) {
        var start = 0
        while start < text.count {
            let count = text.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + start }, text.count - start)
            }
            if count >= 0 {
                start += count
            } else if errno != EINTR {
                throw .system(path: target, action: "write its new text", code: errno)
            }
        }
        if let old { try own(like: old) }
        let mode = old.map { $0.st_mode & 0o777 } ?? PasswordFileEditor.newFileMode
        guard fchmod(descriptor, mode) == 0 else { throw .system(path: target, action: "set its mode", code: errno) }
        guard fsync(descriptor) == 0 else { throw .system(path: target, action: "write its new text", code: errno) }
    }

    /// Puts the new version in the place of the old one, in one step.
    ///
    /// - Throws: `PasswordError.system`, with EBUSY where the file itself is a mount point.
    func rename() throws(PasswordError) {
        guard Glibc.rename(path, target) == 0 else { throw .system(path: target, action: "replace it", code: errno) }
    }

    /// Removes the new version.
    func remove() { unlink(path) }

    /// Only root may give a file away; its owner may do without that when the group is one of theirs.
    private func own(like old: stat) throws(PasswordError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path: target, action: "write it", code: errno) }
        guard status.st_uid != old.st_uid || status.st_gid != old.st_gid else { return }
        guard fchown(descriptor, old.st_uid, old.st_gid) == 0 else {
            throw .ownerCannotBeKept(path: target, user: old.st_uid, group: old.st_gid)
        }
    }

    private static let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
}
