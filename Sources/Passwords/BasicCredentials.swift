private import COpenSSL

/// The name and password of one `Authorization: Basic` value at a time (RFC 7617).
///
/// The decoded bytes lie in one block of memory that is used again for the next value and wiped whenever they are no longer
/// needed.
package struct BasicCredentials: ~Copyable {
    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 1)
    private var userCount = 0
    private var count = 0

    /// No credentials yet.
    package init() {}

    deinit {
        OPENSSL_cleanse(memory.baseAddress, count)
        memory.deallocate()
    }

    /// Takes the name and password out of a field value, in place of any earlier ones.
    ///
    /// False, and nothing is kept, when the scheme is not Basic in any case of letters, the rest is not canonical base64,
    /// has no colon or no name before it, or has control bytes.
    package mutating func read(_ value: UnsafeRawBufferPointer) -> Bool {
        wipe()
        let scheme: StaticString = "basic"
        var start = scheme.utf8CodeUnitCount
        guard value.count > start, value[start] == UInt8(ascii: " "),
            (0..<start).allSatisfy({ value[$0] | 0x20 == scheme.utf8Start[$0] })
        else { return false }
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        let token = UnsafeRawBufferPointer(rebasing: value[start...])
        reserve(token.count)
        guard let decoded = Base64.decode(token, into: memory) else {
            // Some of it may have been decoded before the fault.
            OPENSSL_cleanse(memory.baseAddress, memory.count)
            return false
        }
        count = decoded
        let bytes = memory[..<decoded]
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f })
        else {
            wipe()
            return false
        }
        userCount = colon
        return true
    }

    /// The name, up to the first colon. Valid until these credentials are next changed; empty when there are none.
    package var user: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<userCount]) }

    /// The password, which may hold colons. Valid until these credentials are next changed; empty when there are none.
    package var password: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: memory[min(userCount + 1, count)..<count])
    }

    /// Forgets the credentials and overwrites their memory.
    package mutating func wipe() {
        OPENSSL_cleanse(memory.baseAddress, count)
        userCount = 0
        count = 0
    }

    private mutating func reserve(_ size: Int) {
        guard memory.count < size else { return }
        memory.deallocate()
        memory = .allocate(byteCount: size, alignment: 1)
    }
}
