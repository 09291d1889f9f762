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
