private import CLinux
private import Glibc

/// Signals as events of a loop (signalfd(2)).
///
/// It is made before other threads start, since they inherit that the signals are blocked.
package final class Signals: EventSource {
    private let descriptor: FileDescriptor
    private let deliver: (Int32) -> Void

    /// Hands each of the signals that arrives to `deliver` on the loop's thread.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor.
    package init(_ signals: [Int32], on loop: EventLoop, deliver: @escaping (Int32) -> Void) throws(SystemError) {
        let raw = signals.withUnsafeBufferPointer { portico_signalfd($0.baseAddress, Int32($0.count)) }
        guard raw >= 0 else { throw .current("signalfd") }
        descriptor = FileDescriptor(owning: raw)
        self.deliver = deliver
        _ = try loop.add(raw, self, interest: .reading)
    }

    package func ready(_ readiness: Readiness) {
        while true {
            let signal = portico_read_signal(descriptor.raw)
            guard signal != 0 else { return }
            deliver(Int32(signal))
        }
    }

    /// Has writes to closed sockets report an error instead of ending the process (SIGPIPE).
    package static func ignoreBrokenPipes() { portico_ignore_sigpipe() }
}
