private import CLinux
private import Glibc

/// What a thread, and those that it starts, can give up for good.
package enum Confinement {
    /// Has no program that is started get more rights than this process has (`PR_SET_NO_NEW_PRIVS`, prctl(2)).
    ///
    /// - Throws: `SystemError` of a kernel before 3.5.
    package static func forbidNewPrivileges() throws(SystemError) {
        guard portico_forbid_new_privileges() == 0 else { throw .current("prctl") }
    }

    /// Has the memory of this process, which may hold keys, be written to no file when it fails, and read by no other process of
    /// its user (`PR_SET_DUMPABLE`, prctl(2)).
    package static func hideMemory() { _ = portico_hide_memory() }

    /// Opens files as the user `nobody` from now on, so that only what everybody may open is opened (setfsuid(2)). For a process
    /// of one thread.
    ///
    /// - Returns: whether it does so; a process that is not root's cannot.
    package static func openFilesAsNobody() -> Bool {
        guard geteuid() == 0 else { return true }
        return portico_open_files_as(65_534, 65_534) == 0
    }

    /// Opens files as itself again.
    package static func openFilesAsBefore() { _ = portico_open_files_as(geteuid(), getegid()) }

    /// Refuses system calls that no server needs: those that start programs, look into other processes, change the tree of
    /// files, the kernel or the machine. They fail with EPERM (seccomp(2)). `no_new_privs` must be set.
    ///
    /// - Parameter allowsUnixSockets: whether Unix domain sockets can still be made, to connect to an engine for instance.
    /// - Throws: `SystemError`; EINVAL or ENOSYS where the kernel, or Portico for this processor, has no such filter.
    package static func filterCalls(allowsUnixSockets: Bool) throws(SystemError) {
        guard portico_filter_calls(allowsUnixSockets ? 0 : 1) == 0 else { throw .current("seccomp") }
    }
}
