internal import Net
internal import Routing

/// How many requests of one kind are let in.
extension Exchange {
    /// Counts the request, which then goes on, waits for its turn or is refused. As in nginx it is counted once, whatever
    /// locations it is led to.
    func count(by limits: LocationLimits) {
        guard !isCounted else { return enter(limits) }
        isCounted = true
        switch limits.admit(VariableValues(self), at: worker.loop.now) {
        case .pass: enter(limits)
        case .respond(let status): respond(status)
        case .delay(let milliseconds):
            let delay = LimitDelay(self)
            suspend(for: delay)
            delay.begin(milliseconds: milliseconds) { $0.enter(limits) }
        }
    }

    private func enter(_ limits: LocationLimits) {
        // Who was refused once is not asked again for the page that says so.
        if limits.countsConnections, !isConnectionCounted, !downstream.isInner {
            isConnectionCounted = true
            stay = limits.enter(VariableValues(self))
            guard stay != nil else { return respond(limits.refusal) }
        }
        admit()
    }
}
