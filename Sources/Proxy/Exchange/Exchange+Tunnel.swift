internal import Bytes
internal import HTTP
internal import Net
internal import Routing

/// Requests to go over to another protocol, WebSocket mostly (RFC 9110 §7.8).
///
/// Once the backend has agreed, the bytes of the protocol go the way of bodies, under the same contract of flow. What is
/// different is the end: each direction has its own, and the exchange is over with the second one.
extension Exchange {
    /// The protocols that the backend is asked to go over to; nil for none.
    var upgradeOffer: UpgradeOffer? {
        let upgrade = downstream.request.upgrade
        guard !upgrade.isEmpty else { return nil }
        // What is in a body could come to stand where the backend already reads the other protocol.
        guard !downstream.request.framing.hasBody, rewritten?.isBodyless != true, location.settings.passesUpgrade else {
            return nil
        }
        return UpgradeOffer(downstream.headBytes[upgrade])
    }

    /// Whether an extended CONNECT can lead to a tunnel here (RFC 8441), or its error page is being fetched.
    var mayBecomeTunnel: Bool {
        if rewritten?.isBodyless == true { return true }
        return upgradeOffer != nil && (location.choice != nil || location.pool != nil)
    }

    /// Whether the backend takes an extended CONNECT for a request like any other, and its answer for one to that.
    func isTunnelDeclined(_ status: Int) -> Bool {
        downstream.request.isExtendedConnect && (200..<300).contains(status) && rewritten?.isBodyless != true
    }

    /// What stands for the key that a client of HTTP/2 does not send; nil where the client has a key of its own.
    var webSocketKey: WebSocketKey? { downstream.request.isExtendedConnect ? WebSocketKey(requestID) : nil }

    /// Whether a backend's going over to another protocol is what it was asked for.
    ///
    /// What answers a key of this proxy's own is not for the client.
    func isAgreed(_ response: inout ResponseHead, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let upgradeOffer, upgradeOffer.includes(bytes[response.upgrade]) else { return false }
        guard let webSocketKey else { return true }
        var count = 0
        for index in response.fields.indices
        where ASCII.equalsIgnoringCase(bytes[response.fields[index].name], "sec-websocket-accept") {
            guard webSocketKey.isAccepted(by: bytes[response.fields[index].value]) else { return false }
            response.fields[index].isDropped = true
            count += 1
        }
        return count == 1
    }

    /// The backend has gone over to another protocol: so does the client, and what it has sent already is passed on now.
    func receivedSwitch(_ response: borrowing ResponseHead, in bytes: UnsafeRawBufferPointer) {
        note(response, in: bytes)
        backend?.health.served()
        answering(downstream.request.isExtendedConnect ? 200 : response.status)
        tunnel = Tunnel()
        ResponseWriter.writeSwitch(response, bytes: bytes, for: self)
        downstream.resumeBody()
    }

    /// The client sends nothing more through the tunnel.
    func clientEnded(cleanly: Bool) {
        guard let upstream, tunnel?.hasClientEnded == false else { return }
        tunnel?.hasClientEnded = true
        switch upstream.endTunnel(cleanly: cleanly) {
        case .complete: tunnelDrained()
        case .pending: break
        case .failed: upstreamStoppedReading()
        }
    }

    /// The backend sends nothing more through the tunnel.
    func backendEnded(cleanly: Bool) {
        guard tunnel?.hasBackendEnded == false else { return }
        tunnel?.hasBackendEnded = true
        if case .failed = downstream.endTunnel(cleanly: cleanly) { return downstreamFailed(.clientGone) }
        finishTunnel()
    }

    /// The connection to the backend is of no more use, although its end may have been read before.
    func upstreamBroke() {
        guard tunnel?.hasBackendEnded == true else { return }
        upstreamStoppedReading()
    }

    /// The backend's connection has taken what waited for it.
    func tunnelDrained() {
        if tunnel?.hasClientEnded == true { tunnel?.isSent = true }
        finishTunnel()
    }

    /// Ends the exchange if nothing more can come: both sides have ended, or the backend has and takes nothing more.
    func finishTunnel() {
        guard let tunnel, tunnel.hasBackendEnded, upstream != nil else { return }
        if isUploadStopped || tunnel.isSent { finish() }
    }
}
