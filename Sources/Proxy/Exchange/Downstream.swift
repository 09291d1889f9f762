internal import Bytes
internal import HTTP
internal import Net
internal import TLS

/// The client's side of one exchange: what the exchange asks of it, whichever protocol the client speaks.
///
/// Contract of flow: at most one buffered piece is in flight in each direction. After `sendBody` has returned `.pending`
/// the exchange sends nothing until it is told `downstreamDrained()`; body pieces arrive only between `resumeBody()`
/// and `pauseBody()`, or the end of the body.
class Downstream {
    let worker: Worker
    /// The client's address and port, as the connection or a trusted proxy in front says.
    let peer: Endpoint
    /// The address and port that the client reached.
    let local: Endpoint
    /// Whether the client speaks TLS to this proxy.
    let isSecure: Bool
    /// Whether the client came through a port that only those hosts have which ask for it.
    let isExternal: Bool
    /// Whether `peer` is what a PROXY header said.
    let isProxied: Bool
    /// Whether it shares its connection with others, so that a piece should be no larger than `pieceLimit`.
    let isStream: Bool
    /// The number of the connection, from 1 on in each worker.
    let serial: Int
    /// Whether it stands for another exchange, which asks its own host something, and for no client.
    let isInner: Bool
    /// When the connection was taken up.
    let connectionBegan: Instant
    /// When the first byte of the current request was there.
    final var requestBegan: Instant
    /// How many requests have come over the connection, the current one included.
    final var requestCount = 0
    /// Whether the current request was sent before the last one was answered.
    final var isPipelined = false
    /// The head of the current request; its ranges point into `headBytes`.
    final var request = RequestHead()
    // Once it is made it stays, so it is lent and nobody need count it.
    private final var madeExchange: Exchange?

    init(worker: Worker, peer: Endpoint, local: Endpoint, listener: ListenAddress, isProxied: Bool) {
        self.worker = worker
        serial = worker.nextSerial()
        connectionBegan = worker.loop.now
        requestBegan = worker.loop.now
        self.peer = peer
        self.local = local
        isSecure = listener.isSecure
        isExternal = listener.isExternal
        self.isProxied = isProxied
        isStream = false
        isInner = false
    }

    /// One of the streams of a connection that has many.
    init(streamOf connection: ClientArrival, worker: Worker) {
        self.worker = worker
        serial = connection.serial
        connectionBegan = connection.began
        requestBegan = connection.began
        peer = connection.peer
        local = connection.local
        isSecure = connection.isSecure
        isExternal = connection.isExternal
        isProxied = connection.isProxied
        isStream = true
        isInner = false
    }

    /// What stands for an exchange that asks its own host something, with what its client has sent.
    init(inside outer: Downstream) {
        worker = outer.worker
        serial = outer.serial
        connectionBegan = outer.connectionBegan
        requestBegan = outer.requestBegan
        requestCount = outer.requestCount
        isPipelined = outer.isPipelined
        peer = outer.peer
        local = outer.local
        isSecure = outer.isSecure
        isExternal = outer.isExternal
        isProxied = outer.isProxied
        isStream = false
        request = outer.request
        isInner = true
    }

    deinit {
        // It does not keep this alive, which it goes on to use.
        assert(madeExchange == nil || isKnownUniquelyReferenced(&madeExchange), "an exchange outlives its client")
    }

    /// What is done about the requests that come, one after the other; made when the first one comes.
    final var exchange: Exchange {
        @inline(__always) _read {
            if madeExchange == nil { makeExchange() }
            yield madeExchange.unsafelyUnwrapped
        }
    }

    private final func makeExchange() { madeExchange = Exchange(downstream: self) }

    /// The bytes that `request` points into; valid while the exchange runs.
    var headBytes: UnsafeRawBufferPointer { fatalError("abstract") }

    /// The connection's TLS; nil in the clear.
    var tls: TLSStream? { nil }

    /// Whether the connection was made for other hosts than the one that the request names (RFC 9113 §9.1.1).
    ///
    /// In HTTP/1 nobody is refused for that: only clients of HTTP/2 send the requests for several hosts over one connection,
    /// and know what to do about a 421.
    var isMisdirected: Bool { false }

    /// How many of those bytes are the head's own.
    var headByteCount: Int { fatalError("abstract") }

    /// How many bytes of the current answer were sent, framing included.
    var sentCount: Int { fatalError("abstract") }

    /// Whether every byte of the request's body has been handed to the exchange.
    var isRequestComplete: Bool { fatalError("abstract") }

    /// Has pieces of the request body delivered to `Exchange.receivedBody`; asks for them with a 100 first where the
    /// client waits for one (RFC 9110 §10.1.1).
    func resumeBody() { fatalError("abstract") }

    /// Holds the request body back until `resumeBody()`.
    func pauseBody() { fatalError("abstract") }

    /// The lines of the fields that follow the body of a request that is complete, each with its CRLF; mostly nothing.
    func withTrailers<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Whether `withTrailers` has lines to show.
    var hasTrailers: Bool { false }

    /// Drops what has already come of a body that nobody wants, so that the connection may stay open behind the answer.
    func discardBufferedBody() { fatalError("abstract") }

    /// Whether the client understands interim responses.
    var acceptsInterim: Bool { fatalError("abstract") }

    /// Begins the head of an interim response, which `flush()` sends.
    func startInterim(status: Int) { fatalError("abstract") }

    /// Begins the response's head. `length` is what is known of the body before it comes.
    func startHead(status: Int, length: HTTP1ServerConnection.ResponseLength, keepAlive: Bool) {
        fatalError("abstract")
    }

    /// Begins the head that tells the client of its request's going over to this protocol. From then on body pieces are the
    /// protocol's bytes, in both directions, until each is ended: by `Exchange.clientEnded`, and by `endTunnel`.
    func startSwitch(to name: UnsafeRawBufferPointer) { fatalError("abstract") }

    /// Ends what goes to a client that has gone over to another protocol.
    ///
    /// - Parameter cleanly: whether the backend has said over TLS, if it speaks it, that nothing was cut off.
    func endTunnel(cleanly: Bool) -> WriteResult { fatalError("abstract") }

    /// Adds a field to the head that was begun. Neither name nor value is checked again.
    func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) { fatalError("abstract") }

    /// The same with what the name is known as, or known not to be.
    func addField(_ known: FieldName, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        addField(name, value)
    }

    /// Ends the head. It is sent together with the first piece of the body, or by `flush()`.
    func endHead() { fatalError("abstract") }

    /// How large a piece of the body it can send on right now; what is beyond that would have to be kept.
    var pieceLimit: Int { Scratch.size }

    /// Sends a piece of the body. At least `Scratch.margin` bytes before and behind the piece may be overwritten.
    func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult { fatalError("abstract") }

    /// The stream to which the kernel may move the body by itself, because it goes out as it comes and nothing is pending; nil
    /// where it does not. Sends what is held back first.
    func bodyTarget() -> Transport? { nil }

    /// Says that so many bytes of the body were moved to `bodyTarget()`, and what became of them.
    func movedBody(_ count: Int, _ result: WriteResult) -> WriteResult { fatalError("abstract") }

    /// Ends the response; `trailers` are field lines that each end in CRLF, or nothing.
    func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult { fatalError("abstract") }

    /// Sends what is held back to go with a piece of the body.
    func flush() -> WriteResult { fatalError("abstract") }

    /// The exchange is over and its response whole: go on with the next request, linger or close.
    func exchangeEnded() { fatalError("abstract") }

    /// Ends the connection (or stream) so that the client cannot take a cut response for a whole one.
    func abort() { fatalError("abstract") }
}

extension Downstream {
    /// Appends the path and the query as sent, without the scheme and host of an absolute target (nginx's `$request_uri`).
    func appendRequestURI(to output: inout ByteBuffer) {
        if request.path.isEmpty { output.append(ASCII.slash) }
        output.append(headBytes[request.pathAndQuery])
    }

    /// Adds a field with a literal name.
    @inline(__always)
    func addField(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        addField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }

    /// Adds a field of a known name, which must not be `other`.
    @inline(__always)
    func addField(_ known: FieldName, _ value: UnsafeRawBufferPointer) {
        let name = known.text
        addField(known, UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }

    /// Adds a field with a literal name and value.
    @inline(__always)
    func addField(_ name: StaticString, _ value: StaticString) {
        addField(name, UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
    }
}
