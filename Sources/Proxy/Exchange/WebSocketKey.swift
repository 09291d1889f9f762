internal import Bytes
internal import Passwords

/// The key of a WebSocket's handshake in HTTP/1.1 (RFC 6455 §4.1), for a client of HTTP/2, which has none (RFC 8441 §5).
///
/// A backend that answers with its digest has understood what it was asked for, and has not answered from a cache.
struct WebSocketKey {
    private let text: [UInt8]

    /// The key of an exchange, by the 16 random bytes that name it.
    init(_ nonce: (UInt64, UInt64)) {
        text = withUnsafeBytes(of: nonce) { Array(Base64.encode($0).utf8) }
    }

    /// Appends the value of `Sec-WebSocket-Key`.
    func append(to output: inout ByteBuffer) { output.append(text) }

    /// Whether this value of `Sec-WebSocket-Accept` belongs to the key (RFC 6455 §4.2.2).
    func isAccepted(by value: UnsafeRawBufferPointer) -> Bool {
        let digest = SHA1.digest(text + Array("258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        return value.elementsEqual(digest.withUnsafeBytes { Base64.encode($0) }.utf8)
    }
}
