internal import Bytes
internal import Net
internal import TLS

/// What the worker asks of the connection: to end, now or with its request.
extension HTTP1Downstream {
    func came(through listener: ListenAddress) -> Bool {
        isExternal == listener.isExternal && isSecure == listener.isSecure && local.port == listener.endpoint.port
    }

    func leave() {
        isLeaving = true
        // A handshake may still bring a request.
        if case .handshaking = phase { return }
        drain()
    }

    func retire() {
        // The next answer says it.
    }

    func drain() {
        switch phase {
        case .awaitingHead where input.isEmpty:
            // A request may have come that this turn of the loop has not got to yet.
            transport.update(.readable)
            advance()
            if case .awaitingHead = phase, input.isEmpty { finish() }
        case .handshaking: close()
        default: break
        }
    }

    func stop() {
        if case .exchanging = phase { return abort() }
        if transport.hasPending { return abort() }
        transport.closeNotify()
        close()
    }

    func giveWay(_ error: ExchangeError, isAtOnce: Bool) {
        isLeaving = true
        switch phase {
        case .closed: return
        case .exchanging where exchange.phase == .suspended: return abort()
        case .exchanging: exchange.downstreamFailed(error)
        case .awaitingHead:
            drain()
            if case .exchanging = phase { return }
        case .handshaking, .closing, .lingering: break
        }
        // It holds nothing any more but what TLS needs.
        if case .lingering = phase, !isAtOnce, !transport.hasPending { return }
        close()
    }

    var client: IPAddress { peer.address }

    var heldBytes: Int {
        let connection = 4096 + input.capacity + transport.heldBytes
        if case .exchanging = phase { return connection + exchange.heldBytes }
        return connection
    }

    var isIdle: Bool { if case .exchanging = phase { false } else { true } }
}
