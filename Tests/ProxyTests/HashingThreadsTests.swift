import Bytes
import Net
import Passwords
import Proxy
import Synchronization
import Testing

@Suite("Hashing threads", .timeLimit(.minutes(10)))
struct HashingThreadsTests {
    private let hash: PasswordHash

    init() throws { hash = try PasswordHash(Array("{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=".utf8)) }

    @Test("tell the right password from a wrong one")
    func verdicts() throws {
        let threads = try HashingThreads(count: 2)
        let inbox = try VerdictInbox()
        #expect(check(threads, "correct horse", inbox.deliver))
        #expect(inbox.next() == (makeKey("u", "correct horse"), .accepted))
        #expect(check(threads, "wrong", inbox.deliver))
        #expect(inbox.next() == (makeKey("u", "wrong"), .refused))
    }

    @Test("check a credential once for everyone who asks while that is under way")
    func singleFlight() throws {
        let threads = try HashingThreads(count: 1)
        let inbox = try VerdictInbox()
        let gate = try Gate()
        #expect(check(threads, "held", gate.deliver))
        gate.waitUntilHeld()
        for _ in 0..<100 { #expect(check(threads, "correct horse", inbox.deliver)) }
        gate.open()
        for _ in 0..<100 { #expect(inbox.next() == (makeKey("u", "correct horse"), .accepted)) }
        #expect(inbox.count == 0)
    }

    @Test("take no more than the queue holds, and take more again later")
    func overload() throws {
        let threads = try HashingThreads(count: 1, queueLimit: 3)
        let inbox = try VerdictInbox()
        let gate = try Gate()
        #expect(check(threads, "held", gate.deliver))
        gate.waitUntilHeld()
        for number in 0..<3 { #expect(check(threads, "\(number)", inbox.deliver)) }
        #expect(!check(threads, "one too many", inbox.deliver))
        #expect(check(threads, "2", inbox.deliver), "a join needs no room")
        gate.open()
        for number in [0, 1, 2, 2] { #expect(inbox.next() == (makeKey("u", "\(number)"), .refused)) }
        #expect(check(threads, "one too many", inbox.deliver))
        #expect(inbox.next().verdict == .refused)
    }

    @Test("take turns among networks, of which none fills the queue, and check first what was right lately")
    func fairness() throws {
        let threads = try HashingThreads(count: 1, queueLimit: 32)
        let inbox = try VerdictInbox()
        let gate = try Gate()
        #expect(check(threads, "held", gate.deliver))
        gate.waitUntilHeld()
        let (flood, other) = (IPAddress(ipv4: 1), IPAddress(ipv4: 2))
        for number in 0..<4 { #expect(check(threads, "flood \(number)", inbox.deliver, from: flood)) }
        #expect(!check(threads, "flood 4", inbox.deliver, from: flood))
        #expect(check(threads, "other", inbox.deliver, from: other))
        for number in 3..<22 {
            #expect(check(threads, "\(number)", inbox.deliver, from: IPAddress(ipv4: UInt32(number))))
        }
        #expect(!check(threads, "22", inbox.deliver, from: IPAddress(ipv4: 22)))
        for number in 0..<8 { #expect(check(threads, "known \(number)", inbox.deliver, from: nil)) }
        #expect(!check(threads, "known 8", inbox.deliver, from: nil))
        gate.open()
        for number in 0..<8 { #expect(inbox.next().key == makeKey("u", "known \(number)")) }
        #expect(inbox.next().key == makeKey("u", "flood 0"))
        #expect(inbox.next().key == makeKey("u", "other"))
        for number in 3..<22 { #expect(inbox.next().key == makeKey("u", "\(number)")) }
        for number in 1..<4 { #expect(inbox.next().key == makeKey("u", "flood \(number)")) }
    }

    @Test("finish what they began and drop the rest when they end")
    func ending() throws {
        let inbox = try VerdictInbox()
        let gate = try Gate()
        var threads: HashingThreads? = try HashingThreads(count: 1)
        #expect(try check(#require(threads), "held", gate.deliver))
        gate.waitUntilHeld()
        #expect(try check(#require(threads), "never", inbox.deliver))
        gate.open()
        threads = nil
        #expect(inbox.count <= 1)
    }

    private func check(
        _ threads: HashingThreads, _ password: String,
        _ deliver: @escaping @Sendable (CredentialKey, CredentialVerdict) -> Void,
        from origin: IPAddress? = IPAddress(ipv4: 1)
    ) -> Bool {
        Array(password.utf8).withUnsafeBytes {
            threads.check(makeKey("u", password), hash, password: $0, from: origin, deliver: deliver)
        }
    }
}

/// Holds the hashing thread that delivers to it until it is opened.
final class Gate: Sendable {
    private let held: Semaphore
    private let opened: Semaphore

    init() throws {
        held = try Semaphore()
        opened = try Semaphore()
    }

    var deliver: @Sendable (CredentialKey, CredentialVerdict) -> Void {
        { _, _ in
            self.held.signal()
            self.opened.wait()
        }
    }

    func waitUntilHeld() { held.wait() }

    func open() { opened.signal() }
}
