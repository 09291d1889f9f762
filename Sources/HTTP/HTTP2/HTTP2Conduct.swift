/// Judges how a client uses its connection, frame by frame, before anything else is done with them.
///
/// It reads the headers of frames by itself, so that its bounds hold whatever the library below counts or lets pass, and costs
/// a few instructions for each. What a client does for its own messages is paid for by these: answers that were sent put
/// back what their streams took. So a connection may last and be busy as long as it likes, as long as it is for something.
/// No clock: the time is handed in.
struct HTTP2Conduct {
    private static let prefaceSize = 24

    private let limits: HTTP2Limits
    private var resets: TokenBucket
    private var glitches: TokenBucket
    private var smallFrames: TokenBucket
    private var time: UInt64?
    /// The bound that was overstepped first.
    private(set) var abuse: HTTP2Abuse?

    /// How many bytes follow of what needs no look: the preface, or a frame's payload.
    private var skipped = prefaceSize
    /// The bytes of a frame's header that have come, where it came in pieces.
    private var partial = [UInt8]()
    private var lastStream: UInt32 = 0
    private var headByteCount = 0
    private var continuationCount = 0

    /// The judge of a client of which nothing has come.
    init(limits: HTTP2Limits) {
        self.limits = limits
        resets = TokenBucket(capacity: limits.resets, perSecond: limits.resetsPerSecond)
        glitches = TokenBucket(capacity: limits.glitches, perSecond: limits.glitchesPerSecond)
        smallFrames = TokenBucket(capacity: limits.smallFrames, perSecond: limits.smallFramesPerSecond)
    }

    /// Looks at the next bytes that came; returns how many of them may be seen to.
    ///
    /// Those are all, or, with `abuse` set, the ones before the frame that was too much.
    ///
    /// - Parameter now: the time in nanoseconds, which never runs backwards.
    mutating func admit(_ bytes: UnsafeRawBufferPointer, at now: UInt64) -> Int {
        guard abuse == nil, let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        refill(at: now)
        var index = 0
        while true {
            let skip = min(skipped, bytes.count - index)
            skipped -= skip
            index += skip
            let left = bytes.count - index
            guard left > 0 else { return index }
            let begin = index
            let header: HTTP2FrameHeader
            if partial.isEmpty, left >= HTTP2FrameHeader.size {
                header = HTTP2FrameHeader(start + index)
                index += HTTP2FrameHeader.size
            } else {
                let count = min(HTTP2FrameHeader.size - partial.count, left)
                partial.append(contentsOf: UnsafeBufferPointer(start: start + index, count: count))
                index += count
                guard partial.count == HTTP2FrameHeader.size else { return index }
                header = partial.withUnsafeBufferPointer { HTTP2FrameHeader($0.baseAddress.unsafelyUnwrapped) }
                partial.removeAll(keepingCapacity: true)
            }
            skipped = header.length
            judge(header)
            if abuse != nil { return begin }
        }
    }

    private mutating func refill(at now: UInt64) {
        if let time, now > time {
            resets.refill(after: now - time)
            glitches.refill(after: now - time)
            smallFrames.refill(after: now - time)
        }
        time = now
    }

    @inline(__always)
    private mutating func judge(_ header: HTTP2FrameHeader) {
        switch header.type {
        case 0x0: judgeData(header)
        case 0x1: judgeHeaders(header)
        case 0x3: takeReset()
        case 0x4: takeGlitches(header.isAcknowledgement ? 1 : limits.settingsGlitches)
        case 0x9: judgeContinuation(header)
        // PRIORITY, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, and what nobody knows: by its size too, for it may be long.
        default: takeGlitches(1 + header.length >> 10)
        }
    }

    @inline(__always)
    private mutating func judgeData(_ header: HTTP2FrameHeader) {
        if header.length == 0, !header.endsStream { return takeGlitches(1) }
        guard header.length < limits.smallFrameSize || header.isPadded else { return }
        smallFrames.take(1)
        if smallFrames.isOverdrawn { abuse = abuse ?? .smallFrames }
    }

    private mutating func judgeHeaders(_ header: HTTP2FrameHeader) {
        headByteCount = 0
        continuationCount = 0
        countHead(header)
        // Trailers, or fields where none belong.
        if header.stream <= lastStream { takeGlitches(1) } else { lastStream = header.stream }
    }

    private mutating func judgeContinuation(_ header: HTTP2FrameHeader) {
        continuationCount += 1
        if continuationCount > limits.continuationsPerHead { abuse = abuse ?? .continuations }
        countHead(header)
    }

    private mutating func countHead(_ header: HTTP2FrameHeader) {
        headByteCount += header.length
        if headByteCount > limits.headBytes { abuse = abuse ?? .headBytes }
    }

    private mutating func takeGlitches(_ count: Int) {
        glitches.take(count)
        if glitches.isOverdrawn { abuse = abuse ?? .glitches }
    }

    private mutating func takeReset() {
        resets.take(1)
        if resets.isOverdrawn { abuse = abuse ?? .resets }
    }

    // MARK: What this side did

    /// This side has reset a stream, or refused its head, because of what the client did.
    mutating func provoked() { takeReset() }

    /// More came out of one head than `headBytes`.
    mutating func unpackedTooMuch() { abuse = abuse ?? .headBytes }

    /// An answer was sent whole.
    mutating func answered() {
        // Only half a reset: who resets as many streams as it has answered lives on nothing else.
        resets.putBack(halves: 1)
        glitches.putBack(halves: 2 * limits.glitchesPerAnswer)
    }

    /// A frame of an answer's body was sent.
    ///
    /// - Parameter isCut: whether it was made short by the client's window.
    @inline(__always)
    mutating func sentData(_ count: Int, isCut: Bool) {
        // Who opens its window by the byte is not to be paid for each of them.
        guard !isCut || count >= limits.usefulFrameSize else { return }
        glitches.putBack(halves: 2 * limits.glitchesPerDataFrame)
    }
}
