internal import Bytes
internal import Glibc
internal import HTTP
internal import Net
internal import TLS

/// A connection of HTTP/2, to either side, whose output gathers during a turn of the loop, so that many streams share a
/// write. While the socket has not taken all, no more frames are made.
protocol OutputGathering: AnyObject {
    var transport: Transport { get }
    var session: HTTP2Session { get }
    var workspace: HTTP2Workspace { get }
    /// Whether `turnEnded` is going to be called.
    var isGathering: Bool { get set }
    /// Whether the socket has refused to take more.
    var hasFailed: Bool { get set }
    var isClosed: Bool { get }

    /// Writes what has gathered.
    func turnEnded()
}

/// How much is gathered before it is written.
private let outputLimit = 96 * 1024
/// The size up to which a piece is taken in any case.
private let smallestPiece = 4096

extension OutputGathering {
    /// Has what is sent from now on written at the end of the turn.
    func gather() {
        guard !isGathering, !isClosed else { return }
        isGathering = true
        workspace.gathers(self)
    }

    /// Sends as much of a piece as windows and socket take; the rest is kept.
    func send(_ piece: UnsafeRawBufferPointer, isLast: Bool, on stream: HTTP2Stream) -> WriteResult {
        guard !hasFailed else { return .failed(SystemError(call: "send", code: EPIPE)) }
        if !transport.hasPending { workspace.lendOutput(to: session, for: min(piece.count + 1024, outputLimit)) }
        session.offer(piece, isLast: isLast, on: stream)
        makeFrames()
        gather()
        return session.keepRest(of: stream) ? .complete : .pending
    }

    /// How large a piece the stream can send on right now.
    func pieceLimit(of stream: HTTP2Stream) -> Int {
        let room = transport.hasPending ? 0 : session.sendWindow(of: stream)
        return max(smallestPiece, min(room, outputLimit))
    }

    /// Makes the frames that may be sent now, and writes them whenever there are many.
    func makeFrames() {
        while !transport.hasPending, !hasFailed {
            workspace.lendOutput(to: session, for: 1024)
            session.write(limit: outputLimit)
            guard session.output.count >= outputLimit else { return }
            writeOut()
        }
    }

    /// Writes the frames that were made.
    func writeOut() {
        if !session.output.isEmpty, case .failed = transport.write(session.output.readable) { hasFailed = true }
        workspace.reclaimOutput(of: session)
    }
}
