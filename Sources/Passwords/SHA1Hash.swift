private import COpenSSL

/// The `{SHA}` and `{SSHA}` hashes of RFC 2307: base64 of one SHA-1 and, in the second, of the salt that follows it.
enum SHA1Hash {
    /// Whether the password is the one of a text that `HashSyntax` took.
    static func verify(_ password: UnsafeRawBufferPointer, text: [UInt8]) -> Bool {
        let prefix = text.starts(with: Array(HashSyntax.sshaPrefix)) ? HashSyntax.sshaPrefix : HashSyntax.shaPrefix
        return withUnsafeTemporaryAllocation(byteCount: HashSyntax.maximumLength, alignment: 1) { memory in
            let count = text.withUnsafeBytes { text in
                Base64.decode(UnsafeRawBufferPointer(rebasing: text[prefix.utf8CodeUnitCount...]), into: memory)
            }
            guard let count, count >= 20 else { return false }
            let digest = Digest(.sha1)
            digest.add(password)
            digest.add(UnsafeRawBufferPointer(rebasing: memory[20..<count]))
            return CRYPTO_memcmp(digest.finish(), memory.baseAddress, 20) == 0
        }
    }

    /// A new hash of the password.
    static func make(_ password: UnsafeRawBufferPointer, salted: Bool) -> String {
        let salt = salted ? RandomBytes.make(16) : []
        let digest = Digest(.sha1)
        digest.add(password)
        digest.add(salt)
        let text = (digest.finish() + salt).withUnsafeBytes { Base64.encode($0) }
        return "\(salted ? HashSyntax.sshaPrefix : HashSyntax.shaPrefix)\(text)"
    }
}
