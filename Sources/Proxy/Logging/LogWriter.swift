private import Glibc
package import Net
private import Synchronization

/// The thread that writes batches of log lines to their files, so that a slow disk or reader stops no worker.
package final class LogWriter: Sendable {
    private struct State {
        var batches: [(file: LogFile, bytes: [UInt8])] = []
        var byteCount = 0
        var droppedCount = 0
        var isStopping = false
    }

    /// How many bytes wait at the most; when the reader is slower than the log, whole batches are dropped and counted.
    package static let byteLimit = 16 << 20

    /// The log of all hosts; nil where there is none.
    package let standard: LogFile?

    private let state = Mutex(State())
    private let semaphore: Net.Semaphore

    /// A writer whose thread does not run yet.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor for the thread to wait on.
    package init(standard: LogFile?) throws(SystemError) {
        self.standard = standard
        semaphore = try Net.Semaphore()
    }

    /// Starts the thread.
    package func start() -> Thread { Thread.start(name: "portico-log") { self.run() } }

    /// Takes a batch of whole lines. Callable from any thread; never blocks for long.
    package func write(_ batch: [UInt8], to file: LogFile) {
        let isFirst = state.withLock { state in
            guard state.byteCount + batch.count <= Self.byteLimit else {
                state.droppedCount += 1
                return false
            }
            state.byteCount += batch.count
            state.batches.append((file, batch))
            return state.batches.count == 1
        }
        if isFirst { semaphore.signal() }
    }

    /// How many batches were dropped because a descriptor was too slow.
    package var droppedCount: Int { state.withLock { $0.droppedCount } }

    /// Lets the thread end when everything that was handed over is written.
    package func stop() {
        state.withLock { $0.isStopping = true }
        semaphore.signal()
    }

    private func run() {
        while true {
            let (batches, isStopping) = state.withLock { state in
                defer {
                    state.batches = []
                    state.byteCount = 0
                }
                return (state.batches, state.isStopping)
            }
            for batch in batches { Self.writeAll(batch.bytes, to: batch.file.current()) }
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
