internal import Bytes
internal import HTTP
internal import Net
internal import Routing
internal import TLS

/// How long a client may take, and what becomes of it when it has taken longer.
extension HTTP1Downstream {
    func deadlinePassed() {
        switch phase {
        case .closed: break
        case .exchanging:
            if transport.hasPending { return exchange.downstreamFailed(.clientStalled) }
            exchange.downstreamFailed(connection.isBodyComplete ? .clientGone : .clientSlow)
        // What the client did not take in time is lost, and it must not take the rest for the whole.
        case _ where transport.hasPending: abort()
        case .handshaking, .closing, .lingering: close()
        case .awaitingHead:
            // A client that began a request and stalled is told; one that sent nothing is simply let go.
            guard !input.isEmpty else { return finish() }
            request.reset()
            phase = .exchanging
            exchange.reject(status: 408)
        }
    }

    func setReadDeadline() {
        // What the client does not take has its own time, and what it sends meanwhile does not change that.
        guard !transport.hasPending else { return }
        if connection.isSwitched {
            // A tunnel's idleness is the backend's connection to notice.
            worker.loop.clearDeadline(for: token)
        } else if isBodyWanted, !connection.isBodyComplete {
            let timeout = exchange.location.timeouts.clientBody
            worker.loop.setDeadline(sending.deadline(for: timeout, at: worker.loop.now), for: token)
        } else if hasClientEnded, connection.isBodyComplete {
            // What ends its side may still read (RFC 9293 §3.6), but most that do are gone, and a backend works for nobody.
            worker.loop.setDeadline(worker.settings.halfClosedTimeout, for: token)
        } else {
            worker.loop.clearDeadline(for: token)
        }
    }

    func setSendDeadline() {
        let timeout = exchange.location.timeouts.clientSend
        worker.loop.setDeadline(taking.deadline(for: timeout, at: worker.loop.now), for: token)
    }

    /// The client has sent so many bytes of its request's body.
    @inline(__always)
    func received(_ count: Int) {
        sending.moved(count, cost: exchange.toleratesSilence ? 0 : worker.byteCost, at: worker.loop.now)
    }

    func setIdleDeadline() {
        if transport.hasPending {
            setSendDeadline()
        } else {
            worker.loop.setDeadline(exchange.location.timeouts.keepalive, for: token)
        }
    }
}
