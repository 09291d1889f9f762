internal import Bytes
internal import COpenSSL
internal import Net

/// The byte stream that OpenSSL reads from and writes to: one for all connections of a worker.
///
/// Both directions pass through a buffer of the worker, so that a piece of many records costs one system call. OpenSSL takes
/// record by record out of the one, which spares it the moving of cut records that its own reading ahead comes with, and
/// never finds the other one full.
struct TLSWire {
    /// The connection that OpenSSL was called for.
    var socket: Unmanaged<StreamSocket>?
    /// Whether a read in this call found nothing.
    var hasBlocked = false
    /// Whether a read in this call found the end of the stream.
    var hasEnded = false
    /// The error of a read in this call.
    var failure: SystemError?
    /// Whether OpenSSL gets no more to read in this call, because the peer does not stop with what is not data.
    var isCutOff = false
    /// How much a read in this call may bring at once.
    var readLimit = 0
    /// Whether nothing more is received in this call, though there may be more.
    var isSated = false
    /// Whether OpenSSL has asked for more in this call than it got for that reason.
    var wantsMore = false
    /// The part of the input that OpenSSL has not taken yet.
    private var unread = 0..<0
    private let input: UnsafeMutableRawBufferPointer
    /// How many bytes OpenSSL has written in this call.
    var outputCount = 0
    /// Where OpenSSL's output gathers.
    let output: UnsafeMutableRawBufferPointer

    /// The most that is received at once, in bytes.
    static let inputCapacity = 128 * 1024
    /// What is received where there is less room, in bytes.
    private static let leastInput = 16 * 1024
    /// What a record takes at the most, its header and what protects it included (RFC 8446 §5.2, RFC 5246 §6.2.3), and some more.
    private static let recordLimit = 17 * 1024
    /// Room for all that comes of the most that is received at once, in bytes.
    static let fullRoom = inputCapacity + recordLimit
    /// The most plaintext that one call may encrypt, in bytes.
    static let pieceLimit = 128 * 1024
    /// The room for the records of one piece and of what OpenSSL may add of its own.
    static let outputCapacity = 2 * pieceLimit

    /// A stream with buffers of its own, which its owner deallocates.
    init() {
        output = .allocate(byteCount: Self.outputCapacity, alignment: 64)
        input = .allocate(byteCount: Self.inputCapacity, alignment: 64)
    }

    /// Gives the buffers' memory back.
    func deallocate() {
        output.deallocate()
        input.deallocate()
    }

    /// Prepares for the next call into OpenSSL, which receives nothing.
    @inline(__always)
    mutating func begin(_ socket: StreamSocket) {
        self.socket = .passUnretained(socket)
        isSated = true
        wantsMore = false
        hasBlocked = false
        hasEnded = false
        isCutOff = false
        failure = nil
        outputCount = 0
        unread = 0..<0
    }

    /// Prepares for the next call into OpenSSL, which may receive as many bytes at once as there is room for together with the
    /// record that may have been begun before; `rest` is what earlier calls have left of what was received, and empty afterwards.
    @inline(__always)
    mutating func beginReading(_ socket: StreamSocket, room: Int, rest: inout ByteBuffer) {
        begin(socket)
        isSated = false
        readLimit = min(max(room - Self.recordLimit, Self.leastInput), Self.inputCapacity)
        if !rest.isEmpty { take(&rest) }
    }

    /// Whether OpenSSL has taken everything that was received.
    @inline(__always)
    var isEmpty: Bool { unread.isEmpty }

    /// Keeps what OpenSSL has not taken for the connection's next call.
    @inline(__always)
    mutating func endReading(rest: inout ByteBuffer) {
        if !unread.isEmpty { keep(&rest) }
    }

    private mutating func take(_ rest: inout ByteBuffer) {
        input.copyMemory(from: rest.readable)
        unread = 0..<rest.count
        rest = ByteBuffer()
    }

    private mutating func keep(_ rest: inout ByteBuffer) {
        rest = ByteBuffer(capacity: unread.count)
        rest.append(UnsafeRawBufferPointer(rebasing: input[unread]))
        unread = 0..<0
    }

    /// What OpenSSL has written; it stays where it is until the next call.
    @inline(__always)
    mutating func takeOutput() -> UnsafeRawBufferPointer {
        let count = outputCount
        outputCount = 0
        return UnsafeRawBufferPointer(rebasing: output[..<count])
    }

    /// The functions of the stream, for OpenSSL; nil when it is out of memory.
    static let method: OpenSSLObject? = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "worker")
        BIO_meth_set_read(method, read)
        BIO_meth_set_write(method, write)
        BIO_meth_set_ctrl(method, control)
        return OpenSSLObject(method, release: BIO_meth_free)
    }()

    private static func of(_ bio: OpaquePointer?) -> UnsafeMutablePointer<TLSWire> {
        BIO_get_data(bio).assumingMemoryBound(to: TLSWire.self)
    }

    private static let read: @convention(c) (OpaquePointer?, UnsafeMutablePointer<CChar>?, Int32) -> Int32 = {
        bio, start, count in
        portico_bio_clear_retry(bio)
        let wire = of(bio)
        guard let start, count > 0, !wire.pointee.isCutOff else { return 0 }
        if wire.pointee.unread.isEmpty {
            let received = wire.pointee.receive()
            guard received > 0 else {
                if received < 0 { portico_bio_set_retry_read(bio) }
                return received
            }
        }
        return wire.pointee.hand(UnsafeMutableRawBufferPointer(start: start, count: Int(count)))
    }

    /// Receives what has come; at the end of the stream or after an error 0, and -1 where there is nothing yet.
    private mutating func receive() -> Int32 {
        guard let socket else { return 0 }
        guard !isSated else {
            wantsMore = true
            return -1
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: input[..<readLimit])
        switch socket._withUnsafeGuaranteedRef({ $0.receive(into: room) }) {
        case .bytes(let count):
            unread = 0..<count
            return 1
        case .wouldBlock:
            hasBlocked = true
            return -1
        case .end:
            hasEnded = true
            return 0
        case .failed(let error):
            failure = error
            return 0
        }
    }

    /// Gives OpenSSL as much as there is of what it asks for.
    private mutating func hand(_ target: UnsafeMutableRawBufferPointer) -> Int32 {
        let count = min(target.count, unread.count)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[unread.prefix(count)]))
        unread = unread.dropFirst(count)
        return Int32(truncatingIfNeeded: count)
    }

    private static let write: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
        bio, start, count in
        let wire = of(bio)
        let free = wire.pointee.output.count - wire.pointee.outputCount
        guard let start, count > 0, Int(count) <= free else { return -1 }
        wire.pointee.output.baseAddress.unsafelyUnwrapped.advanced(by: wire.pointee.outputCount)
            .copyMemory(from: start, byteCount: Int(count))
        wire.pointee.outputCount += Int(count)
        return count
    }

    private static let control: @convention(c) (OpaquePointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int = {
        _, command, _, _ in
        command == BIO_CTRL_FLUSH ? 1 : 0
    }
}
