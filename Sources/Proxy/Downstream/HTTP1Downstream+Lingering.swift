internal import Bytes
internal import HTTP
internal import Net
internal import TLS

/// The time after an answer that came before the end of its request.
extension HTTP1Downstream {
    /// How long a client may go on sending after its last answer, in all and between two pieces (as nginx has it).
    private static let lingeringTime = Duration.seconds(30)
    private static let lingeringPause = Timeout.seconds(5)

    /// Ends the answer's direction as soon as it is sent, and waits for the client to end its own.
    func linger() {
        worker.heads.reclaim(from: &input)
        phase = .lingering(until: worker.loop.now + Self.lingeringTime)
        if transport.hasPending { setSendDeadline() } else { endAnswer() }
        if transport.mayRead { worker.loop.again(token) }
    }

    /// Tells a client that still sends that it was answered, and how long it has to take note.
    func endAnswer() {
        transport.shutdownWrite()
        phase = .lingering(until: worker.loop.now + Self.lingeringTime)
        worker.loop.setDeadline(Self.lingeringPause, for: token)
    }

    /// Drops what the client is still sending.
    func discardInput() {
        guard case .lingering(let until) = phase else { return }
        for _ in 0..<Self.piecesPerTurn where transport.mayRead {
            switch transport.read(into: worker.scratch.region) {
            case .bytes:
                // The answer that a slow client has not taken yet has its own time.
                guard !transport.hasPending else { continue }
                guard worker.loop.now < until else { return close() }
                worker.loop.setDeadline(Self.lingeringPause, for: token)
            case .wouldBlock: return
            case .end where transport.hasPending:
                phase = .closing
                return
            case .end, .failed: return close()
            }
        }
        if transport.mayRead { worker.loop.again(token) }
    }
}
