/// One thread's wait for descriptors, deadlines and mailboxes.
///
/// Every descriptor is registered once. Nothing but this loop's own thread may call it; other threads reach it
/// through a `Mailbox`.
package final class EventLoop {
    private struct Slot {
        var source: (any EventSource)?
        var generation: UInt32 = 0
        /// The tick at which the source wants to be told, 0 for never.
        var deadline: UInt64 = 0
        /// The tick at which the wheel will bring the token up, 0 when it is not in the wheel.
        var armed: UInt64 = 0
    }

    /// The time at which this turn of the loop began.
    package private(set) var now: Instant
    /// The number of this turn of the loop: what the kernel reports in it was so before anything else happened in it.
    package private(set) var turnNumber = 0
    /// Whether the kernel has reported all that there was to report when this turn began.
    package private(set) var hasToldAll = true
    /// Called once each turn, after the events: the place to write out what the turn has gathered.
    package var turnEnded: (() -> Void)?

    private let poller: Poller
    private var slots: ContiguousArray<Slot> = []
    private var freeSlots: ContiguousArray<Int> = []
    private var wheel: TimerWheel
    private var expired: ContiguousArray<(token: Token, tick: UInt64)> = []
    private var due: ContiguousArray<Token> = []
    private var dueNow: ContiguousArray<Token> = []
    /// The sources that were retired in this turn.
    private var retired: ContiguousArray<any EventSource> = []
    private var retiredBefore: ContiguousArray<any EventSource> = []
    private var isRunning = false

    /// A loop with no sources.
    ///
    /// - Throws: `SystemError` when the kernel gives no epoll descriptor.
    package init() throws(SystemError) {
        poller = try Poller()
        now = .now
        wheel = TimerWheel(now: now)
    }

    /// How many sources the loop has.
    package var sourceCount: Int { slots.count - freeSlots.count }

    /// Reports the events of a descriptor to a source, which is kept alive until `remove(_:)`.
    ///
    /// - Throws: `SystemError` when the kernel refuses to watch the descriptor.
    package func add(
        _ descriptor: Int32, _ source: any EventSource, interest: Interest = .connection
    ) throws(SystemError) -> Token {
        let token = add(source)
        do {
            try poller.add(descriptor, interest: interest, token: token)
        } catch {
            remove(token)
            throw error
        }
        return token
    }

    /// Gives a place to a source that has no descriptor, only deadlines.
    package func add(_ source: any EventSource) -> Token {
        let slot = freeSlots.popLast() ?? slots.count
        if slot == slots.count { slots.append(Slot()) }
        slots[slot].source = source
        return Token(slot: slot, generation: slots[slot].generation)
    }

    /// Gives a source's place to another one, with its descriptor and without its deadline.
    package func hand(_ token: Token, to source: any EventSource) {
        guard isCurrent(token) else { return }
        slots[token.slot].source = source
        slots[token.slot].deadline = 0
    }

    /// Changes what a descriptor is watched for.
    ///
    /// - Throws: `SystemError` of epoll_ctl(2).
    package func modify(_ descriptor: Int32, _ token: Token, interest: Interest) throws(SystemError) {
        try poller.modify(descriptor, interest: interest, token: token)
    }

    /// Stops watching a descriptor that stays open; `remove(_:)` is still owed.
    package func unwatch(_ descriptor: Int32) { poller.remove(descriptor) }

    /// Forgets a source: it hears of nothing any more, not even of events that this turn has already fetched.
    ///
    /// The kernel forgets the descriptor when it is closed, which the caller does next.
    package func remove(_ token: Token) {
        guard isCurrent(token) else { return }
        slots[token.slot].source = nil
        slots[token.slot].generation &+= 1
        slots[token.slot].deadline = 0
        slots[token.slot].armed = 0
        freeSlots.append(token.slot)
    }

    /// Forgets a source like `remove(_:)`, but keeps it alive to the end of the turn.
    ///
    /// For a source that others refer to without holding it, and that may be in the middle of their calls.
    package func retire(_ token: Token) {
        guard isCurrent(token), let source = slots[token.slot].source else { return }
        retired.append(source)
        remove(token)
    }

    /// Has the source told when `duration` has passed from the start of this turn; replaces its earlier deadline.
    @inline(__always)
    package func setDeadline(_ duration: Duration, for token: Token) {
        setDeadline(now + duration, for: token)
    }

    /// Has the source told when the timeout has passed from the start of this turn; replaces its earlier deadline.
    @inline(__always)
    package func setDeadline(_ timeout: Timeout, for token: Token) {
        setDeadline(Instant(nanoseconds: now.nanoseconds &+ timeout.nanoseconds), for: token)
    }

    /// Has the source told at an instant, at most one tick (4.2 ms) late; replaces its earlier deadline.
    package func setDeadline(_ instant: Instant, for token: Token) {
        guard isCurrent(token) else { return }
        let tick = TimerWheel.tick(of: instant)
        slots[token.slot].deadline = max(tick, 1)
        let armed = slots[token.slot].armed
        // A later deadline costs nothing here: the token is put in again when the wheel brings it up.
        if armed == 0 || tick < armed { slots[token.slot].armed = wheel.insert(token, at: tick) }
    }

    /// Takes a source's deadline away.
    @inline(__always)
    package func clearDeadline(for token: Token) {
        guard isCurrent(token) else { return }
        slots[token.slot].deadline = 0
    }

    /// Calls the source's `ready` with an empty set after this turn's events: it has more work and gives way to others.
    package func again(_ token: Token) { due.append(token) }

    /// Waits and reports until `stop()` is called.
    package func run() {
        isRunning = true
        while isRunning { turn() }
    }

    /// Lets `run()` return after the current turn.
    package func stop() { isRunning = false }

    /// One wait and its reports. With `limit` it waits no longer than that.
    package func turn(limit: Duration? = nil) {
        let count = poller.wait(milliseconds: waitMilliseconds(limit: limit))
        now = .now
        turnNumber &+= 1
        hasToldAll = count < poller.capacity
        for index in 0..<count {
            let (token, readiness) = poller[index]
            if isCurrent(token), let source = slots[token.slot].source { source.ready(readiness) }
        }
        reportDeadlines()
        reportDue()
        turnEnded?()
        if !retired.isEmpty { letGo() }
    }

    private func letGo() {
        // What ends with a source may retire others.
        swap(&retired, &retiredBefore)
        retiredBefore.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private func isCurrent(_ token: Token) -> Bool {
        token.slot < slots.count && slots[token.slot].generation == token.generation
            && slots[token.slot].source != nil
    }

    private func waitMilliseconds(limit: Duration?) -> Int32 {
        guard due.isEmpty else { return 0 }
        var wait = limit.map { $0.clampedNanoseconds }
        if let next = wheel.next {
            let instant = next << TimerWheel.tickShift
            let current = Instant.now.nanoseconds
            wait = min(wait ?? .max, instant > current ? instant - current : 0)
        }
        guard let wait else { return -1 }
        return Int32(min((wait + 999_999) / 1_000_000, 3_600_000))
    }

    private func reportDeadlines() {
        let tick = now.nanoseconds >> TimerWheel.tickShift
        guard tick > wheel.current else { return }
        wheel.advance(to: tick, into: &expired)
        guard !expired.isEmpty else { return }
        for (token, armed) in expired where isCurrent(token) && slots[token.slot].armed == armed {
            slots[token.slot].armed = 0
            let deadline = slots[token.slot].deadline
            if deadline == 0 { continue }
            if deadline > tick {
                slots[token.slot].armed = wheel.insert(token, at: deadline)
            } else {
                slots[token.slot].deadline = 0
                slots[token.slot].source?.deadlinePassed()
            }
        }
        expired.removeAll(keepingCapacity: true)
    }

    private func reportDue() {
        guard !due.isEmpty else { return }
        swap(&due, &dueNow)
        for token in dueNow where isCurrent(token) { slots[token.slot].source?.ready([]) }
        dueNow.removeAll(keepingCapacity: true)
    }
}
