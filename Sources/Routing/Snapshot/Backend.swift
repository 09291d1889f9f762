package import Bytes

/// One address that requests are sent to.
package struct Backend: Hashable, Sendable {
    /// Where it listens.
    package var endpoint: Endpoint
    /// Where it was learnt from: a container's name or `file:line`.
    package var origin: String
    /// Its share of the requests beside that of the others; 1 or more.
    package var weight: Int
    /// Whether it gets requests only while all others fail (`backup`).
    package var isBackup = false
    /// After how many failures it is left alone for a while.
    package var failures = Failures()

    /// The failures after which a backend is left alone for a while, as long as others are left.
    package struct Failures: Hashable, Sendable {
        /// How many; 0 where failures are not counted (`max_fails`).
        package var limit = 1
        /// The time in which they must happen, and for which the backend is then left alone (`fail_timeout`).
        package var time: Duration = .seconds(10)

        /// nginx's defaults.
        package init() {}
    }

    /// A backend with an ordinary share.
    package init(endpoint: Endpoint, origin: String, weight: Int = 1) {
        self.endpoint = endpoint
        self.origin = origin
        self.weight = weight
    }
}
