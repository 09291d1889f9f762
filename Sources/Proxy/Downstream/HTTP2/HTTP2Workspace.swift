internal import Bytes
internal import HTTP
internal import Net

/// What the HTTP/2 connections of one worker share: memory for what is passing through, and whose turn it is to write.
///
/// A worker makes it when the first of them comes.
final class HTTP2Workspace {
    /// The size of the blocks that gather bulk output: what a write is made of at the most, and one frame more.
    private static let blockSize = 128 * 1024

    /// What was read last. Frames lie in it while their events are seen to, so it is not the scratch, which those use.
    let input = Scratch()
    /// How many objects for streams to backends are kept for further ones.
    private static let spareLimit = 64

    /// Streams of clients that can be used again.
    let streams: HTTP2StreamPool
    /// Streams to backends that can be used again.
    let clientStreams = HTTP2StreamPool(headLimits: .response)
    /// The head that is being composed.
    var head = HTTP2FieldBlock()
    /// How much further the windows of all streams together may grow, so that clients whose backends stall cannot fill
    /// the memory.
    var windowBudget = 64 * 1024 * 1024
    /// Whether windows may grow at all: memory is not short.
    var letsWindowsGrow: Bool { worker.memory == .eased }

    private let small: BufferPool
    private let large = BufferPool(blockSize: HTTP2Workspace.blockSize, limit: 8)
    private unowned(unsafe) let worker: Worker
    private var spares: ContiguousArray<HTTP2UpstreamStream> = []
    private var gathering: ContiguousArray<any OutputGathering> = []

    init(_ worker: Worker) {
        self.worker = worker
        small = worker.heads
        streams = HTTP2StreamPool(headLimits: worker.settings.headLimits)
        worker.loop.turnEnded = { [unowned(unsafe) self] in writeOut() }
    }

    /// Has a connection told at the end of this turn of the loop, once.
    func gathers(_ connection: any OutputGathering) { gathering.append(connection) }

    private func writeOut() {
        // What one of them writes may give another one something to write.
        var index = 0
        while index < gathering.count {
            gathering[index].turnEnded()
            index += 1
        }
        while gathering.popLast() != nil {}
    }

    /// A stream to a backend that serves no exchange.
    func takeUpstream() -> HTTP2UpstreamStream { spares.popLast() ?? HTTP2UpstreamStream(worker: worker) }

    /// Takes one back whose exchange is over.
    func giveBack(_ stream: HTTP2UpstreamStream) {
        if spares.count < Self.spareLimit { spares.append(stream) } else { stream.retire() }
    }

    /// Gives a session memory for its output, enough for so many bytes more without growing if that is to be had.
    @inline(__always)
    func lendOutput(to session: HTTP2Session, for count: Int) {
        guard session.output.writableCount < count else { return }
        lendMore(to: session, for: count)
    }

    private func lendMore(to session: HTTP2Session, for count: Int) {
        if session.output.capacity == 0, count <= small.blockSize { return small.lend(to: &session.output) }
        guard session.output.capacity < large.blockSize else { return }
        var block = ByteBuffer()
        large.lend(to: &block)
        block.append(session.output.readable)
        swap(&block, &session.output)
        reclaim(&block)
    }

    /// Takes the memory of a session's output back, with whatever is in it.
    func reclaimOutput(of session: HTTP2Session) { reclaim(&session.output) }

    private func reclaim(_ block: inout ByteBuffer) {
        (block.capacity == large.blockSize ? large : small).reclaim(from: &block)
    }
}
