/// The most memory that the process may have (`--memory-limit`).
package enum MemoryLimit: Hashable, Sendable {
    /// Four fifths of what the control group of the process may have; none where that has no limit.
    case ofGroup
    /// So many bytes, and no more than the control group may have.
    case bytes(Int)
    /// Nothing is watched.
    case off
}
