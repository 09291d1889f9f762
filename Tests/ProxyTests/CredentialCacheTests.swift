import Bytes
import Net
import Passwords
import Proxy
import TestSupport
import Testing

@Suite("Remembered credentials")
struct CredentialCacheTests {
    private let start = Instant(nanoseconds: 5_000_000_000)

    @Test("finds what it was told, for as long as its lifetime")
    func lifetime() {
        var cache = CredentialCache(limit: 4, lifetime: .seconds(60))
        cache.insert(key(1), user: "alice", now: start)
        #expect(cache.user(for: key(1), now: start) == "alice")
        #expect(cache.user(for: key(1), now: start + .milliseconds(59_999)) == "alice")
        #expect(cache.user(for: key(1), now: start + .seconds(60)) == nil)
        #expect(cache.user(for: key(2), now: start) == nil)
    }

    @Test("does not let use extend a lifetime, and lets a new check do so")
    func renewal() {
        var cache = CredentialCache(limit: 4, lifetime: .seconds(60))
        cache.insert(key(1), user: "alice", now: start)
        #expect(cache.user(for: key(1), now: start + .seconds(50)) == "alice")
        #expect(cache.user(for: key(1), now: start + .seconds(70)) == nil)
        cache.insert(key(1), user: "alice", now: start + .seconds(70))
        cache.insert(key(2), user: "bob", now: start + .seconds(71))
        #expect(cache.user(for: key(1), now: start + .seconds(120)) == "alice")
        #expect(cache.count == 2)
    }

    @Test("lets the oldest go when there are too many")
    func bound() {
        var cache = CredentialCache(limit: 3, lifetime: .seconds(60))
        for number in 1...5 { cache.insert(key(number), user: "u", now: start + .seconds(number)) }
        let found = (1...5).filter { cache.user(for: key($0), now: start + .seconds(6)) != nil }
        #expect(found == [3, 4, 5])
        #expect(cache.count == 3)
    }

    @Test("keeps within its bounds, and forgets nothing too early, whatever comes in which order")
    func randomUse() {
        var generator = SplitMix64(seed: 7)
        var cache = CredentialCache(limit: 16, lifetime: .seconds(60))
        var expiries: [Int: Instant] = [:]
        var now = start
        for _ in 0..<5_000 {
            now = now + .milliseconds(Int.random(in: 0...9_000, using: &generator))
            let number = Int.random(in: 0..<12, using: &generator)
            if Bool.random(using: &generator) {
                cache.insert(key(number), user: "u", now: now)
                expiries[number] = now + .seconds(60)
            }
            let isFresh = expiries[number].map { now < $0 } ?? false
            #expect((cache.user(for: key(number), now: now) != nil) == isFresh)
            #expect(cache.count <= 16)
        }
    }

    private func key(_ number: Int) -> CredentialKey { makeKey("user", "\(number)") }
}

/// The key of a credential under a secret of the tests.
func makeKey(_ user: String, _ password: String, hash: String = "", isDecoy: Bool = false) -> CredentialKey {
    let mac = CredentialMAC(secret: Array(repeating: 7, count: 32))
    return Array(hash.utf8).withUnsafeBytes { hash in
        Array(user.utf8).withUnsafeBytes { user in
            Array(password.utf8).withUnsafeBytes { password in
                mac.key(hash: hash, user: user, password: password, isDecoy: isDecoy)
            }
        }
    }
}
