private import CLinux
private import Glibc

/// A copy of this process that goes its own way.
package struct ForkedProcess: Sendable {
    /// Its number.
    package let identifier: Int32

    /// Forks (fork(2)); the copy runs `body`, and ends with it, or when this process ends, whichever comes first.
    ///
    /// The copy keeps only the standard streams and the descriptors of `keeping`. It ignores the signals that tell a server
    /// something: who sends them to a whole group of processes means the one that serves, and this one ends with that. It must
    /// be made while the process has one thread, because it has only that one.
    /// - Parameter name: what ps and top show, at most 15 bytes.
    /// - Throws: `SystemError` when there can be no further process.
    package init(name: String, keeping: [Int32], _ body: () -> Void) throws(SystemError) {
        let parent = getpid()
        let identifier = portico_fork()
        guard identifier >= 0 else { throw .current("fork") }
        self.identifier = identifier
        guard identifier == 0 else { return }
        guard portico_die_with(parent) == 0 else { _exit(1) }
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2] { portico_ignore_signal(signal) }
        portico_ignore_sigpipe()
        portico_name_thread(name)
        let kept = keeping.sorted()
        portico_close_others(kept, Int32(kept.count))
        ProgramMemory.releaseCode()
        body()
        // What the other process would do at its end is not this one's business.
        _exit(0)
    }

    /// Whether the process runs still; once it does not, its number may belong to another one (waitpid(2)).
    package var isRunning: Bool { waitpid(identifier, nil, WNOHANG) == 0 }
}
