internal import Net

/// A thread that looks at how much memory the process has, and tells the workers.
///
/// What the kernel says is the truth of it, whatever the memory is for; workers only have to know roughly who among their clients
/// holds the most. An allocation that fails ends the process, so that they are told before one can.
final class MemoryWatch {
    private let mailbox: Mailbox<Void>
    private let thread: Thread

    /// Watches by a limit, and by that of the control group; nil where that is off, or the system gives not what it needs.
    ///
    /// - Parameter tell: called on the thread that watches, whenever something has changed, and again and again while memory is short.
    init?(_ limit: MemoryLimit, tell: @escaping @Sendable (MemoryPressure) -> Void) {
        guard limit != .off, let mailbox = try? Mailbox<Void>() else { return nil }
        self.mailbox = mailbox
        thread = Thread.start(name: "portico-memory") {
            guard let watcher = try? MemoryWatcher(limit, tell: tell) else { return }
            watcher.run(until: mailbox)
        }
    }

    /// Watches no more.
    func stop() {
        mailbox.post(())
        thread.join()
    }
}

private final class MemoryWatcher: EventSource {
    /// How long it is before the next look, while less than half of the memory is used and while more is.
    private static let calm = Timeout.milliseconds(100)
    private static let alert = Timeout.milliseconds(16)
    /// How long it is before freed memory is given back again that is not needed yet.
    private static let trimPause = Duration.milliseconds(500)

    private let loop: EventLoop
    private let limit: Int?
    private let memory: ProcessMemory
    private let group: MemoryGroup?
    private let tell: @Sendable (MemoryPressure) -> Void
    private var token = Token.none
    private var told = MemoryPressure.eased
    private var isNear = false
    private var trimmed = Instant(nanoseconds: 0)

    init(_ limit: MemoryLimit, tell: @escaping @Sendable (MemoryPressure) -> Void) throws(SystemError) {
        loop = try EventLoop()
        memory = try ProcessMemory()
        group = MemoryGroup.find()
        self.limit =
            switch limit {
            case .off: Int?.none
            case .ofGroup: group.map { MemoryLimit.process(inGroupOf: $0.limit) }
            case .bytes(let count): count
            }
        self.tell = tell
        token = loop.add(self)
    }

    func run(until mailbox: Mailbox<Void>) {
        guard limit != nil, (try? loop.receive(from: mailbox) { [unowned loop] _ in loop.stop() }) != nil else {
            return
        }
        look()
        loop.run()
        // It holds the loop in its turn.
        loop.remove(token)
    }

    func ready(_ readiness: Readiness) {}

    func deadlinePassed() { look() }

    private func look() {
        var pressure = measure()
        // What was freed counts until it is given back.
        if pressure.isShort || pressure == .tight && loop.now.since(trimmed) > Self.trimPause {
            ProcessMemory.trim()
            trimmed = loop.now
            pressure = measure()
        }
        if pressure != told || pressure.isShort { tell(pressure) }
        told = pressure
        loop.setDeadline(isNear ? Self.alert : Self.calm, for: token)
    }

    private func measure() -> MemoryPressure {
        var pressure = MemoryPressure.eased
        isNear = false
        if let limit, let used = memory.used {
            pressure = MemoryPressure(used: used, limit: limit)
            isNear = used > limit / 2
        }
        // Where the kernel holds much for the clients, the group comes to its end before the process does.
        if let group, let used = group.used {
            pressure = max(pressure, MemoryPressure(used: used, limit: group.limit / 8 * 7))
            isNear = isNear || used > group.limit / 2
        }
        return pressure
    }
}
