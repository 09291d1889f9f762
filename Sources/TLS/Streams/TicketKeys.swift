internal import COpenSSL
internal import Net
internal import Synchronization

/// The keys that seal session tickets (RFC 5077 §4, RFC 8446 §4.6.1), shared by every certificate and worker.
///
/// They live in memory only. A key seals tickets for one lifetime and opens them for another one, so that what was
/// recorded can be read with a stolen key for a bounded time only (RFC 9325 §3.4).
package final class TicketKeys: Sendable {
    /// How long a key seals tickets, and for how long a ticket is good.
    package static let lifetime = Duration.seconds(12 * 3600)

    private struct Ring {
        var current: TicketKey?
        var previous: TicketKey?
    }

    private let ring = Mutex(Ring())
    private let cipher: OpenSSLObject

    /// Keys of one's own; all workers of a process should have the same ones.
    ///
    /// - Throws: `TLSError.setUp` when OpenSSL has no AES-256-CBC.
    package init() throws(TLSError) {
        // Fetched once: a fetch at each ticket would look the name up under a lock.
        guard let cipher = OpenSSLObject(EVP_CIPHER_fetch(nil, "AES-256-CBC", nil), release: EVP_CIPHER_free) else {
            throw .setUp(OpenSSLFault.take().text)
        }
        self.cipher = cipher
    }

    /// The key to seal with at this time, a new one when the last has lived its time; nil without randomness.
    func sealing(at now: Instant) -> TicketKey? {
        ring.withLock { ring in
            if let current = ring.current, now < current.made + Self.lifetime { return current }
            ring.previous = ring.current
            ring.current = TicketKey(made: now)
            return ring.current
        }
    }

    /// The key that a ticket names, while it may still open tickets.
    func opening(name: UnsafeRawBufferPointer, at now: Instant) -> TicketKey? {
        let keys = ring.withLock { ($0.current, $0.previous) }
        return [keys.0, keys.1].lazy.compactMap { $0 }.first {
            now < $0.made + Self.lifetime + Self.lifetime && name.elementsEqual($0.name)
        }
    }

    /// Prepares to seal a ticket; returns what OpenSSL's callback must (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
    func seal(_ ticket: TicketParts) -> Int32 {
        guard let key = sealing(at: .now), RAND_bytes(ticket.vector, EVP_MAX_IV_LENGTH) == 1 else { return -1 }
        ticket.name.update(from: key.name, count: key.name.count)
        guard EVP_EncryptInit_ex(ticket.cipher, cipher.pointer, nil, key.cipherKey, ticket.vector) == 1,
            authenticate(ticket, with: key)
        else { return -1 }
        return 1
    }

    /// Prepares to open a ticket; returns what OpenSSL's callback must: 0 unknown key, 1 good, 2 good but to be renewed.
    func open(_ ticket: TicketParts) -> Int32 {
        let now = Instant.now
        guard let key = opening(name: UnsafeRawBufferPointer(start: ticket.name, count: 16), at: now) else { return 0 }
        guard EVP_DecryptInit_ex(ticket.cipher, cipher.pointer, nil, key.cipherKey, ticket.vector) == 1,
            authenticate(ticket, with: key)
        else { return -1 }
        return now < key.made + Self.lifetime ? 1 : 2
    }

    private func authenticate(_ ticket: TicketParts, with key: TicketKey) -> Bool {
        portico_mac_set_sha256_key(ticket.authenticator, key.authenticationKey, key.authenticationKey.count) == 1
    }
}

/// The parts of a session ticket that OpenSSL leaves to its caller.
struct TicketParts {
    /// The name of the key, 16 bytes, to be written or read.
    let name: UnsafeMutablePointer<UInt8>
    /// The initialisation vector, to be written or read.
    let vector: UnsafeMutablePointer<UInt8>
    /// The EVP_CIPHER_CTX to prepare.
    let cipher: OpaquePointer
    /// The EVP_MAC_CTX to prepare.
    let authenticator: OpaquePointer
}
