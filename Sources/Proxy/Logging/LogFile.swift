private import Glibc
private import Synchronization

/// A descriptor that log lines go to. It can be exchanged for another one while lines are on their way.
///
/// It is closed when nobody writes to it any more, unless it is a standard stream.
package final class LogFile: Sendable {
    private struct State {
        var descriptor: Int32
        /// The descriptor to write to from the next batch on, until the writer has taken it.
        var successor: Int32?
    }

    private let state: Mutex<State>

    /// The log of an open descriptor.
    package init(descriptor: Int32) { state = Mutex(State(descriptor: descriptor)) }

    deinit {
        let (descriptor, successor) = state.withLock { ($0.descriptor, $0.successor) }
        Self.close(descriptor)
        if let successor { Self.close(successor) }
    }

    /// Writes to another descriptor from the next batch on: the log's file was moved away and opened anew.
    package func reopen(descriptor: Int32) {
        let unused = state.withLock { state in
            defer { state.successor = descriptor }
            return state.successor
        }
        if let unused { Self.close(unused) }
    }

    /// The descriptor to write to now. Only the writer's thread may ask, because the last one is closed by this.
    func current() -> Int32 {
        let (descriptor, former) = state.withLock { state in
            guard let successor = state.successor else { return (state.descriptor, nil as Int32?) }
            let former = state.descriptor
            state = State(descriptor: successor)
            return (successor, former)
        }
        if let former { Self.close(former) }
        return descriptor
    }

    private static func close(_ descriptor: Int32) {
        if descriptor > STDERR_FILENO { _ = Glibc.close(descriptor) }
    }
}
