internal import Bytes
internal import Net

/// What is known of a client's connection, whichever protocol it speaks.
struct ClientArrival {
    /// The client's address and port, as the connection or a trusted proxy in front says.
    let peer: Endpoint
    /// The address and port that the client reached.
    let local: Endpoint
    /// Whether the client speaks TLS to this proxy.
    let isSecure: Bool
    /// Whether the client came through a port that only those hosts have which ask for it.
    let isExternal: Bool
    /// Whether `peer` is what a PROXY header said.
    let isProxied: Bool
    /// The number of the connection, from 1 on in each worker.
    let serial: Int
    /// When the connection was taken up.
    let began: Instant

    /// Whether the connection was accepted there.
    func came(through listener: ListenAddress) -> Bool {
        isExternal == listener.isExternal && isSecure == listener.isSecure && local.port == listener.endpoint.port
    }
}
