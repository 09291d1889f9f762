internal import Net
internal import TLS

/// How bodies are passed on that nobody has to look at: the kernel moves them from one connection to the other (splice(2)),
/// without a copy and past the worker's memory. The contract of flow is the same as for pieces.
extension Exchange {
    /// How many bytes have to be left of a body for that to be worth its system calls.
    static let leastMove = 32 * 1024

    /// Where the rest of the answer's body may be moved to; nil where it has to be passed on piece by piece.
    func answerTarget() -> Transport? {
        guard phase == .responding, encoder == nil, pacer == nil, tunnel == nil else { return nil }
        return downstream.bodyTarget()
    }

    /// Where the rest of the request's body may be moved to; nil where it has to be passed on piece by piece.
    func requestTarget() -> Transport? {
        guard !isUploadStopped, tunnel == nil, let upstream else { return nil }
        return upstream.bodyTarget()
    }

    /// A part of the answer's body was moved.
    func movedResponse(_ count: Int, _ result: WriteResult, isLast: Bool) {
        attempts.received(count)
        bytesSent += count
        settle(downstream.movedBody(count, result), isLast: isLast)
    }

    /// A part of the request's body was moved.
    func movedBody(_ count: Int, _ result: WriteResult, isLast: Bool) {
        bodyReceived += count
        upstream?.movedBody(count, result, isLast: isLast)
        took(result)
    }
}
