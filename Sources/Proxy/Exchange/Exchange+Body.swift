internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// How the bodies of request and answer are passed on, piece by piece.
extension Exchange {
    /// Sends the last piece of the request's body, and its trailers if it has any.
    func end(_ piece: UnsafeMutableRawBufferPointer, of upstream: Responder) -> WriteResult {
        guard downstream.hasTrailers else { return upstream.sendBody(piece, isLast: true) }
        if piece.count > 0, case .failed(let error) = upstream.sendBody(piece, isLast: false) { return .failed(error) }
        return downstream.withTrailers { upstream.endBody(trailers: $0) }
    }

    /// Whether a client may have nothing to send for a while: it is answered already, or speaks gRPC.
    var toleratesSilence: Bool { phase == .responding || backend?.protocol == .http2 }

    /// Roughly how many bytes of memory it holds beside its client's connection.
    var heldBytes: Int { (upstream?.heldBytes ?? 0) + (encoder == nil ? 0 : GzipEncoder.heldBytes) }

    /// The backend took what waited for it.
    func upstreamDrained() {
        // What a client sends that the backend is not told of must not come behind the request's head.
        if !isUploadStopped, tunnel != nil || forwardedFraming.hasBody { downstream.resumeBody() }
        if tunnel != nil { tunnelDrained() }
    }

    /// The backend takes no more of the request. It may have answered before it closed, so what it sent is still read.
    func upstreamStoppedReading() {
        isUploadStopped = true
        downstream.pauseBody()
        upstream?.readLast()
        if tunnel != nil { finishTunnel() }
    }

    /// A piece of the answer's body has come from the backend.
    func receivedResponse(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) {
        attempts.received(piece.count)
        guard encoder == nil else { return sendCompressed(piece, isLast ? .end : .none) }
        send(piece, isLast: isLast)
    }

    /// Ends an answer of the proxy itself with its last piece.
    func answer(_ page: UnsafeMutableRawBufferPointer) {
        bytesSent += page.count
        if case .failed = downstream.sendBody(page, isLast: true) { return downstreamFailed(.clientGone) }
        finish()
    }

    private func send(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) {
        bytesSent += piece.count
        let result: WriteResult
        if isLast, let upstream, upstream.hasTrailers {
            if piece.count > 0 { _ = downstream.sendBody(piece, isLast: false) }
            result = upstream.withTrailers { downstream.endBody(trailers: $0) }
        } else {
            result = withDownstream { $0.sendBody(piece, isLast: isLast) }
        }
        settle(result, isLast: isLast)
    }

    /// Goes on with the answer as the client has taken a piece of it.
    func settle(_ result: WriteResult, isLast: Bool) {
        if case .failed = result { return downstreamFailed(.clientGone) }
        if isLast { return finish() }
        isStalled = if case .pending = result { true } else { false }
        if isStalled || pacer?.holds(sent: bytesSent) ?? false { upstream?.pause() }
    }

    /// Compresses a piece and sends what comes out, which is nothing for most small ones.
    private func sendCompressed(_ piece: UnsafeMutableRawBufferPointer, _ flush: GzipEncoder.Flush) {
        let region = worker.encoders.region
        guard let count = encoder?.encode(UnsafeRawBufferPointer(piece), flush: flush, into: region) else {
            return downstreamFailed(.notCompressed)
        }
        guard count > 0 || flush == .end else { return }
        send(UnsafeMutableRawBufferPointer(rebasing: region[..<count]), isLast: flush == .end)
    }

    /// Sends on what there is, the head above all, because nothing more has come yet.
    func responseStalled() {
        if encoder?.holdsBack == true {
            sendCompressed(UnsafeMutableRawBufferPointer(start: nil, count: 0), .pending)
            // The client may be gone by now, and the exchange with it.
            guard encoder != nil, !isStalled else { return }
        }
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
