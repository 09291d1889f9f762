/// Deadlines of many sources, cheap to move: a ring of ticks, each with the tokens that are due then.
///
/// A deadline beyond the ring is parked at its far end and looked at again there, so an entry costs one append
/// each turn of the ring at the most.
struct TimerWheel {
    /// A tick is 2^22 ns, about 4.2 ms; the ring holds about 17 s.
    static let tickShift: UInt64 = 22
    static let slotCount = 4096

    private var slots: ContiguousArray<ContiguousArray<Token>>
    private var occupied: ContiguousArray<UInt64>
    private var summary: UInt64 = 0
    /// The last tick whose tokens were taken out.
    private(set) var current: UInt64

    init(now: Instant) {
        slots = .init(repeating: [], count: Self.slotCount)
        occupied = .init(repeating: 0, count: Self.slotCount / 64)
        current = now.nanoseconds >> Self.tickShift
    }

    /// The first tick that does not lie before the instant.
    @inline(__always)
    static func tick(of instant: Instant) -> UInt64 {
        (instant.nanoseconds &+ (1 << tickShift &- 1)) >> tickShift
    }

    /// Puts a token into the ring and returns the tick at which it will come out, `tick` or earlier.
    mutating func insert(_ token: Token, at tick: UInt64) -> UInt64 {
        let due = min(max(tick, current + 1), current + UInt64(Self.slotCount - 1))
        let slot = Int(due) & (Self.slotCount - 1)
        slots[slot].append(token)
        occupied[slot >> 6] |= 1 << UInt64(slot & 63)
        summary |= 1 << UInt64(slot >> 6)
        return due
    }

    /// The next tick that has tokens, nil when the ring is empty.
    var next: UInt64? {
        guard summary != 0 else { return nil }
        let first = (Int(current) + 1) & (Self.slotCount - 1)
        let word = first >> 6
        let rest = occupied[word] & (.max << UInt64(first & 63))
        let slot: Int
        if rest != 0 {
            slot = word << 6 | rest.trailingZeroBitCount
        } else {
            let later = word == 63 ? 0 : summary & (.max << UInt64(word + 1))
            let nextWord = (later != 0 ? later : summary).trailingZeroBitCount
            slot = nextWord << 6 | occupied[nextWord].trailingZeroBitCount
        }
        return current + 1 + UInt64((slot - first) & (Self.slotCount - 1))
    }

    /// Moves the ring on to `tick` and appends the tokens that came out, with the tick that each was put in for.
    mutating func advance(to tick: UInt64, into expired: inout ContiguousArray<(token: Token, tick: UInt64)>) {
        while let due = next, due <= tick {
            current = due
            let slot = Int(due) & (Self.slotCount - 1)
            for token in slots[slot] { expired.append((token, due)) }
            slots[slot].removeAll(keepingCapacity: true)
            occupied[slot >> 6] &= ~(1 << UInt64(slot & 63))
            if occupied[slot >> 6] == 0 { summary &= ~(1 << UInt64(slot >> 6)) }
        }
        current = max(current, tick)
    }
}
