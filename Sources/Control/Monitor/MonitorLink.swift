internal import Logging
internal import Net

/// The serving process's end of the line to its monitor.
package final class MonitorLink {
    private let wire: FileDescriptor
    private let process: ForkedProcess
    private var token: Token?
    private weak var loop: EventLoop?
    private var log: Logger?
    private var lost: () -> Void = {}
    /// Takes the socket of each process that follows the engine.
    var opened: ((consuming FileDescriptor) -> Void)?

    init(_ wire: consuming FileDescriptor, to process: ForkedProcess) {
        self.wire = wire
        self.process = process
    }

    /// Hears what the monitor tells, on the loop's thread; `lost` is called when the monitor has ended.
    ///
    /// - Throws: `SystemError` when the kernel refuses to watch the line.
    func listen(on loop: EventLoop, log: Logger, lost: @escaping () -> Void) throws(SystemError) {
        self.lost = lost
        self.log = log
        self.loop = loop
        token = try loop.add(wire.raw, Ear(self), interest: .reading)
    }

    private final class Ear: EventSource {
        private unowned let link: MonitorLink

        init(_ link: MonitorLink) { self.link = link }

        func ready(_ readiness: Readiness) { link.receive() }
    }

    private func receive() {
        while token != nil {
            do throws(SystemError) {
                let (bytes, descriptors) = try Socket.receive(wire.raw, limit: 64, descriptorLimit: 4)
                guard !bytes.isEmpty else { return ended() }
                take(bytes, descriptors)
            } catch {
                if !error.isWouldBlock { ended() }
                return
            }
        }
    }

    private func take(_ bytes: [UInt8], _ descriptors: [Int32]) {
        var owned = descriptors
        defer { for raw in owned { _ = FileDescriptor(owning: raw) } }
        guard bytes.count == 1, let news = MonitorNews(rawValue: bytes[0]) else { return }
        switch news {
        case .discovery:
            guard let raw = owned.popLast() else { return }
            let socket = FileDescriptor(owning: raw)
            opened?(socket)
        }
    }

    /// Has the program started once more, to take over; it finds `line` open.
    ///
    /// - Throws: `SystemError` when the monitor is gone.
    func startSuccessor(_ line: Int32) throws(SystemError) {
        try Socket.send(wire.raw, [MonitorRequest.successor.rawValue], with: [line])
    }

    private func ended() {
        guard let token, let loop else { return }
        loop.unwatch(wire.raw)
        loop.remove(token)
        self.token = nil
        log?.error("The privileged process has ended. Portico serves on with what it knows; start it anew.")
        lost()
    }
}

extension MonitorLink: DiscoverySource {
    /// The monitor has started it by itself.
    func start() {}
}
