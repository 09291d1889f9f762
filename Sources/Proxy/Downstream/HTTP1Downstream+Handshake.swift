internal import HTTP
internal import Net
internal import TLS

/// The TLS handshake, which says what the client speaks.
extension HTTP1Downstream {
    /// Goes on with the handshake; true when it is complete and heads of HTTP/1 follow.
    func handshake() -> Bool {
        switch transport.handshake() {
        case .complete:
            if transport.tls?.speaksHTTP2 == true {
                becomeHTTP2()
                return false
            }
            phase = .awaitingHead
            worker.loop.setDeadline(worker.clientHeaderTimeout, for: token)
            return true
        case .wouldBlock: return false
        case .failed(.plainHTTP):
            transport.continueInClear()
            request.reset()
            phase = .exchanging
            exchange.reject(status: 400)
            return false
        case .failed:
            finish()
            return false
        }
    }
}
