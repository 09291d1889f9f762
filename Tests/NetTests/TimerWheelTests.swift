import TestSupport
import Testing

@testable import Net

@Suite("Timer wheel")
struct TimerWheelTests {
    private static let start = 1_000_000 as UInt64

    private static func instant(_ tick: UInt64) -> Instant { Instant(nanoseconds: tick << TimerWheel.tickShift) }

    private static func token(_ number: Int) -> Token { Token(slot: number, generation: 0) }

    private func advanced(_ wheel: inout TimerWheel, to tick: UInt64) -> [(Int, UInt64)] {
        var expired: ContiguousArray<(token: Token, tick: UInt64)> = []
        wheel.advance(to: tick, into: &expired)
        return expired.map { ($0.token.slot, $0.tick) }
    }

    @Test("counts a part of a tick as a whole one, so that nothing comes too early")
    func ticks() {
        #expect(TimerWheel.tick(of: Instant(nanoseconds: 0)) == 0)
        #expect(TimerWheel.tick(of: Instant(nanoseconds: 1)) == 1)
        #expect(TimerWheel.tick(of: Instant(nanoseconds: 1 << 22)) == 1)
        #expect(TimerWheel.tick(of: Instant(nanoseconds: (1 << 22) + 1)) == 2)
    }

    @Test("has nothing to bring up when it is empty")
    func empty() {
        var wheel = TimerWheel(now: Self.instant(Self.start))
        #expect(wheel.current == Self.start)
        #expect(wheel.next == nil)
        #expect(advanced(&wheel, to: Self.start + 1_000_000).isEmpty)
        #expect(wheel.current == Self.start + 1_000_000)
    }

    @Test("never goes back")
    func past() {
        var wheel = TimerWheel(now: Self.instant(Self.start))
        #expect(advanced(&wheel, to: 0).isEmpty)
        #expect(wheel.current == Self.start)
    }

    @Test("brings up what lies in the past or now with the next tick")
    func overdue() {
        var wheel = TimerWheel(now: Self.instant(Self.start))
        #expect(wheel.insert(Self.token(1), at: 0) == Self.start + 1)
        #expect(wheel.insert(Self.token(2), at: Self.start) == Self.start + 1)
        #expect(wheel.next == Self.start + 1)
        #expect(advanced(&wheel, to: Self.start + 1).map(\.0) == [1, 2])
        #expect(wheel.next == nil)
    }

    @Test("brings up what lies beyond its end at its end, to be put in again")
    func far() {
        var wheel = TimerWheel(now: Self.instant(Self.start))
        let end = Self.start + UInt64(TimerWheel.slotCount) - 1
        #expect(wheel.insert(Self.token(1), at: .max) == end)
        #expect(wheel.insert(Self.token(2), at: end) == end)
        #expect(wheel.insert(Self.token(3), at: end + 1) == end)
        #expect(advanced(&wheel, to: end - 1).isEmpty)
        #expect(advanced(&wheel, to: end).map(\.0) == [1, 2, 3])
    }

    @Test("finds the next tick wherever the ring begins", arguments: [0, 1, 63, 64, 65, 4031, 4032, 4095, 4096])
    func everyStart(_ offset: UInt64) {
        let start = (1 << 20) + offset
        for distance in UInt64(1)..<UInt64(TimerWheel.slotCount) {
            var wheel = TimerWheel(now: Self.instant(start))
            #expect(wheel.insert(Self.token(1), at: start + distance) == start + distance)
            guard wheel.next == start + distance else {
                Issue.record("\(distance) behind \(start) comes at \(String(describing: wheel.next))")
                return
            }
        }
    }

    @Test("agrees with a sorted list over thousands of random steps", arguments: [1, 2, 3, 4])
    func model(_ seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        var wheel = TimerWheel(now: Self.instant(Self.start))
        var model: [(number: Int, tick: UInt64)] = []
        for number in 0..<20_000 {
            if Bool.random(using: &generator) {
                let spread: UInt64 = [3, 70, 4000, 100_000].randomElement(using: &generator) ?? 1
                let tick = wheel.current &+ UInt64.random(in: 0...spread, using: &generator) &- 2
                let due = wheel.insert(Self.token(number), at: tick)
                #expect(due == min(max(tick, wheel.current + 1), wheel.current + UInt64(TimerWheel.slotCount) - 1))
                model.append((number, due))
            } else {
                let spread: UInt64 = [1, 5, 100, 5000, 20_000].randomElement(using: &generator) ?? 1
                let tick = wheel.current + UInt64.random(in: 0...spread, using: &generator)
                let expected = model.filter { $0.tick <= tick }.sorted { ($0.tick, $0.number) < ($1.tick, $1.number) }
                model.removeAll { $0.tick <= tick }
                let expired = advanced(&wheel, to: tick)
                guard expired.map(\.0) == expected.map(\.number), expired.map(\.1) == expected.map(\.tick) else {
                    Issue.record("differs at step \(number)")
                    return
                }
            }
            guard wheel.next == model.map(\.tick).min() else {
                Issue.record("another next tick at step \(number)")
                return
            }
        }
    }
}
