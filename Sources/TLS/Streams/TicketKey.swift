internal import COpenSSL
internal import Net

/// One key that session tickets are sealed with.
final class TicketKey: Sendable {
    /// The name that tickets carry in the clear, 16 bytes.
    let name: [UInt8]
    /// The AES-256 key, 32 bytes.
    let cipherKey: [UInt8]
    /// The HMAC-SHA256 key, 32 bytes.
    let authenticationKey: [UInt8]
    /// When the key was made.
    let made: Instant

    /// A random key; nil when there is no randomness to be had.
    init?(made: Instant) {
        var bytes = [UInt8](repeating: 0, count: 80)
        guard RAND_priv_bytes(&bytes, Int32(bytes.count)) == 1 else { return nil }
        name = Array(bytes[..<16])
        cipherKey = Array(bytes[16..<48])
        authenticationKey = Array(bytes[48...])
        self.made = made
        OPENSSL_cleanse(&bytes, bytes.count)
    }
}
