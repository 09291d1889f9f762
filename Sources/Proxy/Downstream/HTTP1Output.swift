internal import Bytes
internal import HTTP
internal import Net
internal import TLS

/// A response on its way to a client of HTTP/1. Its head is held back until the first piece of the body can go with it.
struct HTTP1Output: ~Copyable {
    /// A piece up to this size is copied behind the head, so that one write and one TLS record carry both.
    private static let coalescingLimit = 16 * 1024 - 1024

    /// How many bytes of the current response were sent, its head and framing included.
    private(set) var sentCount = 0

    private let transport: Transport
    private let pool: BufferPool
    private var held = ByteBuffer()
    private var coding = BodyFraming.none
    /// Whether the connection ends with the response.
    private var isClosing = false

    /// Responses over a transport; their heads are put together in blocks of the pool.
    init(transport: Transport, pool: BufferPool) {
        self.transport = transport
        self.pool = pool
    }

    /// Begins the head of an interim response.
    mutating func startInterim(status: Int) {
        pool.lend(to: &held)
        HeadWriter.appendStatusLine(status, to: &held)
    }

    /// Begins a response's head; `advice` is how many seconds the client is told that the connection will be kept.
    mutating func startHead(status: Int, framing: HTTP1ServerConnection.ResponseFraming, advice: Int?) {
        pool.lend(to: &held)
        sentCount = 0
        coding = framing.coding
        HeadWriter.appendStatusLine(status, to: &held)
        switch framing.coding {
        case .length(let count):
            held.append("Content-Length: ")
            held.append(decimal: count)
            held.append("\r\n")
        case .chunked: held.append("Transfer-Encoding: chunked\r\n")
        case .none, .untilClose: break
        }
        isClosing = false
        switch framing.connection {
        case .close:
            isClosing = true
            held.append("Connection: close\r\n")
        case .keepAlive: held.append("Connection: keep-alive\r\n")
        case .implicit: break
        }
        if let advice, !isClosing {
            held.append("Keep-Alive: timeout=")
            held.append(decimal: advice)
            held.append("\r\n")
        }
    }

    /// Begins the head with which the connection goes over to another protocol, whose bytes are the body.
    mutating func startSwitch(to name: UnsafeRawBufferPointer) {
        pool.lend(to: &held)
        sentCount = 0
        coding = .untilClose
        isClosing = false
        HeadWriter.appendStatusLine(101, to: &held)
        held.append("Connection: upgrade\r\nUpgrade: ")
        held.append(name)
        held.append("\r\n")
    }

    /// Adds a field to the head.
    mutating func addField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        held.append(field: name, value)
    }

    /// The lines of the head that was begun.
    var headLines: UnsafeRawBufferPointer { held.readable }

    /// Ends the head, which `sendBody`, `endBody` or `flush` will send.
    mutating func endHead() { held.append("\r\n") }

    /// Sends a piece of the body, framed, behind the head where that is held back.
    mutating func sendBody(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        guard !held.isEmpty, piece.count > 0 else {
            if held.isEmpty { return write(piece, isLast: isLast) }
            return isLast ? endBody(trailers: UnsafeRawBufferPointer(start: nil, count: 0)) : .complete
        }
        guard piece.count <= Self.coalescingLimit else {
            if case .failed(let error) = sendHeld(more: true) { return .failed(error) }
            return write(piece, isLast: isLast)
        }
        let isChunked = coding.isChunked
        if isChunked {
            held.append(hex: piece.count)
            held.append("\r\n")
        }
        held.append(UnsafeRawBufferPointer(piece))
        if isChunked { held.append(isLast ? "\r\n0\r\n\r\n" : "\r\n") }
        return sendHeld(isLast: isLast)
    }

    /// The transport, where the body goes out as it comes and nothing is pending; what is held back is sent first.
    mutating func bodyTarget() -> Transport? {
        guard !coding.isChunked, transport.tls == nil else { return nil }
        if !held.isEmpty, sendHeld() != .complete { return nil }
        return transport.hasPending ? nil : transport
    }

    /// Says that so many bytes of the body were moved to the transport.
    mutating func moved(_ count: Int) { sentCount += count }

    /// Ends the body; `trailers` are whole lines, or nothing.
    mutating func endBody(trailers: UnsafeRawBufferPointer) -> WriteResult {
        if coding.isChunked {
            pool.lend(to: &held)
            held.append(ChunkFrame.lastChunk)
            held.append(trailers)
            held.append("\r\n")
        }
        return held.isEmpty ? flush() : sendHeld(isLast: true)
    }

    /// Sends what is held back.
    mutating func flush() -> WriteResult {
        if !held.isEmpty { return sendHeld() }
        return transport.hasPending ? .pending : .complete
    }

    /// Forgets what is held back: nobody will read it.
    mutating func discard() { pool.reclaim(from: &held) }

    private mutating func write(_ piece: UnsafeMutableRawBufferPointer, isLast: Bool) -> WriteResult {
        sentCount += coding.isChunked ? ChunkFrame.framedCount(of: piece.count, isLast: isLast) : piece.count
        return transport.write(piece: piece, coding: coding, isLast: isLast, endsStream: isClosing)
    }

    private mutating func sendHeld(more: Bool = false, isLast: Bool = false) -> WriteResult {
        sentCount += held.count
        let result = transport.write(held.readable, more: more, ends: isLast && isClosing)
        pool.reclaim(from: &held)
        return result
    }
}
