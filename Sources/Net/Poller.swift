private import CLinux
private import Glibc

/// The kernel's list of watched descriptors (epoll(7)).
struct Poller: ~Copyable {
    private let descriptor: FileDescriptor
    private let events: UnsafeMutableBufferPointer<epoll_event>

    /// An empty list that reports at most `capacity` events a wait.
    init(capacity: Int = 512) throws(SystemError) {
        let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard raw >= 0 else { throw .current("epoll_create1") }
        descriptor = FileDescriptor(owning: raw)
        events = .allocate(capacity: capacity)
    }

    deinit { events.deallocate() }

    /// The most events that a wait reports.
    var capacity: Int { events.count }

    /// Watches a descriptor until it is closed.
    func add(_ raw: Int32, interest: Interest, token: Token) throws(SystemError) {
        try control(EPOLL_CTL_ADD, raw, interest, token)
    }

    /// Changes what a watched descriptor is watched for.
    func modify(_ raw: Int32, interest: Interest, token: Token) throws(SystemError) {
        try control(EPOLL_CTL_MOD, raw, interest, token)
    }

    /// Stops watching a descriptor that stays open.
    func remove(_ raw: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor.raw, EPOLL_CTL_DEL, raw, &event)
    }

    /// Waits for events, at most so many milliseconds, for ever when negative; returns how many there are.
    func wait(milliseconds: Int32) -> Int {
        let count = portico_epoll_wait(descriptor.raw, events.baseAddress, Int32(events.count), milliseconds)
        if count >= 0 { return Int(count) }
        precondition(errno == EINTR, "epoll_wait failed with error \(errno)")
        return 0
    }

    /// The event at an index below the count that `wait` returned.
    @inline(__always)
    subscript(index: Int) -> (token: Token, readiness: Readiness) {
        let event = events[index]
        return (Token(rawValue: event.data.u64), Readiness(rawValue: event.events))
    }

    private func control(_ operation: Int32, _ raw: Int32, _ interest: Interest, _ token: Token) throws(SystemError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = token.rawValue
        guard epoll_ctl(descriptor.raw, operation, raw, &event) == 0 else { throw .current("epoll_ctl") }
    }
}
