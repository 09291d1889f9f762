/// What a descriptor is watched for, and how often the same news is told (epoll_ctl(2)).
package struct Interest: Sendable {
    let rawValue: UInt32

    /// Reading, writing and ends, each told once: the way of connections (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET).
    package static let connection = Interest(rawValue: 0x001 | 0x004 | 0x2000 | 1 << 31)
    /// Reading, told as long as there is something: the way of listeners, signals and mailboxes (EPOLLIN).
    package static let reading = Interest(rawValue: 0x001)
    /// Nothing but failures: a listener that pauses.
    package static let paused = Interest(rawValue: 0)
}
