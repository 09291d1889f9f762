private import Glibc

/// One thread's pipes. A pipe is out only while it holds bytes that a socket has not taken.
package final class PipePool {
    /// How many may be out at the same time. Whoever gets none copies.
    package let limit: Int
    private var idle: ContiguousArray<Pipe> = []
    private var lentCount = 0
    private var isOff = false

    /// A pool with no pipes yet. Has writes to closed sockets report an error instead of ending the process, because unlike
    /// send(2) splice(2) cannot be asked to.
    package init(limit: Int = 64) {
        self.limit = limit
        Signals.ignoreBrokenPipes()
    }

    /// An empty pipe; nil when too many are out, or none can be made.
    package func take() -> Pipe? {
        guard !isOff, lentCount < limit, let pipe = idle.popLast() ?? (try? Pipe()) else { return nil }
        lentCount += 1
        return pipe
    }

    /// Takes a pipe back; one that still holds bytes is closed.
    package func giveBack(_ pipe: Pipe) {
        lentCount -= 1
        if pipe.isEmpty, idle.count < Self.idleLimit { idle.append(pipe) }
    }

    /// Takes note of why bytes were not moved: whether that would never work, so that it is not tried again.
    package func isRefused(_ error: SystemError) -> Bool {
        // No such call, not for such descriptors, or not for this process.
        if [ENOSYS, EINVAL, EPERM, EACCES].contains(error.code) { isOff = true }
        return isOff
    }

    private static let idleLimit = 8
}
