internal import Bytes
internal import HTTP
internal import Net

/// How the body of an answer is passed on, piece by piece.
extension Exchange {
    /// A piece of the answer's body has come from the backend.
    func receivedResponse(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) {
        attempts.received(piece.count)
        bytesSent += piece.count
        worker.counters.bytesOut += piece.count
        let result: WriteResult
        if isLast, let upstream, upstream.hasTrailers {
            if piece.count > 0 { _ = downstream.sendBody(piece, isLast: false) }
            result = upstream.withTrailers { downstream.endBody(trailers: $0) }
        } else {
            result = downstream.sendBody(piece, isLast: isLast)
        }
        if case .failed = result { return downstreamFailed(.clientGone) }
        if isLast { return finish() }
        isStalled = result == .pending
        if isStalled || pacer?.holds(sent: bytesSent) ?? false { upstream?.pause() }
    }

    /// Sends the head on although no piece of the body has come yet.
    func responseStalled() {
        switch downstream.flush() {
        case .complete: break
        case .pending:
            isStalled = true
            upstream?.pause()
        case .failed: downstreamFailed(.clientGone)
        }
    }

    /// The client took what waited for it.
    func downstreamDrained() {
        isStalled = false
        resumeResponse()
    }

    /// Goes on with the answer, unless the client has not taken what it was sent, or it would go too fast.
    func resumeResponse() {
        if !isStalled, pacer?.isHolding != true { upstream?.resume() }
    }
}
