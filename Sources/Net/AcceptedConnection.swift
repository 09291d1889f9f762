package import Bytes

/// A connection that a listening socket handed over.
package struct AcceptedConnection: ~Copyable {
    /// The connection's socket, non-blocking.
    package let descriptor: FileDescriptor
    /// The other side's address and port; nil over a Unix domain socket.
    package let peer: Endpoint?

    /// Takes the parts out of their pair.
    package consuming func unpack() -> FileDescriptor { descriptor }
}
