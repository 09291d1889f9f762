import Bytes
import Net
import Passwords
import Testing

@testable import Proxy

@Suite("Failed logins")
struct LoginThrottleTests {
    private let throttle = LoginThrottle(attempts: 5, capacity: 1024)
    private let start = Instant(nanoseconds: 1_000_000_000)

    private func attempt(
        _ user: String, _ password: String = "wrong", from client: String = "192.0.2.1"
    ) throws
        -> LoginAttempt
    {
        let address = try #require(IPAddress(client))
        return Array(user.utf8).withUnsafeBytes {
            LoginAttempt(client: address, user: $0, file: "/passwords", key: makeKey(user, password))
        }
    }

    private func begin(
        _ attempt: LoginAttempt, after seconds: Double = 0, hasWaited: Bool = false
    )
        -> LoginThrottle.Verdict
    {
        throttle.begin(attempt, hasWaited: hasWaited, at: start + .seconds(seconds))
    }

    @Test("of one user at one address make the next one wait twice as long as the last, and in the end five minutes")
    func growing() throws {
        let alice = try attempt("alice")
        for _ in 1...5 { #expect(begin(alice) == .pass(isKnown: false)) }
        #expect(begin(alice) == .hold(.seconds(1)))
        #expect(begin(alice, hasWaited: true) == .refuse(.seconds(1), isNews: true))
        #expect(begin(alice, after: 0.25, hasWaited: true) == .refuse(.seconds(0.75), isNews: false))
        var time = 1.0
        var waits: [Double] = []
        for _ in 1...12 {
            #expect(begin(alice, after: time, hasWaited: true) == .pass(isKnown: false))
            guard case .refuse(let wait, _) = begin(alice, after: time, hasWaited: true) else {
                Issue.record("no wait")
                return
            }
            waits.append(wait / .seconds(1))
            time += wait / .seconds(1)
        }
        #expect(waits.prefix(8) == [2, 4, 8, 16, 32, 64, 128, 256])
        #expect(waits.allSatisfy { $0 <= 300 })
    }

    @Test("are forgotten, one in five minutes")
    func forgotten() throws {
        let alice = try attempt("alice")
        for _ in 1...5 { _ = begin(alice) }
        #expect(begin(alice, after: 300) == .pass(isKnown: false))
        #expect(begin(alice, after: 300, hasWaited: true) == .refuse(.seconds(1), isNews: true))
        for _ in 1...5 { #expect(begin(alice, after: 1900) == .pass(isKnown: false)) }
    }

    @Test("are counted from their beginning, so that many at once get no further than many in a row")
    func atOnce() throws {
        for number in 1...5 { #expect(try begin(attempt("alice", "\(number)")) == .pass(isKnown: false)) }
        #expect(try begin(attempt("alice", "6")) == .hold(.seconds(1)))
        try throttle.withdrew(attempt("alice", "1"), at: start)
        #expect(try begin(attempt("alice", "6")) == .pass(isKnown: false))
    }

    @Test("are taken back by a right password, and bear on it nowhere for a day")
    func success() throws {
        let right = try attempt("alice", "right")
        #expect(begin(right) == .pass(isKnown: false))
        throttle.succeeded(right, wasKnown: false, at: start)
        for _ in 1...5 { #expect(try begin(attempt("alice")) == .pass(isKnown: false)) }
        #expect(try begin(attempt("alice")) == .hold(.seconds(1)))
        #expect(begin(right) == .pass(isKnown: true))
        #expect(try begin(attempt("alice", "right", from: "198.51.100.7"), after: 86_399) == .pass(isKnown: true))
        #expect(try begin(attempt("alice", "right"), after: 86_402) == .pass(isKnown: false))
    }

    @Test("of many users at one address are counted too, ten times as patiently, and hold others up for seconds only")
    func network() throws {
        for number in 1...50 { #expect(try begin(attempt("user\(number)")) == .pass(isKnown: false)) }
        #expect(try begin(attempt("bob"), hasWaited: true) == .refuse(.seconds(1), isNews: true))
        #expect(try begin(attempt("bob", from: "192.0.2.2")) == .pass(isKnown: false))
        for number in 51...70 {
            _ = try begin(attempt("user\(number)"), after: Double(number - 50) * 10, hasWaited: true)
        }
        guard case .refuse(let wait, _) = try begin(attempt("bob"), after: 200, hasWaited: true) else { return }
        #expect(wait <= .seconds(10))
    }

    @Test("of one client leave the others behind its address alone")
    func manyClients() throws {
        for second in 0..<600 { _ = try begin(attempt("robot"), after: Double(second), hasWaited: true) }
        #expect(try begin(attempt("alice"), after: 600) == .pass(isKnown: false))
    }

    @Test("from everywhere refuse nobody the user, and hold only those from where nobody has logged in")
    func user() throws {
        let home = try attempt("bob", "right", from: "203.0.113.9")
        _ = begin(home)
        throttle.succeeded(home, wasKnown: false, at: start)
        for number in 1...50 {
            #expect(try begin(attempt("alice", from: "10.0.0.\(number)")) == .pass(isKnown: false))
        }
        #expect(try begin(attempt("alice", from: "192.0.2.1")) == .hold(.seconds(1)))
        #expect(try begin(attempt("alice", from: "192.0.2.1"), hasWaited: true) == .pass(isKnown: false))
        #expect(try begin(attempt("alice", from: "203.0.113.9")) == .pass(isKnown: false))
    }

    @Test("of IPv6 are counted by the first 64 bits of the address")
    func ipv6() throws {
        for number in 1...5 { _ = try begin(attempt("alice", from: "2001:db8::\(number)")) }
        #expect(try begin(attempt("alice", from: "2001:db8::ffff:1:2:3")) == .hold(.seconds(1)))
        #expect(try begin(attempt("alice", from: "2001:db8:0:1::1")) == .pass(isKnown: false))
    }

    @Test("of an attacker are not forgotten for a flood of others")
    func flood() throws {
        let attacker = try attempt("alice", from: "192.0.2.66")
        for _ in 1...5 { _ = begin(attacker) }
        let right = try attempt("bob", "right")
        _ = begin(right)
        throttle.succeeded(right, wasKnown: false, at: start)
        for number in 0..<20_000 {
            _ = try begin(attempt("u\(number)", from: "10.\(number >> 8).\(number & 255).1"))
        }
        #expect(begin(attacker, hasWaited: true) == .refuse(.seconds(1), isNews: true))
        #expect(begin(right) == .pass(isKnown: true))
    }

    @Test("are not counted where no number is set")
    func off() throws {
        let off = LoginThrottle(attempts: nil)
        let alice = try attempt("alice")
        for _ in 1...1000 { #expect(off.begin(alice, hasWaited: false, at: start) == .pass(isKnown: false)) }
    }
}
