internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// The checks of who may come in, in the order in which nginx makes them.
enum RequestGates {
    /// What the checks came to.
    enum Verdict {
        case pass
        /// The request is refused with this status.
        case respond(Int)
        /// The password is being checked; `Exchange.authenticated` brings the result.
        case suspend
    }

    /// Checks the client's address and its password as the location demands.
    static func admit(_ exchange: Exchange) -> Verdict {
        let settings = exchange.location.settings
        let address = settings.accessRules.verdict(for: exchange.client.address)
        switch settings.satisfy {
        case .all:
            if address == false { return .respond(403) }
        case .any:
            if address == true { return .pass }
            if settings.authentication == nil { return address == false ? .respond(403) : .pass }
        }
        guard let source = exchange.location.passwords else { return .pass }
        return authenticate(exchange, source)
    }

    private static func authenticate(_ exchange: Exchange, _ source: PasswordSource) -> Verdict {
        let downstream = exchange.downstream
        let value = downstream.request.fields.first(.authorization).map { downstream.headBytes[$0.value] }
        let worker = exchange.worker
        let waiter = worker.nextWaiter()
        let decision = worker.authenticator.check(
            authorization: value, source: source, now: worker.loop.now, waiter: waiter)
        if decision == .pending { worker.wait(exchange, as: waiter) }
        return verdict(decision, on: exchange)
    }

    /// What a decision on the password means for the request.
    static func verdict(_ decision: Authenticator.Decision, on exchange: Exchange) -> Verdict {
        switch decision {
        case .pass(let user):
            exchange.named(user)
            return .pass
        case .challenge(let user):
            if let user { exchange.named(user) }
            return .respond(401)
        case .pending: return .suspend
        case .overloaded: return .respond(503)
        case .refuse(let status): return .respond(status)
        }
    }
}
