private import CLinux
private import Glibc

/// The kernel's confinement of a thread, and of those that it starts, to parts of the tree of files (landlock(7), Linux 5.13).
package enum Landlock {
    /// Which version of it the kernel has; nil for none.
    package static var version: Int? {
        let version = portico_landlock_version()
        return version > 0 ? Int(version) : nil
    }

    /// Confines the calling thread for good: it reads beneath some paths, writes beneath others, and starts no program.
    ///
    /// Files that are open already are not affected, and paths that lead nowhere are passed over. `no_new_privs` must be set.
    /// - Throws: `SystemError`; ENOSYS or EOPNOTSUPP where the kernel has none.
    package static func confine(reading: [String], writing: [String]) throws(SystemError) {
        let raw = portico_landlock_begin()
        guard raw >= 0 else { throw .current("landlock_create_ruleset") }
        let rules = FileDescriptor(owning: raw)
        // A path that is in both lists gets two rules, which add up.
        for (paths, isWriting) in [(reading, false), (writing, true)] {
            for path in paths where portico_landlock_allow(rules.raw, path, isWriting ? 1 : 0) != 0 {
                guard errno == ENOENT || errno == ENOTDIR || errno == EACCES else {
                    throw .current("landlock_add_rule")
                }
            }
        }
        guard portico_landlock_enforce(rules.raw) == 0 else { throw .current("landlock_restrict_self") }
    }
}
