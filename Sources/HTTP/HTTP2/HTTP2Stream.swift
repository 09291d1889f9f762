internal import Bytes

/// One stream of an `HTTP2Session`: the fields that are coming in, and the piece that is going out.
///
/// It is used again for another stream once it was given back to its pool.
package final class HTTP2Stream {
    enum Section {
        /// No field of the head of an answer has come yet.
        case unknown
        case interim
        case head
        case trailers
    }

    /// Its number on the connection; 0 before it has one.
    package internal(set) var id: Int32 = 0
    /// Puts the fields of a request together, in a server's session.
    package var request: HTTP2RequestAssembler
    /// Puts the fields of an answer together, in a client's session.
    package var response: HTTP2ResponseAssembler
    /// Puts the fields of an interim answer together, so that the final one may come before it was seen to.
    package var interim: HTTP2ResponseAssembler
    /// How many interim answers have come; `interim` holds the last of them, whichever event is being seen to.
    package internal(set) var interimCount = 0
    /// The fields that follow the body of the message that is sent.
    package var trailers = HTTP2FieldBlock()
    /// What the session's owner wants to find again with each event.
    package var owner: AnyObject?
    /// Whether both directions carry another protocol, so that each has its own end (RFC 8441 §5).
    package var isTunnel = false
    /// How many bytes came on it for which no credit was returned yet.
    package internal(set) var unconsumedCount = 0
    /// The size that its window for what comes was last given.
    package internal(set) var windowSize = 0
    /// How many bytes the head of the request took, as it was sent.
    package internal(set) var headByteCount = 0
    /// How many bytes of frames were made for it.
    package internal(set) var sentCount = 0
    /// Whether this side's direction was ended, so that nothing more can be sent.
    package internal(set) var hasSentEnd = false
    /// Whether the session still knows it.
    package internal(set) var isOpen = false

    /// Where it stands among the session's streams.
    var index = 0
    /// Which fields are coming in.
    var section = Section.unknown
    /// Whether the head has come, of the request or of the final answer, so that further fields are trailers.
    var hasHead = false
    /// The piece that is offered right now, which belongs to its owner.
    var piece = UnsafeRawBufferPointer(start: nil, count: 0)
    /// What was kept of earlier pieces.
    var kept = ByteBuffer()
    /// Whether nothing follows what is offered and kept.
    var hasEnded = false
    /// Whether the session asked for data when there was none.
    var isDeferred = false
    /// Whether its owner waits to hear that nothing is kept any more.
    var owesDrained = false

    /// A stream with assemblers of these limits.
    init(limits: HeadLimits) {
        request = HTTP2RequestAssembler(limits: limits)
        response = HTTP2ResponseAssembler(limits: limits)
        interim = HTTP2ResponseAssembler(limits: limits)
    }

    /// Takes a field that has come.
    @inline(__always)
    func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, role: HTTP2Session.Role?) {
        guard role == .client else { return request.add(name, value) }
        if section == .unknown { beginResponse(isInterim: value.count == 3 && value[0] == UInt8(ascii: "1")) }
        if section == .interim { interim.add(name, value) } else { response.add(name, value) }
    }

    /// Whatever the first field of a head is, it is the status or malformed (RFC 9113 §8.3).
    private func beginResponse(isInterim: Bool) {
        section = isInterim ? .interim : .head
        if isInterim { interim.begin() } else { response.begin() }
    }

    /// Whether a part of an earlier piece has not left yet.
    package var hasKept: Bool { !kept.isEmpty }

    /// How many bytes of earlier pieces have not left yet.
    package var keptCount: Int { kept.count }

    /// How many bytes wait to be sent.
    var waitingCount: Int { kept.count + piece.count }

    /// Moves the next bytes that wait behind the output.
    func take(_ count: Int, into output: inout ByteBuffer) {
        let fromKept = min(count, kept.count)
        if fromKept > 0 {
            output.append(UnsafeRawBufferPointer(rebasing: kept.readable[..<fromKept]))
            kept.consume(fromKept)
        }
        guard fromKept < count else { return }
        output.append(UnsafeRawBufferPointer(rebasing: piece[..<(count - fromKept)]))
        piece = UnsafeRawBufferPointer(rebasing: piece[(count - fromKept)...])
    }

    /// Forgets everything but its owner, and what memory is worth keeping.
    func reset() {
        id = 0
        trailers.begin()
        isTunnel = false
        unconsumedCount = 0
        windowSize = 0
        headByteCount = 0
        sentCount = 0
        hasSentEnd = false
        interimCount = 0
        section = .unknown
        hasHead = false
        piece = UnsafeRawBufferPointer(start: nil, count: 0)
        kept = ByteBuffer()
        hasEnded = false
        isDeferred = false
        owesDrained = false
    }
}
