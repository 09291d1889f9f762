private import CLinux
private import Glibc

/// A number of permits that threads wait for (eventfd(2) with EFD_SEMAPHORE).
package final class Semaphore: Sendable {
    private let descriptor: Int32

    /// A semaphore without permits.
    ///
    /// - Throws: `SystemError` when the kernel gives no descriptor.
    package init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_SEMAPHORE | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw .current("eventfd") }
    }

    deinit { close(descriptor) }

    /// Adds permits, each of which lets one waiting thread go on. Callable from any thread; never blocks.
    package func signal(_ permits: Int = 1) {
        var count = UInt64(permits)
        _ = write(descriptor, &count, MemoryLayout<UInt64>.size)
    }

    /// Takes a permit, and blocks the calling thread until there is one.
    package func wait() {
        var count: UInt64 = 0
        while read(descriptor, &count, MemoryLayout<UInt64>.size) < 0 {
            precondition(errno == EINTR, "a semaphore cannot be read: error \(errno)")
        }
    }
}
