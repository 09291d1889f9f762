package import Bytes
package import Net

/// A byte stream over a connected socket, plain or TLS.
///
/// It belongs to one loop. It asks the kernel only when an answer can be new, so a caller may try at any time; it goes
/// on reading until `mayRead` is false, because nothing will remind it of bytes that were left.
package final class Transport {
    /// The stream's TLS; nil in the clear.
    package private(set) var tls: TLSStream?

    private let socket: StreamSocket
    private var endsWhenFlushed = false
    private var isEnded = false

    /// A stream in the clear.
    package init(plain descriptor: consuming FileDescriptor) {
        socket = StreamSocket(descriptor)
    }

    /// The server's side of a TLS stream, whose handshake comes first.
    ///
    /// - Throws: `TLSError.setUp` when memory has run out.
    package init(
        accepting descriptor: consuming FileDescriptor, engine: TLSEngine, localAddress: IPAddress?
    ) throws(TLSError) {
        socket = StreamSocket(descriptor)
        guard let stream = engine.accept(socket, localAddress: localAddress) else { throw .setUp("out of memory") }
        tls = stream
    }

    /// The client's side of a TLS stream to a backend, whose handshake comes once the socket is connected.
    ///
    /// - Parameters:
    ///   - descriptor: a socket that is connected or connecting.
    ///   - engine: the worker's part of TLS.
    ///   - context: whose certificates are believed.
    ///   - serverName: the name or address that the backend is asked for and its certificate must be for; nil for any.
    ///   - sessions: the last session with this backend, under this context and name.
    ///   - offersHTTP2: whether the backend is asked for HTTP/2, and for nothing else; `TLSStream.speaksHTTP2` has its answer.
    /// - Throws: `TLSError.setUp` when memory has run out or the name cannot be asked for.
    package init(
        connecting descriptor: consuming FileDescriptor, engine: TLSEngine, context: BackendContext,
        serverName: ByteString?, sessions: BackendSessions, offersHTTP2: Bool = false
    ) throws(TLSError) {
        socket = StreamSocket(descriptor)
        guard
            let stream = engine.connect(
                socket, context: context, serverName: serverName, sessions: sessions, offersHTTP2: offersHTTP2)
        else { throw .setUp("out of memory") }
        tls = stream
    }

    /// The descriptor to register with the loop, -1 once closed.
    package var descriptor: Int32 { socket.raw }

    /// Whether a read may bring something.
    @inline(__always)
    package var mayRead: Bool { tls?.mayRead ?? socket.mayReceive }

    /// Whether bytes that were written wait for the socket; `flush()` is due when it becomes writable.
    @inline(__always)
    package var hasPending: Bool { socket.hasPending }

    /// Whether the peer's bytes ended in a way that hides a cut: TLS without close_notify.
    package var wasTruncated: Bool { tls?.wasTruncated ?? false }

    /// How many bytes wait for the socket.
    package var pendingCount: Int { socket.pendingCount }

    /// Takes note of what the loop reported.
    @inline(__always)
    package func update(_ readiness: Readiness) {
        socket.update(readiness)
        if readiness.mayRead { tls?.becameReadable() }
    }

    /// Takes the handshake as far as it will go now; a stream in the clear has none to make.
    ///
    /// Bytes may be pending afterwards, even when it failed: the alert that tells the peer why.
    package func handshake() -> HandshakeResult { tls?.handshake() ?? .complete }

    /// Leaves TLS after `TLSError.plainHTTP`, so that the client can be answered in the language it speaks.
    package func continueInClear() { tls = nil }

    /// Reads what has come; over TLS, until the buffer is full or nothing is left.
    @inline(__always)
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadResult {
        if let tls { return tls.read(into: buffer) }
        return socket.receive(into: buffer)
    }

    /// Sends all the bytes; those that the socket does not take now are kept, and the result says so.
    ///
    /// While the result is pending the caller writes no more, so that at most one piece is kept.
    /// - Parameters:
    ///   - more: whether the next piece follows at once, so that a short segment can wait for it.
    ///   - ends: whether nothing follows at all: over TLS the peer is told so along with the bytes, as `closeNotify()` would.
    @inline(__always)
    package func write(_ bytes: UnsafeRawBufferPointer, more: Bool = false, ends: Bool = false) -> WriteResult {
        if let tls { return tls.write(bytes, more: more, ends: ends) }
        return socket.send(bytes, more: more)
    }

    /// Has the kernel move bytes that have come here to another stream, on which nothing is pending, without a copy.
    ///
    /// It can do so only where both streams are in the clear, and while pipes can be had. Where the other stream did not take
    /// everything, the rest is pending there as if it had been written.
    /// - Parameter limit: how many bytes may be moved.
    package func move(upTo limit: Int, to target: Transport, through pipes: PipePool) -> MoveResult {
        guard tls == nil, target.tls == nil else { return .impossible }
        return socket.move(upTo: limit, to: target.socket, through: pipes)
    }

    /// Sends what is pending.
    package func flush() -> WriteResult {
        let result = socket.flush()
        if endsWhenFlushed, result == .complete {
            endsWhenFlushed = false
            socket.shutdownWrite()
        }
        return result
    }

    /// Ends this side's direction, once what is pending has been flushed; the peer can still be read from.
    ///
    /// - Parameter notifying: whether the peer is told over TLS that nothing was cut off.
    package func shutdownWrite(notifying: Bool = true) {
        if notifying { closeNotify() }
        isEnded = true
        endsWhenFlushed = true
        _ = flush()
    }

    /// Tells the peer that no more follows, without ending the connection; over TLS only.
    package func closeNotify() { if !isEnded { _ = tls?.closeNotify() } }

    /// Closes the descriptor at once; pending bytes are lost.
    package func close() { socket.close() }
}
