private import CLinux

/// What the kernel says of a descriptor (epoll_ctl(2)).
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    @inline(__always)
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A read will bring bytes, an end or an error (EPOLLIN).
    package static let readable = Readiness(rawValue: 0x001)
    /// A write will be taken (EPOLLOUT).
    package static let writable = Readiness(rawValue: 0x004)
    /// The descriptor has failed (EPOLLERR).
    package static let failed = Readiness(rawValue: 0x008)
    /// Both directions are closed (EPOLLHUP).
    package static let closed = Readiness(rawValue: 0x010)
    /// The other side has ended its direction (EPOLLRDHUP).
    package static let readEnded = Readiness(rawValue: 0x2000)

    /// Whether a read should be tried.
    @inline(__always)
    package var mayRead: Bool { rawValue & 0x2019 != 0 }

    /// Whether a write should be tried.
    @inline(__always)
    package var mayWrite: Bool { rawValue & 0x01c != 0 }

    /// Whether the descriptor has failed or both its directions are closed.
    @inline(__always)
    package var isBroken: Bool { rawValue & 0x018 != 0 }

    /// Whether the other side ended its direction or the descriptor is of no more use.
    @inline(__always)
    package var isEnding: Bool { rawValue & 0x2018 != 0 }
}
