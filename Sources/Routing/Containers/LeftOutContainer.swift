/// A container that asks for a host and is not routed to.
package struct LeftOutContainer: Hashable, Sendable {
    /// The container's name.
    package var container: String
    /// The host that it asks for; its `VIRTUAL_HOST` as written where that could not be read.
    package var host: String
    /// Why it gets no requests.
    package var reason: LeftOutReason

    /// A container that gets no requests for the host.
    package init(container: String, host: String, reason: LeftOutReason) {
        self.container = container
        self.host = host
        self.reason = reason
    }
}
