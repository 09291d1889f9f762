private import Glibc
package import Net
private import Synchronization

/// The thread that writes batches of log lines to a descriptor, so that a slow disk or reader stops no worker.
package final class LogWriter: Sendable {
    private struct State {
        var batches: [[UInt8]] = []
        var byteCount = 0
        var droppedCount = 0
        /// The descriptor to write to from the next batch on, until the thread has taken it.
        var successor: Int32?
        var isStopping = false
    }

    /// How many bytes wait at the most; when the reader is slower than the log, whole batches are dropped and counted.
    package static let byteLimit = 16 << 20

    private let state = Mutex(State())
    private let descriptor: Int32
    private let semaphore: Net.Semaphore

    /// A writer to an open descriptor, which it closes when `reopen` brings another, unless it is a standard stream.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor for the thread to wait on.
    package init(descriptor: Int32) throws(SystemError) {
        self.descriptor = descriptor
        semaphore = try Net.Semaphore()
    }

    /// Starts the thread.
    package func start() -> Thread { Thread.start(name: "portico-log") { self.run() } }

    /// Takes a batch of whole lines. Callable from any thread; never blocks for long.
    package func write(_ batch: [UInt8]) {
        let isFirst = state.withLock { state in
            guard state.byteCount + batch.count <= Self.byteLimit else {
                state.droppedCount += 1
                return false
            }
            state.byteCount += batch.count
            state.batches.append(batch)
            return state.batches.count == 1
        }
        if isFirst { semaphore.signal() }
    }

    /// Writes to another descriptor from the next batch on: the log file was moved away and opened anew.
    package func reopen(descriptor: Int32) {
        let unused = state.withLock { state in
            defer { state.successor = descriptor }
            return state.successor
        }
        if let unused { close(unused) }
        semaphore.signal()
    }

    /// How many batches were dropped because the descriptor was too slow.
    package var droppedCount: Int { state.withLock { $0.droppedCount } }

    /// Lets the thread end when everything that was handed over is written.
    package func stop() {
        state.withLock { $0.isStopping = true }
        semaphore.signal()
    }

    private func run() {
        var descriptor = descriptor
        while true {
            let (batches, successor, isStopping) = state.withLock { state in
                defer {
                    state.batches = []
                    state.byteCount = 0
                    state.successor = nil
                }
                return (state.batches, state.successor, state.isStopping)
            }
            if let successor {
                if descriptor > STDERR_FILENO { close(descriptor) }
                descriptor = successor
            }
            for batch in batches { Self.writeAll(batch, to: descriptor) }
            if batches.isEmpty {
                if isStopping { return }
                semaphore.wait()
            }
        }
    }

    private static func writeAll(_ batch: [UInt8], to descriptor: Int32) {
        batch.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if count < 0, errno != EINTR {
                    return
                } else if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
            }
        }
    }
}
