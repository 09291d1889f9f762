private import Glibc
private import Net

/// Puts a certificate and its key into a folder of pairs, so that a reader sees each file whole or not at all.
package enum PairWriter {
    /// Writes `NAME.key` (mode 0600) and then `NAME.crt` (mode 0644), and makes both durable.
    ///
    /// The key goes first: a server that reads the folder between the two finds no new certificate without its key.
    /// - Parameter replacing: whether files of these names may be replaced.
    /// - Throws: `PairWriteError`
    package static func write(
        _ pair: SelfSigned.Pair, named name: String, in folder: String, replacing: Bool = false
    ) throws(PairWriteError) {
        let (certificate, key) = ("\(folder)/\(name).crt", "\(folder)/\(name).key")
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else { throw .badName(name) }
        if !replacing {
            for path in [certificate, key] { guard access(path, F_OK) != 0 else { throw .exists(path) } }
        }
        try write(pair.key, to: key, mode: 0o600, folder: folder, replacing: replacing)
        try write(pair.certificate, to: certificate, mode: 0o644, folder: folder, replacing: replacing)
        let raw = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { throw .failed(folder, .current("open")) }
        // The new names are durable only when their folder is.
        fsync(FileDescriptor(owning: raw).raw)
    }

    private static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t, folder: String, replacing: Bool
    ) throws(PairWriteError) {
        // The dot keeps readers of the folder from taking the unfinished file for one of a pair.
        var template = Array("\(folder)/.portico-XXXXXX".utf8CString)
        let raw = mkstemp(&template)
        guard raw >= 0 else { throw .failed(folder, .current("mkstemp")) }
        let file = FileDescriptor(owning: raw)
        defer { unlink(template) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file.raw, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .failed(path, .current("write")) }
            rest = rest.dropFirst(count)
        }
        guard fchmod(file.raw, mode) == 0 else { throw .failed(path, .current("fchmod")) }
        guard fsync(file.raw) == 0 else { throw .failed(path, .current("fsync")) }
        // Unlike rename(2), link(2) never replaces a file that has come meanwhile.
        guard (replacing ? rename(template, path) : link(template, path)) == 0 else {
            throw errno == EEXIST ? .exists(path) : .failed(path, .current(replacing ? "rename" : "link"))
        }
    }
}
