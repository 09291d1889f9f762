internal import Routing

#if canImport(Glibc)
    private import Glibc
#endif

/// Finds out whether the operator has mounted a folder for logs.
package enum LogFolder {
    /// nginx's folder of logs where something is mounted on it, as far as the kernel tells (proc_pid_mountinfo(5)).
    package static var mounted: String? {
        guard case .bytes(let bytes) = FileReading(of: "/proc/self/mountinfo").content else { return nil }
        return isMountPoint(Folders.logs, in: String(decoding: bytes, as: UTF8.self)) ? Folders.logs : nil
    }

    /// Whether the text of a `mountinfo` names the path as the place of a mount.
    static func isMountPoint(_ path: String, in mountinfo: String) -> Bool {
        mountinfo.split(whereSeparator: \.isNewline).contains { line in
            let fields = line.split(separator: " ", maxSplits: 5)
            return fields.count > 4 && fields[4] == path
        }
    }
}
