internal import Bytes
internal import Net

/// The socket below a transport, what is known of its readiness, and the bytes that it has not taken yet.
///
/// Events are edge-triggered: the kernel reports once that there is something, and a read that did not fill its buffer
/// has found all there was (epoll(7)). No system call is made that could only say so again.
final class StreamSocket {
    /// The descriptor's number, -1 when it is closed.
    private(set) var raw: Int32
    /// Whether there are bytes that the socket has not taken.
    var hasPending: Bool { !pending.isEmpty && !isWithholding || pipe != nil }

    /// How many bytes there are that the socket has not taken.
    var pendingCount: Int { pending.count + (pipe?.0.count ?? 0) }

    /// Whether a read may bring something.
    var mayReceive: Bool { !isDrained }

    private var descriptor: FileDescriptor?
    private var pending = ByteBuffer()
    /// What the kernel has moved as far as here, ahead of `pending`.
    private var pipe: (Pipe, pool: PipePool)?
    private var isDrained = false
    private var isEnding = false
    private var isFull = false
    /// Whether `pending` waits for the next write and not for the socket.
    private var isWithholding = false

    /// The socket that the descriptor stands for.
    init(_ descriptor: consuming FileDescriptor) {
        raw = descriptor.raw
        self.descriptor = consume descriptor
    }

    deinit { dropPipe() }

    /// Takes note of what the loop reported.
    @inline(__always)
    func update(_ readiness: Readiness) {
        if readiness.mayRead { isDrained = false }
        if readiness.isEnding { isEnding = true }
        if readiness.mayWrite { isFull = false }
    }

    /// Reads what has come, without a system call when nothing can have.
    @inline(__always)
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        guard !isDrained else { return .wouldBlock }
        let result = Socket.receive(raw, into: buffer)
        switch result {
        // Once the other side has ended, no further event will come: the end itself must still be read.
        case .bytes(let count): if count < buffer.count, !isEnding { isDrained = true }
        case .wouldBlock: isDrained = true
        case .end, .failed: break
        }
        return result
    }

    /// Hands bytes to the kernel behind those that wait, and keeps what it does not take.
    ///
    /// - Parameter more: whether the next piece follows at once, so that a short segment can wait for it.
    @inline(__always)
    func send(_ bytes: UnsafeRawBufferPointer, more: Bool) -> WriteResult {
        guard !hasPending, !isFull else { return keep(bytes) }
        guard !isWithholding else { return sendWithheld(before: bytes) }
        do throws(SystemError) {
            let count = try Socket.send(raw, bytes, more: more)
            guard count < bytes.count else { return .complete }
            isFull = true
            return keep(UnsafeRawBufferPointer(rebasing: bytes[count...]))
        } catch {
            return .failed(error)
        }
    }

    /// Keeps bytes until the next write, which will take them along, or `sendWithheld`, whichever comes first.
    func withhold(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        isWithholding = !hasPending
        _ = keep(bytes)
    }

    /// Sends what was withheld, if anything was, and the bytes behind it.
    func sendWithheld(before bytes: UnsafeRawBufferPointer = .init(start: nil, count: 0)) -> WriteResult {
        guard isWithholding else { return hasPending ? .pending : .complete }
        isWithholding = false
        pending.append(bytes)
        return flush()
    }

    /// Sends what waits.
    func flush() -> WriteResult {
        guard hasPending else { return .complete }
        guard !isFull else { return .pending }
        if let (pipe, pool) = pipe {
            self.pipe = nil
            let result = send(pipe, of: pool)
            guard result == .complete, !pending.isEmpty else { return result }
        }
        do throws(SystemError) {
            pending.consume(try Socket.send(raw, pending.readable))
        } catch {
            return .failed(error)
        }
        guard pending.isEmpty else {
            isFull = true
            return .pending
        }
        pending = ByteBuffer()
        return .complete
    }

    /// Has the kernel move what was received to another socket, on which nothing waits.
    func move(upTo limit: Int, to target: StreamSocket, through pool: PipePool) -> MoveResult {
        guard !isDrained else { return .wouldBlock }
        guard !target.hasPending, !target.isFull, let pipe = pool.take() else { return .impossible }
        let result = pipe.fill(from: raw, limit: limit)
        if case .bytes(let count) = result { return .moved(count, target.send(pipe, of: pool)) }
        pool.giveBack(pipe)
        switch result {
        case .end: return .end
        case .failed(let error): return pool.isRefused(error) ? .impossible : .failed(error)
        case .wouldBlock, .bytes: isDrained = true
        }
        return .wouldBlock
    }

    private func send(_ pipe: Pipe, of pool: PipePool) -> WriteResult {
        let result = pipe.drain(into: raw)
        if result == .pending {
            isFull = true
            self.pipe = (pipe, pool)
        } else {
            pool.giveBack(pipe)
        }
        return result
    }

    /// Ends this side's direction; what waits is not sent any more.
    func shutdownWrite() { if raw >= 0 { Socket.shutdownWrite(raw) } }

    /// Closes the descriptor and forgets what waits.
    func close() {
        descriptor = nil
        raw = -1
        pending = ByteBuffer()
        isWithholding = false
        dropPipe()
    }

    private func dropPipe() {
        if let (pipe, pool) = pipe { pool.giveBack(pipe) }
        pipe = nil
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) -> WriteResult {
        guard !bytes.isEmpty else { return hasPending ? .pending : .complete }
        if pending.capacity == 0 { pending = ByteBuffer(capacity: bytes.count) }
        pending.append(bytes)
        return .pending
    }
}
