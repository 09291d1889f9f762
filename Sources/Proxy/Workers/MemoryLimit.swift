/// The most memory that the process may have (`--memory-limit`).
package enum MemoryLimit: Hashable, Sendable {
    /// What the control group of the process may have, less a fifth or 32 MiB, but at least half of it; none where the group has
    /// no limit.
    case ofGroup
    /// So many bytes, and no more than the control group may have.
    case bytes(Int)
    /// Nothing is watched.
    case off

    /// What is left to what the kernel holds in the group beside the process, and to what comes between two looks.
    private static let leastReserve = 32 << 20

    /// The most that the process may have in a control group with this limit, in bytes.
    static func process(inGroupOf limit: Int) -> Int { max(limit - max(limit / 5, leastReserve), limit / 2) }
}
