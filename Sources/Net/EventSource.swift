/// Something that a loop reports events to.
///
/// Events are edge-triggered: what was reported once is not reported again until the kernel has news, so a source
/// remembers that it may read or write until a call would block.
package protocol EventSource: AnyObject {
    /// The kernel has news of the descriptor, or the source was due again this turn (then with an empty set).
    func ready(_ readiness: Readiness)

    /// The deadline set with `EventLoop.setDeadline(_:for:)` has passed.
    func deadlinePassed()
}

extension EventSource {
    package func deadlinePassed() {}
}
