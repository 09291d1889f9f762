internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// What stands in the client's place for a request that an exchange makes to its own host, to learn whether it may go on
/// (`auth_request`).
///
/// It asks with the client's fields, by GET and without a body, and takes the head of the answer; the rest is not waited for.
/// The exchange hears of it in a later turn of the loop, so calls never nest.
final class SubrequestDownstream: Downstream, Suspension, EventSource {
    /// The status of the answer; 0 where none came.
    private(set) var status = 0
    /// What the answer asks the client for, the value of each of its WWW-Authenticate fields.
    private(set) var challenges: ContiguousArray<ByteString> = []

    private unowned let asker: Exchange
    private let authorization: AuthorizationRequest
    private var token = Token.none

    init(for asker: Exchange, _ authorization: AuthorizationRequest) {
        self.asker = asker
        self.authorization = authorization
        super.init(inside: asker.downstream)
        request.method = .get
        request.framing = .none
        request.upgrade = .empty
        request.isExtendedConnect = false
    }

    /// Makes the request; `Exchange.answered(by:)` is told what came of it.
    func begin() {
        token = worker.loop.add(self)
        exchange.begin(inside: asker, path: authorization.path ?? "/")
    }

    /// Nobody waits for the answer any more.
    func cancel() {
        worker.loop.retire(token)
        exchange.cancel()
    }

    func ready(_ readiness: Readiness) {
        cancel()
        asker.answered(by: self)
    }

    func deadlinePassed() {}

    /// Gives the exchange that asked its variables, while the answer's fields can still be read.
    private func conclude() {
        let outer = asker.rewriting()
        if let inner = exchange.rewritten { outer.takeVariables(of: inner) }
        var text = ByteBuffer()
        for assignment in authorization.assignments {
            text.removeAll()
            assignment.value.append(to: &text, from: VariableValues(exchange))
            outer.set(assignment.name, to: text.readable)
        }
        worker.loop.again(token)
    }

    // MARK: The request

    override var headBytes: UnsafeRawBufferPointer { asker.downstream.headBytes }
    override var tls: TLSStream? { asker.downstream.tls }
    override var headByteCount: Int { asker.downstream.headByteCount }
    override var isRequestComplete: Bool { true }
    override func resumeBody() {}
    override func pauseBody() {}
    override func discardBufferedBody() {}

    // MARK: The answer

    override var sentCount: Int { 0 }
    override var acceptsInterim: Bool { false }
    override func startInterim(status: Int) {}

    override func startHead(status: Int, length: HTTP1ServerConnection.ResponseLength, keepAlive: Bool) {
        self.status = status
    }

    override func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        guard status == 401, FieldName(name) == .wwwAuthenticate else { return }
        challenges.append(ByteString(value))
    }

    override func endHead() { conclude() }
    override func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult { .complete }
    override func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult { .complete }
    override func flush() -> WriteResult { .complete }
    override func exchangeEnded() {}

    override func abort() { if status == 0 { conclude() } }
}
