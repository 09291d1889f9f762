/// Apache httpd's variant of MD5-crypt, which libcrypt does not have: `$apr1$salt$` and 22 characters.
///
/// The algorithm is that of `$1$` (crypt(5)) with another label, described in "The Apache MD5 password format".
enum APR1 {
    private static let label: StaticString = "$apr1$"
    private static let alphabet: StaticString = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// The whole text of the password's hash with a salt of at most eight characters.
    static func hash(_ password: UnsafeRawBufferPointer, salt: ArraySlice<UInt8>) -> [UInt8] {
        let salt = Array(salt)
        let digest = Digest(.md5)
        digest.add(password)
        digest.add(salt)
        digest.add(password)
        let inner = digest.finish()

        digest.add(password)
        digest.add(Array(label))
        digest.add(salt)
        for start in stride(from: 0, to: password.count, by: 16) {
            digest.add(Array(inner[0..<min(16, password.count - start)]))
        }
        // The bits of the length choose between a zero and the first character: an old slip that is now the format.
        var length = password.count
        while length > 0 {
            if length & 1 == 1 {
                digest.add([0])
            } else {
                digest.add(UnsafeRawBufferPointer(rebasing: password[0..<1]))
            }
            length >>= 1
        }
        var result = digest.finish()

        for round in 0..<1_000 {
            if round & 1 == 1 { digest.add(password) } else { digest.add(result) }
            if round % 3 != 0 { digest.add(salt) }
            if round % 7 != 0 { digest.add(password) }
            if round & 1 == 1 { digest.add(result) } else { digest.add(password) }
            result = digest.finish()
        }
        return Array(label) + salt + [UInt8(ascii: "$")] + letters(of: result)
    }

    /// A new hash of the password, as text.
    static func make(_ password: UnsafeRawBufferPointer) -> [UInt8] {
        hash(password, salt: RandomBytes.letters(8, of: alphabet)[...])
    }

    /// The digest in crypt's base 64: three bytes a group, lowest bits first, in the format's own order.
    private static func letters(of digest: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        for (high, middle, low) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
            append(UInt32(digest[high]) << 16 | UInt32(digest[middle]) << 8 | UInt32(digest[low]), digits: 4, to: &text)
        }
        append(UInt32(digest[11]), digits: 2, to: &text)
        return text
    }

    private static func append(_ value: UInt32, digits: Int, to text: inout [UInt8]) {
        var rest = value
        for _ in 0..<digits {
            text.append(alphabet.utf8Start[Int(rest & 63)])
            rest >>= 6
        }
    }
}
