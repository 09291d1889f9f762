internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// Slows an answer down to the rates of its location (`limit_rate`, `proxy_limit_rate`) or of its backend
/// (`X-Accel-Limit-Rate`).
///
/// Whenever more was sent than the time since its head allows, the answer is held until the two agree again.
final class Pacer: EventSource {
    /// Waits that are shorter are not worth their timer.
    private static let shortestWait: UInt64 = 5_000_000

    /// Whether the answer is held.
    private(set) var isHolding = false

    private unowned let exchange: Exchange
    private let client: Int
    private let after: Int
    private let backend: Int
    private let began: Instant
    private var token = Token.none

    /// What slows an answer down whose head is known; nil where nothing does, which costs no memory.
    static func make(
        for exchange: Exchange, _ response: borrowing ResponseHead, _ bytes: UnsafeRawBufferPointer
    ) -> Pacer? {
        let rates = exchange.location.settings.rates
        var client = rates.client
        if rates.heedsBackend, let told = rate(of: response, bytes) { client = told }
        guard client > 0 || rates.backend > 0 else { return nil }
        return Pacer(exchange, client: client, after: rates.after, backend: rates.backend)
    }

    private init(_ exchange: Exchange, client: Int, after: Int, backend: Int) {
        self.exchange = exchange
        self.client = client
        self.after = after
        self.backend = backend
        began = exchange.worker.loop.now
        token = exchange.worker.loop.add(self)
    }

    /// The most bytes that are passed on at once, so that a slow answer flows instead of coming in bursts.
    var largestPiece: Int {
        let rate = client == 0 ? backend : backend == 0 ? client : min(client, backend)
        return max(rate / 8, 512)
    }

    /// Whether the answer must wait, of which so many bytes were sent.
    func holds(sent: Int) -> Bool {
        let due = max(Self.milliseconds(sent - after, client), Self.milliseconds(sent, backend))
        let instant = Instant(nanoseconds: began.nanoseconds &+ UInt64(due) &* 1_000_000)
        let loop = exchange.worker.loop
        guard instant.nanoseconds > loop.now.nanoseconds &+ Self.shortestWait else { return false }
        isHolding = true
        loop.setDeadline(instant, for: token)
        return true
    }

    /// The answer is over.
    func end() { exchange.worker.loop.remove(token) }

    func ready(_ readiness: Readiness) {}

    func deadlinePassed() {
        isHolding = false
        exchange.resumeResponse()
    }

    /// How many milliseconds so many bytes take.
    private static func milliseconds(_ count: Int, _ rate: Int) -> Int {
        rate > 0 && count > 0 ? min(count, 1 << 50) * 1000 / rate : 0
    }

    private static func rate(of response: borrowing ResponseHead, _ bytes: UnsafeRawBufferPointer) -> Int? {
        for index in response.fields.indices {
            let name = bytes[response.fields[index].name]
            guard name.count == 18, name[0] | 0x20 == UInt8(ascii: "x"),
                ASCII.equalsIgnoringCase(name, "x-accel-limit-rate")
            else { continue }
            return ASCII.decimal(bytes[response.fields[index].value])
        }
        return nil
    }
}
