private import COpenSSL

/// Turns a credential and the line that decides about it into a key to remember the verdict by (HMAC-SHA-256, RFC 2104).
///
/// The secret is made once in each process and never leaves it, so a key found in memory cannot be guessed against. The text
/// of the hash is part of the key: when a line changes, what was remembered under it is never found again. One object
/// serves one thread.
package final class CredentialMAC {
    private let state: OpaquePointer

    /// A MAC under the process's secret.
    package convenience init() { self.init(secret: Self.processSecret) }

    /// A MAC under a secret of 32 bytes. The process ends when OpenSSL lacks memory or HMAC.
    package init(secret: [UInt8]) {
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil), let state = EVP_MAC_CTX_new(algorithm) else {
            preconditionFailure("this OpenSSL has no HMAC")
        }
        EVP_MAC_free(algorithm)
        self.state = state
        let result = portico_mac_set_sha256_key(state, secret, secret.count)
        precondition(result == 1, "this OpenSSL has no HMAC with SHA-256")
    }

    deinit { EVP_MAC_CTX_free(state) }

    /// The key of a login with this name and password at the line that holds this hash.
    ///
    /// - Parameter isDecoy: whether the hash only stands in for one that the file does not have. Such a key never equals one
    ///   of a real login.
    package func key(
        hash: UnsafeRawBufferPointer, user: UnsafeRawBufferPointer, password: UnsafeRawBufferPointer, isDecoy: Bool
    ) -> CredentialKey {
        // The lengths in front let no two different credentials have the same bytes.
        var lengths = (isDecoy ? UInt64(2) : 1, UInt64(hash.count), UInt64(user.count))
        begin()
        withUnsafeBytes(of: &lengths) { add($0) }
        add(hash)
        add(user)
        add(password)
        let (high, low) = finish()
        return CredentialKey(high: high, low: low)
    }

    /// A number that depends on the name in a way that nobody outside can foresee.
    package func number(for user: UnsafeRawBufferPointer) -> UInt64 {
        var lengths = (UInt64(3), UInt64(0), UInt64(user.count))
        begin()
        withUnsafeBytes(of: &lengths) { add($0) }
        add(user)
        return finish().0
    }

    private static let processSecret = RandomBytes.make(32)

    /// Starts anew with the secret that was given first.
    private func begin() {
        let result = EVP_MAC_init(state, nil, 0, nil)
        precondition(result == 1, "HMAC failed")
    }

    private func add(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        let result = EVP_MAC_update(state, start.assumingMemoryBound(to: UInt8.self), bytes.count)
        precondition(result == 1, "HMAC failed")
    }

    private func finish() -> (UInt64, UInt64) {
        withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { memory in
            let result = EVP_MAC_final(
                state, memory.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, memory.count)
            precondition(result == 1, "HMAC failed")
            return (memory.load(as: UInt64.self), memory.load(fromByteOffset: 8, as: UInt64.self))
        }
    }
}
