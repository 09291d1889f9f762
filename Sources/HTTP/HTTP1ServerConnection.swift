/// The protocol of one client connection of HTTP/1: whose turn it is, how messages are framed, when it ends.
///
/// It does no I/O: bytes go in, and what to do comes out. One request is read at a time; bytes of the next one wait
/// until `responseEnded()` says `.nextRequest`.
@usableFromInline
package struct HTTP1ServerConnection: Sendable {
    /// What the bytes of a head came to.
    package enum HeadAction: Equatable, Sendable {
        /// The head is not whole yet, or the last request is still being answered.
        case needMore
        /// The head was read; behind this many bytes the body begins.
        case request(byteCount: Int)
        /// Answer with the error's status; nothing more is read.
        case reject(RequestError)
    }

    /// How much content a response is going to have.
    package enum ResponseLength: Equatable, Sendable {
        /// None, and none is declared by its framing: answers to HEAD, 204 and 304.
        case none
        /// This many bytes.
        case known(Int)
        /// It is found out by sending it.
        case unknown
    }

    /// What a response has to say about the connection.
    package enum ConnectionField: Equatable, Sendable {
        /// `Connection: close`.
        case close
        /// `Connection: keep-alive`, which HTTP/1.0 needs to be told.
        case keepAlive
        /// Nothing: it stays open.
        case implicit
    }

    /// How a response is to be framed.
    package struct ResponseFraming: Equatable, Sendable {
        /// `length`: write `Content-Length`. `chunked`: write `Transfer-Encoding: chunked` and frame the content.
        /// `untilClose` and `none`: write neither.
        package var coding: BodyFraming
        /// The field to write.
        package var connection: ConnectionField

        /// A framing of these parts.
        package init(coding: BodyFraming, connection: ConnectionField) {
            self.coding = coding
            self.connection = connection
        }
    }

    /// What becomes of the connection when a response was sent.
    package enum AfterResponse: Equatable, Sendable {
        /// Read the next head.
        case nextRequest
        /// Close the sending side, then read and drop for a while, so that a client which is still sending gets to read
        /// the response before its connection is reset (RFC 9112 §9.6).
        case linger
        /// Close.
        case close
    }

    @usableFromInline
    enum Reading: Sendable {
        case head
        case body
        /// The request is whole; its response is not.
        case complete
        /// What came cannot be understood, so nothing behind it can be either.
        case refused
    }

    @usableFromInline
    enum Writing: Sendable {
        /// No request waits for a response.
        case idle
        /// A request waits for its response.
        case awaited
        case responding(staysOpen: Bool)
        /// The connection has gone over to another protocol.
        case switched
    }

    @usableFromInline var reading = Reading.head
    @usableFromInline var writing = Writing.idle
    private var parser: RequestHeadParser
    private var decoder = BodyDecoder(.none)
    private var method = Method.other
    private var version = HTTPVersion.http11
    /// Whether the client wants to send another request.
    private var clientStays = true
    /// Whether the request that was read last has trailers that may be passed on.
    package private(set) var hasTrailers = false

    /// A connection that nothing was read from.
    package init(limits: HeadLimits = .request) {
        parser = RequestHeadParser(limits: limits)
    }
}

// MARK: - Reading

extension HTTP1ServerConnection {
    /// Whether every request that was begun has been answered, so that closing loses nothing.
    package var isIdle: Bool {
        guard case .head = reading, case .idle = writing else { return false }
        return !parser.hasBegun
    }

    /// Whether the request's body was read to its end, or it has none.
    @inlinable
    package var isBodyComplete: Bool {
        if case .complete = reading { true } else { false }
    }

    /// Whether the connection has gone over to another protocol: its bytes are taken as they come, up to its end.
    @inlinable
    package var isSwitched: Bool {
        if case .switched = writing { true } else { false }
    }

    /// The trailers of the request that may be passed on, see `ChunkedDecoder.trailers`.
    package var trailers: [UInt8] { decoder.trailers }

    /// Whether the client understands interim responses: not so in HTTP/1.0 (RFC 9110 §15.2).
    package var acceptsInterim: Bool { version == .http11 }

    /// Reads the next head, from `bytes` that begin where the request begins.
    ///
    /// Until the head is whole, each call brings the same bytes as the last one, and more behind them.
    package mutating func receiveHead(_ bytes: Span<UInt8>, into head: inout RequestHead) -> HeadAction {
        guard case .head = reading, case .idle = writing else { return .needMore }
        switch parser.parse(bytes, into: &head) {
        case .partial:
            return .needMore
        case .failed(let error):
            reading = .refused
            writing = .awaited
            method = .other
            version = .http11
            return .reject(error)
        case .complete(let count):
            decoder.restart(head.framing)
            hasTrailers = false
            reading = decoder.isComplete ? .complete : .body
            writing = .awaited
            method = head.method
            version = head.version
            // What stands behind a CONNECT that is declined may be meant for the tunnel (RFC 9110 §9.3.6).
            clientStays = head.isPersistent && head.method != .connect
            return .request(byteCount: count)
        }
    }

    /// Decodes the next bytes of the request's body in place, see `BodyDecoder.decode`.
    ///
    /// What has arrived of a body that nobody wants should be given to this before `respond`: only a connection whose
    /// request is whole can be used on. After an error the request is refused, and its bytes are no longer taken.
    package mutating func receiveBody(_ bytes: UnsafeMutableRawBufferPointer) throws(BodyError) -> DecodedPiece {
        guard case .body = reading else { return .nothing }
        do {
            let piece = try decoder.decode(bytes)
            if decoder.isComplete {
                reading = .complete
                hasTrailers = !decoder.trailers.isEmpty
            }
            return piece
        } catch {
            reading = .refused
            throw error
        }
    }

    /// How many bytes of the body are still to come that are all content; 0 where that is not known, and behind a switch.
    package var bodyRemainder: Int {
        if case .body = reading { decoder.remainder } else { 0 }
    }

    /// Says that so many of the remainder were passed on without being decoded.
    package mutating func skipBody(_ count: Int) {
        decoder.skip(count)
        if decoder.isComplete { reading = .complete }
    }

    /// Says that the client has ended its direction of the other protocol.
    package mutating func endOfSwitched() {
        guard isSwitched else { return }
        reading = .complete
    }
}

// MARK: - Writing

extension HTTP1ServerConnection {
    /// Decides how the final response is framed (RFC 9112 §6.3) and whether the connection stays open (§9.3, §9.6).
    ///
    /// It does not stay open when the request is not whole yet: the client may go on sending what would then be read as
    /// the next request, or, having asked for a 100 that never came, may not send it at all.
    ///
    /// - Parameters:
    ///   - status: the status, from 200 on.
    ///   - length: how much content there is. HEAD, 204 and 304 get no content whatever it says.
    ///   - keepAlive: false to close the connection behind this response.
    package mutating func respond(status: Int, length: ResponseLength, keepAlive: Bool) -> ResponseFraming {
        let coding: BodyFraming =
            if method == .head || status < 200 || status == 204 || status == 304 {
                .none
            } else {
                switch length {
                case .none: .length(0)
                case .known(let count): .length(count)
                case .unknown: version == .http11 ? .chunked : .untilClose
                }
            }
        let staysOpen = keepAlive && clientStays && isBodyComplete && coding != .untilClose
        writing = .responding(staysOpen: staysOpen)
        if !staysOpen { return ResponseFraming(coding: coding, connection: .close) }
        return ResponseFraming(coding: coding, connection: version == .http11 ? .implicit : .keepAlive)
    }

    /// Goes over to another protocol with a 101, which needs a request that was read to its end and not answered yet.
    package mutating func switchProtocols() {
        guard case .complete = reading, case .awaited = writing else {
            preconditionFailure("a switch of protocols in the middle of a message")
        }
        decoder.restart(.untilClose)
        reading = .body
        writing = .switched
    }

    /// Whether nothing more is to come from the client: it has said so, and is not waiting for a tunnel.
    private var hasSaidLast: Bool { isBodyComplete && !clientStays && method != .connect }

    /// Says that the response was written to its end.
    package mutating func responseEnded() -> AfterResponse {
        // The other side of a protocol that is not known may have to read the end before it closes.
        if isSwitched { return .linger }
        guard case .responding(let staysOpen) = writing else { return .close }
        guard staysOpen else { return hasSaidLast ? .close : .linger }
        reading = .head
        writing = .idle
        return .nextRequest
    }
}
