import Net
import Routing
import Testing

@testable import Proxy

@Suite("Backends that fail")
struct BackendHealthTests {
    private func at(_ seconds: UInt64) -> Instant { Instant(nanoseconds: (1000 + seconds) * 1_000_000_000) }

    private func health(limit: Int, seconds: Int) -> BackendHealth {
        var settings = Backend.Failures()
        settings.limit = limit
        settings.time = .seconds(seconds)
        var health = BackendHealth()
        health.update(settings)
        return health
    }

    @Test("are left alone for 10 s after one failure where nothing else is set")
    func defaults() {
        var health = BackendHealth()
        #expect(health.isGood(at: at(0)))
        health.failed(at: at(0))
        #expect(!health.isGood(at: at(10)))
        #expect(health.isGood(at: at(11)))
    }

    @Test("are then tried by one request, and by all once that was served")
    func trial() {
        var health = BackendHealth()
        health.failed(at: at(0))
        health.chosen(at: at(11))
        #expect(!health.isGood(at: at(12)))
        health.served()
        #expect(health.isGood(at: at(12)))
    }

    @Test("are left alone again when the trial fails")
    func failedTrial() {
        var health = BackendHealth()
        health.failed(at: at(0))
        health.chosen(at: at(11))
        health.failed(at: at(13))
        #expect(!health.isGood(at: at(23)))
        #expect(health.isGood(at: at(24)))
    }

    @Test("may fail as often as max_fails says within fail_timeout")
    func limit() {
        var health = health(limit: 3, seconds: 5)
        health.failed(at: at(0))
        health.failed(at: at(1))
        health.served()
        #expect(health.isGood(at: at(1)))
        health.failed(at: at(2))
        #expect(!health.isGood(at: at(7)))
        #expect(health.isGood(at: at(8)))
    }

    @Test("have their failures forgotten when they serve after fail_timeout")
    func forgetting() {
        var health = health(limit: 2, seconds: 5)
        health.failed(at: at(0))
        health.chosen(at: at(6))
        health.served()
        health.failed(at: at(7))
        #expect(health.isGood(at: at(7)))
    }

    @Test("are never left alone with max_fails 0")
    func uncounted() {
        var health = health(limit: 0, seconds: 10)
        for _ in 0..<100 { health.failed(at: at(0)) }
        #expect(health.isGood(at: at(0)))
    }

    @Test("keep what was counted when the configuration changes")
    func change() {
        var health = BackendHealth()
        health.failed(at: at(0))
        health.update(Backend.Failures())
        #expect(!health.isGood(at: at(1)))
        health.forgive()
        #expect(health.isGood(at: at(1)))
    }
}
