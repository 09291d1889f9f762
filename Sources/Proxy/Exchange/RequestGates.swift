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

    /// Makes the checks that the location demands: address, password, the word of another location.
    static func admit(_ exchange: Exchange) -> Verdict {
        // What asks on behalf of a request is not asked itself, as in nginx.
        if exchange.downstream.isInner { return .pass }
        exchange.isAuthenticated = false
        exchange.refusal = 0
        switch exchange.location.settings.accessRules.verdict(for: exchange.client.address) {
        case true?: return passed(exchange, next: askForPassword)
        case false?: return refused(403, exchange, next: askForPassword)
        case nil: return askForPassword(exchange)
        }
    }

    private static func askForPassword(_ exchange: Exchange) -> Verdict {
        guard let source = exchange.location.passwords?.source else { return askLocation(exchange) }
        return authenticate(exchange, source)
    }

    private static func askLocation(_ exchange: Exchange) -> Verdict {
        guard let authorization = exchange.location.authorization else { return conclude(exchange) }
        exchange.ask(authorization)
        return .suspend
    }

    private static func conclude(_ exchange: Exchange) -> Verdict {
        exchange.refusal == 0 ? .pass : .respond(exchange.refusal)
    }

    /// A check has let the request pass, which is enough where one must.
    private static func passed(_ exchange: Exchange, next: (Exchange) -> Verdict) -> Verdict {
        exchange.location.settings.satisfy == .any ? .pass : next(exchange)
    }

    /// A check has refused the request, which is final where all must let it pass; else 401 tells the client more than 403.
    private static func refused(_ status: Int, _ exchange: Exchange, next: (Exchange) -> Verdict) -> Verdict {
        guard exchange.location.settings.satisfy == .any else { return .respond(status) }
        if exchange.refusal != 401 || status == 429 { exchange.refusal = status }
        return next(exchange)
    }

    private static func authenticate(_ exchange: Exchange, _ source: PasswordSource) -> Verdict {
        let downstream = exchange.downstream
        let value = downstream.request.fields.first(.authorization).map { downstream.headBytes[$0.value] }
        let worker = exchange.worker
        let waiter = worker.nextWaiter()
        let decision = worker.authenticator.check(
            authorization: value, source: source,
            for: .init(
                client: exchange.client.address, file: exchange.location.settings.authentication?.file ?? "",
                hasWaited: exchange.hasWaitedForLogin), now: worker.loop.now, waiter: waiter)
        if decision == .pending { worker.wait(exchange, as: waiter) }
        return verdict(decision, on: exchange)
    }

    /// What a decision on the password means for the request.
    static func verdict(_ decision: Authenticator.Decision, on exchange: Exchange) -> Verdict {
        switch decision {
        case .pass(let user):
            exchange.named(user)
            exchange.isAuthenticated = true
            return passed(exchange, next: askLocation)
        case .challenge(let user):
            if let user { exchange.named(user) }
            return refused(401, exchange, next: askLocation)
        case .pending: return .suspend
        case .overloaded: return .respond(503)
        case .hold(let time):
            exchange.holdLogin(for: time)
            return .suspend
        case .throttled(let time, let isNews):
            exchange.refuseLogin(for: time, isNews: isNews)
            return refused(429, exchange, next: askLocation)
        case .refuse(403): return refused(403, exchange, next: askLocation)
        case .refuse(let status): return .respond(status)
        }
    }

    /// What the answer of another location means for the request.
    static func verdict(_ question: SubrequestDownstream, on exchange: Exchange) -> Verdict {
        switch question.status {
        case 200..<300: return passed(exchange, next: conclude)
        case 401:
            for challenge in question.challenges {
                challenge.withBytes { exchange.rewriting().keepField("WWW-Authenticate", $0) }
            }
            return refused(401, exchange, next: conclude)
        case 403: return refused(403, exchange, next: conclude)
        default:
            exchange.worker.report(.noAuthorization, exchange: exchange, backend: nil)
            return .respond(500)
        }
    }
}
