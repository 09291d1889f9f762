internal import Bytes
internal import HTTP
internal import Net
internal import TLS

/// What answers an exchange: the counterpart of its `Downstream`, whichever protocol or source stands behind it.
///
/// Down come the verbs below; up go `Exchange`'s `upstreamReady`, `upstreamDrained`, `receivedInterim`, `receivedHead`,
/// `receivedResponse`, `responseStalled`, `receivedSwitch`, `backendEnded` and `upstreamFailed`. Contract of flow: after `pause()` no piece of the answer is
/// delivered until `resume()`; after `.pending` no piece of the request is sent until `upstreamDrained()` was told.
class Responder {
    /// The head of the current answer; its ranges point into the bytes given to `Exchange.receivedHead`.
    final var response = ResponseHead()
    /// How many bytes of the current request were sent, framing left out.
    final var sentCount = 0
    /// How many bytes have come as the answer to it.
    final var receivedCount = 0

    /// Roughly how many bytes of memory it holds for the exchange.
    var heldBytes: Int { 0 }

    /// Sends the head of the exchange's request, which this responder composes in its own protocol.
    func sendHead() -> WriteResult { fatalError("abstract") }

    /// Sends a piece of the request's body. At least `Scratch.margin` bytes before and behind the piece may be overwritten.
    func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult { fatalError("abstract") }

    /// The stream to which the kernel may move the request's body by itself; nil where it has to be sent piece by piece.
    func bodyTarget() -> Transport? { nil }

    /// Says that so many bytes of the body were moved to `bodyTarget()`, and what became of them.
    func movedBody(_ count: Int, _ result: WriteResult, isLast: Bool) { fatalError("abstract") }

    /// Ends the request's body, in place of a last piece; `trailers` are field lines that each end in CRLF.
    ///
    /// A protocol that has no place for them leaves them out.
    func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult {
        sendBody(UnsafeMutableRawBufferPointer(start: nil, count: 0), isLast: true)
    }

    /// Ends what goes to a backend that has gone over to another protocol; after `.pending`, `upstreamDrained` is told.
    ///
    /// - Parameter cleanly: whether the client has said over TLS, if it speaks it, that nothing was cut off.
    func endTunnel(cleanly: Bool) -> WriteResult { fatalError("abstract") }

    /// Stops delivering the answer: the client has not taken what was delivered before.
    func pause() { fatalError("abstract") }

    /// Goes on delivering the answer.
    func resume() { fatalError("abstract") }

    /// Delivers what may have been answered before the request was taken whole; no more of it will be sent.
    func readLast() {}

    /// The lines of the fields that follow the body of an answer that is complete, each with its CRLF; mostly nothing.
    func withTrailers<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Whether `withTrailers` has lines to show.
    var hasTrailers: Bool { false }

    /// The exchange is over, whole or not, and hears nothing more.
    func release() { fatalError("abstract") }
}
