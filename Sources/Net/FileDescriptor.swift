private import Glibc

/// The one owner of a kernel descriptor, which is closed when its owner goes.
package struct FileDescriptor: ~Copyable {
    /// The number to hand to system calls. It must not outlive this owner.
    package let raw: Int32

    /// Takes over an open descriptor.
    package init(owning raw: Int32) { self.raw = raw }

    deinit { _ = Glibc.close(raw) }

    /// Gives the descriptor away without closing it.
    package consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }
}
