internal import Bytes

/// The protocol of one backend connection of HTTP/1: what a response belongs to, how it is framed, whether the
/// connection can be used again.
///
/// It does no I/O. One request is under way at a time.
@usableFromInline
package struct HTTP1ClientConnection: Sendable {
    /// What the bytes of a head came to.
    package enum HeadAction: Equatable, Sendable {
        /// The head is not whole yet.
        case needMore
        /// An interim response of this many bytes was read; another head follows.
        case informational(byteCount: Int, status: Int)
        /// The head of the response was read; behind this many bytes its body begins.
        case response(byteCount: Int)
        /// The backend has gone over to another protocol, which begins behind this many bytes (101).
        case switched(byteCount: Int)
        /// Nothing of this may be passed on, and the connection must close.
        case failed(ResponseError)
    }

    /// What it means that the backend closed.
    package enum EndOfInput: Equatable, Sendable {
        /// No request was under way.
        case idle
        /// No byte of the response came: the request may not have been seen at all.
        case unanswered
        /// The response ends with this, and is whole.
        case complete
        /// The response was cut short.
        case truncated
        /// The backend's direction of the other protocol ends; that to the backend may go on.
        case ofSwitched
    }

    @usableFromInline
    enum Writing: Sendable {
        case idle
        case sending
        case sent
    }

    /// Whether the request under way asks for another protocol.
    private enum Upgrade {
        case none
        case asked
        case agreed
    }

    @usableFromInline
    enum Reading: Sendable {
        case idle
        case head(interimCount: Int)
        case body
        case complete
        /// What came cannot be understood, or was not asked for.
        case failed
    }

    // A backend may report progress for as long as it works, but each report costs a head on both sides.
    private static let interimLimit = 16

    @usableFromInline var writing = Writing.idle
    @usableFromInline var reading = Reading.idle
    private var parser: ResponseHeadParser
    private var decoder = BodyDecoder(.none)
    private var method = Method.other
    private var upgrade = Upgrade.none
    /// Whether the response that was read last has trailers that may be passed on.
    package private(set) var hasTrailers = false
    /// Whether nothing yet speaks against another request.
    @usableFromInline var backendStays = true

    /// A connection that no request was sent on.
    package init(limits: HeadLimits = .response) {
        parser = ResponseHeadParser(limits: limits)
    }

    /// Whether a byte that answers the request was read, so that it is known to have been seen.
    package var hasResponseBegun: Bool {
        switch reading {
        case .idle: false
        case .head(let interimCount): interimCount > 0 || parser.hasBegun
        case .body, .complete, .failed: true
        }
    }

    /// Whether the backend has gone over to another protocol: its bytes are taken as they come, up to its end.
    package var isSwitched: Bool {
        if case .agreed = upgrade { true } else { false }
    }

    /// Whether a direction of that other protocol is still open, so that closing now would cut it.
    package var isAmidSwitched: Bool {
        guard isSwitched else { return false }
        if case .sent = writing, case .complete = reading { return false }
        return true
    }

    /// Whether the response's body was read to its end, or it has none.
    @inlinable
    package var isBodyComplete: Bool {
        if case .complete = reading { true } else { false }
    }

    /// The trailers of the response that may be passed on, see `ChunkedDecoder.trailers`.
    package var trailers: [UInt8] { decoder.trailers }

    /// Whether another request can be sent: the last one and its response are whole, nothing came behind them, and the
    /// backend did not say that it closes. True for a fresh connection.
    @inlinable
    package var isReusable: Bool {
        switch (writing, reading) {
        case (.idle, .idle): backendStays
        case (.sent, .complete): backendStays
        default: false
        }
    }
}

extension HTTP1ClientConnection {
    /// Says that a request is being sent. The connection must be reusable.
    ///
    /// - Parameters:
    ///   - method: its method, which decides whether the response has a body.
    ///   - mayUpgrade: whether it asks for another protocol, so that a 101 is a possible answer.
    package mutating func begin(method: Method, mayUpgrade: Bool = false) {
        precondition(isReusable, "a request on a connection that cannot take one")
        self.method = method
        upgrade = mayUpgrade ? .asked : .none
        backendStays = true
        hasTrailers = false
        writing = .sending
        reading = .head(interimCount: 0)
    }

    /// Says that the request was written to its end; behind a 101, what follows it in the other protocol.
    package mutating func requestEnded() {
        writing = .sent
    }

    /// Reads the next head, from `bytes` that begin where the response begins.
    ///
    /// Until the head is whole, each call brings the same bytes as the last one, and more behind them.
    package mutating func receiveHead(_ bytes: Span<UInt8>, into head: inout ResponseHead) -> HeadAction {
        guard case .head(let interimCount) = reading else {
            return bytes.isEmpty ? .needMore : fail(.unrequestedResponse)
        }
        switch parser.parse(bytes, into: &head) {
        case .partial:
            return .needMore
        case .failed(let error):
            return fail(error)
        case .complete(let count):
            if head.status < 200, head.status != 101 {
                guard interimCount < Self.interimLimit else { return fail(.tooManyInterimResponses) }
                reading = .head(interimCount: interimCount + 1)
                return .informational(byteCount: count, status: head.status)
            }
            if head.status == 101 { return switchProtocols(head, byteCount: count) }
            let framing = head.framing(requestMethod: method)
            decoder.restart(framing)
            reading = decoder.isComplete ? .complete : .body
            // What stands behind a response without a body answers no request (RFC 9112 §9.2).
            let hasSurplus = decoder.isComplete && count < bytes.count
            backendStays = head.isPersistent && framing != .untilClose && !hasSurplus
            return .response(byteCount: count)
        }
    }

    private mutating func switchProtocols(_ head: borrowing ResponseHead, byteCount: Int) -> HeadAction {
        guard case .asked = upgrade, case .sent = writing, !head.upgrade.isEmpty else {
            return fail(.unrequestedUpgrade)
        }
        upgrade = .agreed
        writing = .sending
        decoder.restart(.untilClose)
        reading = .body
        backendStays = false
        return .switched(byteCount: byteCount)
    }

    /// Decodes the next bytes of the response's body in place, see `BodyDecoder.decode`.
    ///
    /// After an error nothing more is taken, and what was passed on must not be ended as if it were whole.
    package mutating func receiveBody(_ bytes: UnsafeMutableRawBufferPointer) throws(BodyError) -> DecodedPiece {
        guard case .body = reading else {
            if !bytes.isEmpty { backendStays = false }
            return .nothing
        }
        do {
            let piece = try decoder.decode(bytes)
            if decoder.isComplete {
                reading = .complete
                hasTrailers = !decoder.trailers.isEmpty
                if piece.consumed < bytes.count { backendStays = false }
            }
            return piece
        } catch {
            reading = .failed
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

    /// Says that the backend closed its side.
    package mutating func endOfInput() -> EndOfInput {
        defer { backendStays = false }
        switch reading {
        case .body where isSwitched, .complete where isSwitched:
            reading = .complete
            return .ofSwitched
        case .idle, .complete:
            return .idle
        case .head:
            let wasSeen = hasResponseBegun
            reading = .failed
            return wasSeen ? .truncated : .unanswered
        case .body:
            let isWhole = decoder.endOfInput()
            reading = isWhole ? .complete : .failed
            return isWhole ? .complete : .truncated
        case .failed:
            return .truncated
        }
    }

    private mutating func fail(_ error: ResponseError) -> HeadAction {
        reading = .failed
        return .failed(error)
    }
}
