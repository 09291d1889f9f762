internal import Net

/// The time that a request waits for its turn (`limit_req` without `nodelay`), or for its login.
final class LimitDelay: Suspension, EventSource {
    private unowned let exchange: Exchange
    private var token = Token.none
    private var resume: (Exchange) -> Void = { _ in }

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// Begins the wait, behind which the request goes on as `resume` says.
    func begin(milliseconds: Int, resume: @escaping (Exchange) -> Void) {
        self.resume = resume
        token = exchange.worker.loop.add(self)
        exchange.worker.loop.setDeadline(.milliseconds(milliseconds), for: token)
    }

    /// Nobody waits any more.
    func cancel() { exchange.worker.loop.remove(token) }

    func ready(_ readiness: Readiness) {}

    func deadlinePassed() {
        cancel()
        if exchange.isResumed(by: self) { resume(exchange) }
    }
}
