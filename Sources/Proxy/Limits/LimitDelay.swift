internal import Net

/// The time that a request waits for its turn (`limit_req` without `nodelay`).
final class LimitDelay: Suspension, EventSource {
    private unowned let exchange: Exchange
    private var token = Token.none

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// Begins the wait; `Exchange.delayed(by:)` is told of its end.
    func begin(milliseconds: Int) {
        token = exchange.worker.loop.add(self)
        exchange.worker.loop.setDeadline(.milliseconds(milliseconds), for: token)
    }

    /// Nobody waits any more.
    func cancel() { exchange.worker.loop.remove(token) }

    func ready(_ readiness: Readiness) {}

    func deadlinePassed() {
        cancel()
        exchange.delayed(by: self)
    }
}
