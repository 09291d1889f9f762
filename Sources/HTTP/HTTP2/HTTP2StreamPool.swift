/// Streams of one thread that can be used again, so that a request need not make one.
package final class HTTP2StreamPool {
    /// How many free streams are kept at the most.
    package let limit: Int
    private let headLimits: HeadLimits
    /// What sessions keep in pages of their own.
    let pages = HTTP2PagePool()
    private var streams: ContiguousArray<HTTP2Stream> = []

    /// A pool of streams that read heads up to these limits.
    package init(headLimits: HeadLimits, limit: Int = 128) {
        self.headLimits = headLimits
        self.limit = limit
    }

    /// A stream that is in nobody's use; its owner is what the last one has left there.
    func take() -> HTTP2Stream { streams.popLast() ?? HTTP2Stream(limits: headLimits) }

    /// Takes a stream back that was closed and whose events have been seen to.
    ///
    /// Returns whether it is kept; if not, its owner should let go of it.
    @discardableResult
    package func giveBack(_ stream: HTTP2Stream) -> Bool {
        precondition(!stream.isOpen, "a stream that is still open was given back")
        stream.reset()
        guard streams.count < limit else { return false }
        streams.append(stream)
        return true
    }
}
