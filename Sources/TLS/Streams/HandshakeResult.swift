/// How far a handshake has come.
package enum HandshakeResult: Equatable {
    /// The connection stands.
    case complete
    /// The peer's next message has not come, or not whole.
    case wouldBlock
    /// There will be no connection; the peer was told why if it still listens.
    case failed(TLSError)
}
