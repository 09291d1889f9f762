internal import Bytes
internal import TLS

/// For which hosts a connection may bring requests, as far as its certificate decides (RFC 9113 §9.1.1).
///
/// A client asks for one host most of the time, so the last one that was looked at is remembered.
struct ConnectionAuthority {
    private var last: [UInt8] = []

    /// Whether requests for the host may come over a connection.
    mutating func includes(_ host: UnsafeRawBufferPointer, on transport: Transport) -> Bool {
        if last.withUnsafeBytes({ ASCII.equals($0, host) }) { return true }
        guard let stream = transport.tls else { return true }
        guard stream.isFor(host) else { return false }
        last = Array(host)
        return true
    }
}
