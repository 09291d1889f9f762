package import Bytes
package import Net

/// Why the process cannot listen.
package struct ListenError: Error, Sendable {
    /// The address that cannot be had; nil when something else was lacking.
    package let address: Endpoint?
    /// What the kernel said; EADDRINUSE when the port is taken, EACCES when it may not be taken.
    package let cause: SystemError

    /// The kernel's refusal, of an address where it is about one.
    package init(address: Endpoint?, cause: SystemError) {
        self.address = address
        self.cause = cause
    }
}
