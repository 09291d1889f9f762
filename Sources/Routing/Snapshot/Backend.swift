package import Bytes

/// One address that requests are sent to.
package struct Backend: Hashable, Sendable {
    /// Where it listens.
    package var endpoint: Endpoint
    /// Where it was learnt from: a container's name or `file:line`.
    package var origin: String
    /// Its share of the requests beside that of the others; 1 or more.
    package var weight: Int

    /// A backend with an ordinary share.
    package init(endpoint: Endpoint, origin: String, weight: Int = 1) {
        self.endpoint = endpoint
        self.origin = origin
        self.weight = weight
    }
}
