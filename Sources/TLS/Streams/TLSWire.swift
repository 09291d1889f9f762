internal import COpenSSL
internal import Net

/// The byte stream that OpenSSL reads from and writes to: one for all connections of a worker.
///
/// Reads go straight from the current connection's socket into OpenSSL's buffer. Writes gather in one buffer of the
/// worker, so that a piece of many records costs one system call and OpenSSL never finds its output blocked.
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
    /// How many bytes OpenSSL has written in this call.
    var outputCount = 0
    /// Where OpenSSL's output gathers.
    let output: UnsafeMutableRawBufferPointer

    /// The size of OpenSSL's buffer for reading, in bytes: three whole records (RFC 8446 §5.2) and what it leaves free
    /// to align them. Bulk data then comes with a third of the system calls.
    static let readBufferSize = 3 * recordSize + 64
    /// The size of a whole record, in bytes. A connection that is not bulk reads no more at once, so that the rest of its
    /// buffer, which it keeps while a record is incomplete, stays untouched memory.
    static let recordSize = 16_384 + 5 + 17

    /// The most plaintext that one call may encrypt, in bytes.
    static let pieceLimit = 128 * 1024
    /// The room for the records of one piece and of what OpenSSL may add of its own.
    static let outputCapacity = 2 * pieceLimit

    /// A stream with an output buffer of its own, which its owner deallocates.
    init() {
        output = .allocate(byteCount: Self.outputCapacity, alignment: 64)
    }

    /// Prepares for the next call into OpenSSL.
    @inline(__always)
    mutating func begin(_ socket: StreamSocket, readLimit: Int = recordSize) {
        self.socket = .passUnretained(socket)
        self.readLimit = readLimit
        hasBlocked = false
        hasEnded = false
        isCutOff = false
        failure = nil
        outputCount = 0
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
        let wire = of(bio)
        portico_bio_clear_retry(bio)
        guard !wire.pointee.isCutOff, let socket = wire.pointee.socket else { return 0 }
        let buffer = UnsafeMutableRawBufferPointer(start: start, count: min(Int(count), wire.pointee.readLimit))
        switch socket._withUnsafeGuaranteedRef({ $0.receive(into: buffer) }) {
        case .bytes(let count): return Int32(truncatingIfNeeded: count)
        case .wouldBlock:
            wire.pointee.hasBlocked = true
            portico_bio_set_retry_read(bio)
            return -1
        case .end:
            wire.pointee.hasEnded = true
            return 0
        case .failed(let error):
            wire.pointee.failure = error
            return 0
        }
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
