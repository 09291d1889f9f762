package import Bytes

/// A place where clients are listened for.
package struct ListenAddress: Hashable, Sendable {
    /// The address and port.
    package var endpoint: Endpoint
    /// Whether clients speak TLS there.
    package var isSecure: Bool
    /// Whether only those hosts are served there that ask for its port.
    package var isExternal: Bool

    /// A place for all hosts, or for those alone that ask for its port.
    package init(_ endpoint: Endpoint, isSecure: Bool, isExternal: Bool = false) {
        self.endpoint = endpoint
        self.isSecure = isSecure
        self.isExternal = isExternal
    }
}
