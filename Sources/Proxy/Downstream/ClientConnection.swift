internal import Net

/// A client's connection as its worker knows it, whichever protocol it speaks.
protocol ClientConnection: AnyObject {
    /// Whether the connection was accepted there.
    func came(through listener: ListenAddress) -> Bool

    /// Ends the connection as soon as no request is under way, because its listener is gone.
    func leave()

    /// Closes the connection if no request is under way; otherwise it ends with those that are.
    func drain()

    /// Ends as soon as the client has been told that it will, and not before.
    func retire()

    /// Closes the connection now. An answer that is cut by this is seen to be cut.
    func stop()
}
