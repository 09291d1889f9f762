internal import Bytes
internal import HTTP
internal import Net
internal import TLS

/// Clients that speak HTTP/2: over TLS when both sides have agreed on it, in the clear when they begin with its preface.
extension HTTP1Downstream {
    /// How every connection of HTTP/2 begins (RFC 9113 §3.4), as far as HTTP/1 reads before it is sure of its own.
    private static let preface: StaticString = "PRI * HTTP/2.0\r\n"

    /// Whether what was refused as the first head of a connection in the clear is the preface of HTTP/2.
    var hasHTTP2Preface: Bool {
        guard worker.routes.speaksHTTP2, requestCount == 0, !isSecure, input.count >= Self.preface.utf8CodeUnitCount
        else { return false }
        return input.readable.starts(with: Self.preface.bytes)
    }

    /// Hands the connection over, with what was read of it, and has no part in it any more.
    func becomeHTTP2() {
        phase = .closed
        let arrival = ClientArrival(
            peer: peer, local: local, isSecure: isSecure, isExternal: isExternal, isProxied: isProxied, serial: serial,
            began: connectionBegan)
        let connection = HTTP2Connection(worker: worker, transport: transport, token: token, arrival: arrival)
        worker.loop.hand(token, to: connection)
        worker.opened(connection, token)
        connection.start(with: input.readable)
        if isLeaving { connection.leave() }
        worker.heads.reclaim(from: &input)
    }
}
