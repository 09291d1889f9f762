internal import Glibc

/// How far clients, and connections to backends, may use up the descriptors of the process (`RLIMIT_NOFILE` of getrlimit(2)).
///
/// What is left to others keeps the control socket, files that changed, the engine and logs at work in any flood. The kernel gives
/// out the lowest number that is free (open(2)), so that the number of a new descriptor says how many there are at least.
struct DescriptorBudget {
    /// The number from which on nobody may have much more than others.
    let crowded: Int32
    /// The number from which on clients have taken enough.
    let clients: Int32
    /// The number from which on a connection to a backend is one too many.
    let backends: Int32

    /// - Parameter limit: how many descriptors the process may have.
    init(limit: UInt) {
        let total = Int(clamping: limit)
        let reserve = min(max(total / 8, 32), 1024, total / 2)
        crowded = Int32(clamping: (total - reserve) / 4 * 3)
        clients = Int32(clamping: total - reserve)
        backends = Int32(clamping: total - reserve / 2)
    }

    /// That of this process as it is now.
    static var current: DescriptorBudget {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return DescriptorBudget(limit: .max)
        }
        return DescriptorBudget(limit: UInt(limit.rlim_cur))
    }

    /// Whether clients may take more, as the lowest number shows that is free; `descriptor` is any that is open.
    func admitsClients(asking descriptor: Int32) -> Bool {
        let lowest = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard lowest >= 0 else { return false }
        close(lowest)
        return lowest < clients
    }
}
