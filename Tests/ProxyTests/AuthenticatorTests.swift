import Bytes
import Net
import Passwords
import Proxy
import Testing

@Suite("Authenticator", .timeLimit(.minutes(10)))
struct AuthenticatorTests {
    private static let bcrypt = "$2y$04$YxnI9tjc6U/GpaNMJdSfsObATp7lBJc4gd90bemYvVcx8WNLon4oS"

    private let inbox: VerdictInbox
    private let threads: HashingThreads
    private let authenticator: Authenticator
    private let start = Instant(nanoseconds: 1_000_000_000)
    private let source = Self.source("alice:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=\nbroken:\nbob:\(bcrypt)\n")

    init() throws {
        inbox = try VerdictInbox()
        threads = try HashingThreads(count: 1)
        authenticator = Authenticator(
            threads: threads, throttle: LoginThrottle(), deliver: inbox.deliver)
    }

    @Test("lets a user in with the right password, and remembers that for a minute")
    func remembers() {
        #expect(check("alice:correct horse", waiter: 7) == .pending)
        #expect(complete() == resumption([7], .pass(user: "alice")))
        #expect(check("alice:correct horse") == .pass(user: "alice"))
        #expect(check("alice:correct horse", now: start + .seconds(59)) == .pass(user: "alice"))
        #expect(check("alice:correct horse", now: start + .seconds(60)) == .pending)
    }

    @Test("sends a wrong password away, and does not check it again for ten seconds")
    func remembersRefusals() {
        #expect(check("bob:wrong", waiter: 1) == .pending)
        #expect(complete() == resumption([1], .challenge(user: "bob")))
        #expect(check("bob:wrong", now: start + .seconds(9)) == .challenge(user: "bob"))
        #expect(check("bob:wrong", now: start + .seconds(10)) == .pending)
    }

    @Test("treats an unknown user like a known one with a wrong password, and never lets them in")
    func unknownUser() {
        for password in ["correct horse", "wrong", ""] {
            #expect(check("mallory:\(password)", waiter: 3) == .pending)
            #expect(complete() == resumption([3], .challenge(user: "mallory")))
            #expect(check("mallory:\(password)") == .challenge(user: "mallory"))
        }
    }

    @Test("keeps a remembered password from helping another name, and the other way round")
    func namesApart() {
        #expect(check("mallory:correct horse") == .pending)
        _ = complete()
        #expect(check("alice:correct horse", waiter: 1) == .pending)
        #expect(complete() == resumption([1], .pass(user: "alice")))
        #expect(check("mallory:correct horse") == .challenge(user: "mallory"))
        #expect(check("bob:correct horse", waiter: 2) == .pending)
        #expect(complete() == resumption([2], .pass(user: "bob")))
    }

    @Test("forgets a credential as soon as its line in the file is another one")
    func lineChanged() {
        #expect(check("alice:correct horse") == .pending)
        _ = complete()
        let sameHash = Self.source("# moved\n\nalice:{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=\n")
        #expect(check("alice:correct horse", in: sameHash) == .pass(user: "alice"))

        let otherHash = Self.source("alice:{SSHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0\n")
        #expect(check("alice:correct horse", in: otherHash) == .pending)
        _ = complete()
        let otherPassword = Self.source("alice:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")
        #expect(check("alice:correct horse", in: otherPassword, waiter: 4) == .pending)
        #expect(complete() == resumption([4], .challenge(user: "alice")))
        #expect(check("alice:correct horse", in: Self.source("bob:\(Self.bcrypt)\n")) == .pending)
        #expect(complete().decision == .challenge(user: "alice"))
        #expect(check("alice:correct horse", in: Self.source("")) == .challenge(user: "alice"))
    }

    @Test("checks a credential once for all requests that wait for it")
    func waiters() {
        for waiter in UInt64(1)...50 { #expect(check("bob:correct horse", waiter: waiter) == .pending) }
        #expect(complete() == resumption(Array(1...50), .pass(user: "bob")))
        #expect(inbox.count == 0)
    }

    @Test("says when too many passwords are being checked")
    func overload() throws {
        let inbox = try VerdictInbox()
        let gate = try Gate()
        let threads = try HashingThreads(count: 1, queueLimit: 2)
        let held = Array("held".utf8)
        let hash = try PasswordHash(Array("{PLAIN}x".utf8))
        #expect(
            held.withUnsafeBytes {
                threads.check(makeKey("", "held"), hash, password: $0, from: nil, deliver: gate.deliver)
            })
        gate.waitUntilHeld()
        let authenticator = Authenticator(
            threads: threads, throttle: LoginThrottle(), deliver: inbox.deliver)
        #expect(check("alice:1", by: authenticator) == .pending)
        #expect(check("alice:2", by: authenticator) == .pending)
        #expect(check("alice:3", by: authenticator) == .overloaded)
        #expect(check("alice:2", by: authenticator) == .pending)
        gate.open()
    }

    @Test("has a user wait at an address from which ten logins have failed, repeated ones counted, and nobody else")
    func throttles() {
        #expect(check("bob:correct horse") == .pending)
        #expect(complete().decision == .pass(user: "bob"))
        #expect(check("alice:0") == .pending)
        #expect(complete().decision == .challenge(user: "alice"))
        for _ in 1..<10 { #expect(check("alice:0") == .challenge(user: "alice")) }
        #expect(check("alice:0") == .hold(.seconds(1)))
        #expect(check("alice:correct horse") == .hold(.seconds(1)))
        #expect(check(nil) == .challenge(user: nil))
        #expect(check("alice:correct horse", waiter: 5, from: 2) == .pending)
        #expect(complete() == resumption([5], .pass(user: "alice")))
        // It was right within the last day, so it need not wait anywhere.
        #expect(check("alice:correct horse", now: start + .seconds(61)) == .pending)
        #expect(complete().decision == .pass(user: "alice"))
        #expect(check("bob:wrong") == .pending)
        #expect(complete().decision == .challenge(user: "bob"))
    }

    @Test("counts the many requests that begin with one credential as one login")
    func oneLogin() {
        for waiter in UInt64(1)...50 { #expect(check("mallory:x", waiter: waiter) == .pending) }
        #expect(complete().decision == .challenge(user: "mallory"))
        for _ in 1..<10 { #expect(check("mallory:x") == .challenge(user: "mallory")) }
        #expect(check("mallory:x") == .hold(.seconds(1)))
    }

    @Test("answers 403 without a password file and 500 without a readable one, whatever the request brings")
    func noFile() {
        let missing = PasswordSource.load("/nonexistent/passwords")
        let folder = PasswordSource.load("/")
        for credentials in ["alice:correct horse", nil] {
            #expect(check(credentials, in: missing) == .refuse(status: 403))
            #expect(check(credentials, in: folder) == .refuse(status: 500))
        }
    }

    @Test("answers 500 to the user whose hash cannot be read, and to nobody else")
    func unreadableHash() {
        #expect(check("broken:x") == .refuse(status: 500))
        #expect(check("alice:correct horse", waiter: 1) == .pending)
        #expect(complete() == resumption([1], .pass(user: "alice")))
    }

    @Test(
        "challenges what is no Basic credential", arguments: [nil, "", "Bearer abc", "Basic", "Basic %", "Basic Og=="])
    func malformed(_ value: String?) {
        let decision = value.map { value in
            Array(value.utf8).withUnsafeBytes {
                authenticator.check(authorization: $0, source: source, for: asker(), now: start, waiter: 0)
            }
        }
        #expect(decision ?? check(nil) == .challenge(user: nil))
    }

    @Test(
        "challenges everyone when the file has no user who could come in", arguments: ["", "# nobody\n", "u:damaged\n"])
    func emptyFile(_ text: String) {
        #expect(check("alice:correct horse", in: Self.source(text)) == .challenge(user: "alice"))
    }

    @Test("has no waiter to name for a verdict that nobody waits for")
    func strayVerdict() {
        #expect(authenticator.completed(makeKey("a", "b"), .accepted, now: start).waiters.isEmpty)
        #expect(check("alice:correct horse") == .pending)
    }

    private static func source(_ text: String) -> PasswordSource {
        .loaded(PasswordFile(parsing: Array(text.utf8)))
    }

    private func check(
        _ credentials: String?, in source: PasswordSource? = nil, now: Instant? = nil, waiter: UInt64 = 0,
        by other: Authenticator? = nil, from client: UInt32 = 1
    ) -> Authenticator.Decision {
        let authenticator = other ?? authenticator
        let now = now ?? start
        guard let credentials else {
            return authenticator.check(
                authorization: nil, source: source ?? self.source, for: asker(), now: now, waiter: waiter)
        }
        return Array(basic(credentials).utf8).withUnsafeBytes {
            authenticator.check(
                authorization: $0, source: source ?? self.source, for: asker(client), now: now, waiter: waiter)
        }
    }

    private func asker(_ client: UInt32 = 1) -> Authenticator.Asker {
        Authenticator.Asker(client: IPAddress(ipv4: client), file: "/passwords")
    }

    private func complete() -> Authenticator.Resumption {
        let (key, verdict) = inbox.next()
        return authenticator.completed(key, verdict, now: start)
    }

    private func resumption(_ waiters: [UInt64], _ decision: Authenticator.Decision) -> Authenticator.Resumption {
        Authenticator.Resumption(waiters: waiters, decision: decision)
    }
}
