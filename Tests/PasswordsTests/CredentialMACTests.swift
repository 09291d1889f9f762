import Testing

@testable import Passwords

@Suite("Keys of credentials")
struct CredentialMACTests {
    private let mac = CredentialMAC(secret: Array(0..<32))

    @Test("are HMAC-SHA-256 of the parts, as Python's hmac module makes it")
    func knownAnswer() {
        let expected = CredentialKey(high: 0x0ecb_87d5_8d0d_c5d9, low: 0x429c_3ef5_7170_0c60)
        #expect(key("hash", "alice", "correct horse") == expected)
        #expect(key("hash", "alice", "correct horse") == expected, "the secret stays for the next key")
        #expect(Array("alice".utf8).withUnsafeBytes { mac.number(for: $0) } == 0xa7fe_3567_0830_49ab)
        #expect(key("hash", "alice", "correct horse") == expected)
    }

    @Test("differ when any part does, and when the same bytes are parted in another way")
    func distinct() {
        let keys = [
            key("h", "alice", "pw"), key("H", "alice", "pw"), key("h", "bob", "pw"), key("h", "alice", "pW"),
            key("h", "alicep", "w"), key("ha", "lice", "pw"), key("", "halice", "pw"), key("halicepw", "", ""),
            key("", "", "halicepw"), key("", "", ""), key("h", "alice", "pw", isDecoy: true),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test("depend on the secret, which is the same for all of the process")
    func secrets() {
        let other = CredentialMAC(secret: Array(repeating: 1, count: 32))
        #expect(key("h", "u", "p") != key("h", "u", "p", by: other))
        #expect(key("h", "u", "p", by: CredentialMAC()) == key("h", "u", "p", by: CredentialMAC()))
        #expect(key("h", "u", "p", by: CredentialMAC()) != key("h", "u", "p"))
    }

    private func key(
        _ hash: String, _ user: String, _ password: String, isDecoy: Bool = false, by other: CredentialMAC? = nil
    ) -> CredentialKey {
        Array(hash.utf8).withUnsafeBytes { hash in
            Array(user.utf8).withUnsafeBytes { user in
                Array(password.utf8).withUnsafeBytes { password in
                    (other ?? mac).key(hash: hash, user: user, password: password, isDecoy: isDecoy)
                }
            }
        }
    }
}
