internal import Net

/// What is to be done when, for one part of the control plane: each chore at most once, at its own time.
final class Agenda<Chore: Hashable & CaseIterable>: EventSource {
    private let loop: EventLoop
    private var token: Token?
    private var times: [Chore: Instant] = [:]
    /// Called on the loop's thread with each chore that is due, in the order in which the chores are declared.
    var perform: (Chore) -> Void = { _ in }

    /// An empty agenda.
    init(on loop: EventLoop) {
        self.loop = loop
        token = loop.add(self)
    }

    /// Has the chore performed when `duration` has passed; replaces its earlier time.
    func schedule(_ chore: Chore, after duration: Duration) {
        times[chore] = loop.now + duration
        setDeadline()
    }

    /// Takes chores off.
    func cancel(_ chores: Chore...) {
        for chore in chores { times[chore] = nil }
    }

    /// Takes every chore off.
    func cancelAll() { times = [:] }

    /// Ends it: nothing is performed any more.
    func close() {
        if let token { loop.remove(token) }
        token = nil
        times = [:]
    }

    func ready(_ readiness: Readiness) {}

    func deadlinePassed() {
        for chore in Chore.allCases {
            guard let time = times[chore], time <= loop.now else { continue }
            times[chore] = nil
            perform(chore)
        }
        setDeadline()
    }

    private func setDeadline() {
        guard let token, let next = times.values.min() else { return }
        loop.setDeadline(next, for: token)
    }
}
