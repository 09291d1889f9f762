internal import Net
internal import Routing

/// How a request is held at a gate, and how it goes on.
extension Exchange {
    /// Asks the gates whether the request may go on.
    func admit() { proceed(RequestGates.admit(self)) }

    /// Does what the gates say.
    func proceed(_ verdict: RequestGates.Verdict) {
        switch verdict {
        case .pass: forward()
        case .respond(let status): respond(status)
        case .suspend: phase = .suspended
        }
    }

    /// Goes on with a request whose password was checked.
    func authenticated(_ decision: Authenticator.Decision, as waiter: UInt64) {
        guard case .suspended = phase, self.waiter == waiter else { return }
        proceed(RequestGates.verdict(decision, on: self))
    }

    /// Holds a request until its login may be tried.
    func holdLogin(for time: Duration) {
        hasWaitedForLogin = true
        let delay = LimitDelay(self)
        suspend(for: delay)
        delay.begin(milliseconds: Int(time.clampedNanoseconds / 1_000_000) + 1) { $0.admit() }
    }

    /// Takes note of how long the client has to wait before it may try to log in again.
    func refuseLogin(for time: Duration, isNews: Bool) {
        retryAfter = Int(time.clampedNanoseconds / 1_000_000_000) + 1
        if isNews { worker.reportThrottled(self) }
    }

    /// Asks another location whether the request may go on.
    func ask(_ authorization: AuthorizationRequest) {
        let question = SubrequestDownstream(for: self, authorization)
        suspend(for: question)
        question.begin()
    }

    /// Goes on with a request that another location was asked about.
    func answered(by question: SubrequestDownstream) {
        guard isResumed(by: question) else { return }
        proceed(RequestGates.verdict(question, on: self))
    }

    /// Holds the request until something has happened.
    func suspend(for suspension: any Suspension) {
        phase = .suspended
        self.suspension = suspension
    }

    /// Whether the request was held for this, which has happened.
    func isResumed(by event: any Suspension) -> Bool {
        guard case .suspended = phase, suspension === event else { return false }
        suspension = nil
        return true
    }
}
